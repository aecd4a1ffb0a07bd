//! What servers on one database tell each other: that there may be new work, and which running tasks are to be stopped. A
//! server that works alone needs none of it.

use diesel::dsl::exists;
use diesel::prelude::*;
use tikmatrix_domain::{LeaseId, ServerId, TaskId, TaskState};

use crate::database::connection::Connection;
use crate::error::{Fault, StorageError};
use crate::schema::{bell, stop_request, task, task_number};
use crate::store::Store;
use crate::tasks::state::read;

/// What there is to know: as long as it is the same, nothing has happened that may give a phone work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterSignals {
    last_task: Option<i64>,
    wakeups: Option<i64>,
    /// Whether any server was asked to stop a task.
    pub stop_requested: bool,
}

impl Store {
    /// What there is to know now.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn cluster_signals(&self) -> Result<ClusterSignals, StorageError> {
        self.query("look for news", |connection| {
            let (last_task, wakeups, stop_requested) = diesel::select((
                task_number::table.select(task_number::last).single_value(),
                bell::table.select(bell::rung).single_value(),
                exists(stop_request::table.select(stop_request::task_id)),
            ))
            .get_result(connection)?;
            Ok(ClusterSignals { last_task, wakeups, stop_requested })
        })
        .await
    }

    /// Asks whichever server runs the task under `lease` to stop it. Nothing happens if none does any more.
    ///
    /// # Errors
    /// [`StorageError::NoSuchTask`], of the database, or [`StorageError::Unreadable`].
    pub async fn request_stop(&self, id: TaskId, lease: LeaseId) -> Result<(), StorageError> {
        self.write_untracked("ask another server to stop a task", move |connection| {
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

    /// The tasks that `own` runs and was asked to stop.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn stop_requests_for(&self, own: ServerId) -> Result<Vec<TaskId>, StorageError> {
        self.query("look for tasks to be stopped", move |connection| {
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

/// Says that some phone may have work which it had not, in the transaction in which that becomes so.
pub(crate) fn bump_wakeup(connection: &mut Connection) -> Result<(), Fault> {
    diesel::update(bell::table).set(bell::rung.eq(bell::rung + 1)).execute(connection)?;
    Ok(())
}

/// Forgets that the task is to be stopped.
pub(crate) fn clear_stop_request(connection: &mut Connection, id: TaskId) -> Result<(), Fault> {
    diesel::delete(stop_request::table.find(id.0)).execute(connection)?;
    Ok(())
}
