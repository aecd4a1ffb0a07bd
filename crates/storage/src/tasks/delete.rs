//! The deletion of tasks with all their records. A running task is not deleted: it has to be stopped first.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use tikmatrix_domain::{TaskChange, TaskId, check_deletable};

use crate::database::connection::Connection;
use crate::error::{Fault, StorageError};
use crate::events::operations as events;
use crate::schema::task;
use crate::store::Store;
use crate::tasks::create::configs;
use crate::tasks::state::read;

/// The result of the deletion of tasks, each list in the order of the request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Deletion {
    /// The deleted tasks.
    pub deleted: Vec<TaskId>,
    /// The running tasks, which are not deleted.
    pub running: Vec<TaskId>,
    /// The ids that no task has.
    pub not_found: Vec<TaskId>,
}

impl Store {
    /// Deletes, at `now`, those of `ids` that are not running, with their attempts, steps, logs and artifact records. The
    /// caller deletes the files of the artifacts.
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
    let config: Option<i64> =
        diesel::delete(task::table.find(id.0)).returning(task::config_id).get_result(connection)?;
    if let Some(config) = config {
        configs::delete_unused(connection, config)?;
    }
    events::record(connection, &task, TaskChange::Deleted, now)
}
