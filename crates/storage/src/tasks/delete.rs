//! Tasks that cease to be, with all that is kept of them. One that works stays: its phone has to be let go first.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use tikmatrix_domain::{TaskChange, TaskId, check_deletable};

use crate::database::connection::Connection;
use crate::error::{Fault, StorageError};
use crate::events::operations as events;
use crate::schema::task;
use crate::store::Store;
use crate::tasks::state::read;

/// What became of tasks that were to be deleted, each in the order in which they were named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Deletion {
    /// They are gone.
    pub deleted: Vec<TaskId>,
    /// They work, and are untouched.
    pub running: Vec<TaskId>,
    /// There is no such task.
    pub not_found: Vec<TaskId>,
}

impl Store {
    /// Deletes, at `now`, those of `ids` that do not work, with their attempts, steps, logs and what is known of their artifacts.
    /// The files of the artifacts are the caller's.
    ///
    /// # Errors
    /// Of the database, or [`StorageError::Unreadable`]; no task is deleted then.
    pub async fn delete_tasks(&self, ids: Vec<TaskId>, now: DateTime<Utc>) -> Result<Deletion, StorageError> {
        self.write("delete tasks", move |connection| {
            let mut deletion = Deletion::default();
            for id in ids {
                match delete(connection, id, now) {
                    Ok(()) => deletion.deleted.push(id),
                    Err(Fault::Refused(StorageError::Illegal { .. })) => deletion.running.push(id),
                    Err(Fault::Refused(StorageError::NoSuchTask(_))) => deletion.not_found.push(id),
                    Err(fault) => return Err(fault),
                }
            }
            Ok(deletion)
        })
        .await
    }
}

fn delete(connection: &mut Connection, id: TaskId, now: DateTime<Utc>) -> Result<(), Fault> {
    let task = read(connection, id)?;
    check_deletable(&task.state).map_err(|source| StorageError::Illegal { task: id, source })?;
    diesel::delete(task::table.find(id.0)).execute(connection)?;
    events::record(connection, &task, TaskChange::Deleted, now)
}
