//! The deletion of tasks with all their records. A running task is not deleted: it has to be stopped first.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use tikmatrix_domain::{TaskChange, TaskId, check_deletable};

use crate::database::connection::Connection;
use crate::error::{Fault, StorageError};
use crate::events::operations as events;
use crate::schema::task;
use crate::tasks::change::batch::{Batch, each};
use crate::tasks::query::TaskStore;
use crate::tasks::state::{illegal, read};

impl TaskStore<'_> {
    /// Deletes, at `now`, those of `ids` that are not running, with their attempts, steps, logs and artifact records. The
    /// caller deletes the files of the artifacts.
    ///
    /// # Errors
    /// Of the database, or [`StorageError::Unreadable`]; no task is deleted then.
    pub async fn delete(self, ids: Vec<TaskId>, now: DateTime<Utc>) -> Result<Batch, StorageError> {
        self.0.write("delete tasks", move |connection| each(ids, |id| delete(connection, id, now))).await
    }
}

fn delete(connection: &mut Connection, id: TaskId, now: DateTime<Utc>) -> Result<(), Fault> {
    let task = read(connection, id)?;
    check_deletable(&task.state).map_err(illegal(id))?;
    diesel::delete(task::table.find(id.0)).execute(connection)?;
    events::record(connection, &task, TaskChange::Deleted, now)
}
