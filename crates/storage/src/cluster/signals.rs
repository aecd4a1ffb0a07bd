//! The signals between servers on one database: that there may be new work, and which running tasks to stop. A server with
//! a database of its own needs none of them.

use diesel::dsl::exists;
use diesel::prelude::*;
use tikmatrix_domain::{LeaseId, ServerId, TaskId, TaskState};

use crate::database::connection::Connection;
use crate::database::open_database::Database;
use crate::error::{Fault, StorageError};
use crate::schema::{stop_request, task, task_number, wakeup};
use crate::store::Store;
use crate::tasks::state::read;

/// The state of the signals. As long as it is the same, nothing has happened that may give a device work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterSignals {
    last_task: Option<i64>,
    wakeups: Option<i64>,
    /// Whether any server is requested to stop a task.
    pub stop_requested: bool,
}

/// The servers that work on the database, and their signals to each other.
#[derive(Clone, Copy)]
#[must_use]
pub struct ClusterStore<'store>(pub(crate) &'store Database);

impl Store {
    /// Returns the operations by which servers know of each other.
    pub fn cluster(&self) -> ClusterStore<'_> {
        ClusterStore(&self.database)
    }
}

impl ClusterStore<'_> {
    /// Reads the signals.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn signals(self) -> Result<ClusterSignals, StorageError> {
        self.0
            .query("read the signals of other servers", |connection| {
                let (last_task, wakeups, stop_requested) = diesel::select((
                    task_number::table.select(task_number::last).single_value(),
                    wakeup::table.select(wakeup::version).single_value(),
                    exists(stop_request::table.select(stop_request::task_id)),
                ))
                .get_result(connection)?;
                Ok(ClusterSignals { last_task, wakeups, stop_requested })
            })
            .await
    }

    /// Requests the server that runs the task under `lease` to stop it. Nothing happens if the task has ended.
    ///
    /// # Errors
    /// [`StorageError::NoSuchTask`], of the database, or [`StorageError::Unreadable`].
    pub async fn request_stop(self, id: TaskId, lease: LeaseId) -> Result<(), StorageError> {
        self.0
            .write("request another server to stop a task", move |connection| {
                let task = read(connection, id)?;
                if !matches!(&task.state, TaskState::Running { lease: held, .. } if *held == lease) {
                    return Ok(());
                }
                clear_stop_request(connection, id)?;
                diesel::insert_into(stop_request::table)
                    .values((stop_request::task_id.eq(id.0), stop_request::lease.eq(lease.0)))
                    .execute(connection)?;
                Ok(())
            })
            .await
    }

    /// Lists the tasks that `own` runs and is requested to stop.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn stop_requests_for(self, own: ServerId) -> Result<Vec<TaskId>, StorageError> {
        self.0
            .query("look up the tasks to be stopped", move |connection| {
                let asked: Vec<(i64, String)> = stop_request::table
                    .inner_join(task::table)
                    .filter(task::lease.eq(stop_request::lease.nullable()))
                    .select((stop_request::task_id, stop_request::lease))
                    .load(connection)?;
                let own = asked.into_iter().filter(|(_, lease)| ServerId::of(&LeaseId(lease.clone())) == own);
                Ok(own.map(|(id, _)| TaskId(id)).collect())
            })
            .await
    }
}

/// Signals, in the transaction that makes it so, that a device may have new work.
pub(crate) fn bump_wakeup(connection: &mut Connection) -> Result<(), Fault> {
    diesel::update(wakeup::table).set(wakeup::version.eq(wakeup::version + 1)).execute(connection)?;
    Ok(())
}

/// Returns whether the task is to be stopped in the attempt under `lease`.
pub(crate) fn is_stop_requested(
    connection: &mut Connection,
    id: TaskId,
    lease: &LeaseId,
) -> Result<bool, Fault> {
    let request = stop_request::table.find(id.0).filter(stop_request::lease.eq(&lease.0));
    Ok(diesel::select(exists(request)).get_result(connection)?)
}

/// Deletes the request to stop the task.
pub(crate) fn clear_stop_request(connection: &mut Connection, id: TaskId) -> Result<(), Fault> {
    diesel::delete(stop_request::table.find(id.0)).execute(connection)?;
    Ok(())
}
