//! What servers on one database tell each other: that there may be new work, and which running tasks are to be stopped. A
//! server that works alone needs none of it.

use diesel::dsl::exists;
use diesel::prelude::*;
use tikmatrix_domain::{LeaseId, ServerId, TaskId, TaskState};

use super::work::read;
use crate::connection::Connection;
use crate::error::{Fault, StorageError};
use crate::schema::{bell, stop_request, task, task_number};
use crate::store::Store;

/// What there is to know: as long as it is the same, nothing has happened that may give a phone work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    last_task: Option<i64>,
    rung: Option<i64>,
    /// Whether any server was asked to stop a task.
    pub stops: bool,
}

impl Store {
    /// What there is to know now.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn news(&self) -> Result<News, StorageError> {
        self.look("look for news", |connection| {
            let (last_task, rung, stops) = diesel::select((
                task_number::table.select(task_number::last).single_value(),
                bell::table.select(bell::rung).single_value(),
                exists(stop_request::table.select(stop_request::task_id)),
            ))
            .get_result(connection)?;
            Ok(News { last_task, rung, stops })
        })
        .await
    }

    /// Asks whichever server runs the task under `lease` to stop it. Nothing happens if none does any more.
    ///
    /// # Errors
    /// [`StorageError::NoSuchTask`], of the database, or [`StorageError::Unreadable`].
    pub async fn ask_to_stop(&self, id: TaskId, lease: LeaseId) -> Result<(), StorageError> {
        self.write_unlisted("ask another server to stop a task", move |connection| {
            let task = read(connection, id)?;
            if !matches!(&task.state, TaskState::Running { lease: held, .. } if *held == lease) {
                return Ok(());
            }
            answered(connection, id)?;
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
    pub async fn stops_asked_of(&self, own: ServerId) -> Result<Vec<TaskId>, StorageError> {
        self.look("look for tasks to be stopped", move |connection| {
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
pub(super) fn ring(connection: &mut Connection) -> Result<(), Fault> {
    diesel::update(bell::table).set(bell::rung.eq(bell::rung + 1)).execute(connection)?;
    Ok(())
}

/// Forgets that the task is to be stopped.
pub(super) fn answered(connection: &mut Connection, id: TaskId) -> Result<(), Fault> {
    diesel::delete(stop_request::table.find(id.0)).execute(connection)?;
    Ok(())
}
