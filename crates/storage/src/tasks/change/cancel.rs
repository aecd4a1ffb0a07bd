//! The cancellation of pending tasks, which stay in the history. A running task is not cancelled: it is stopped.

use chrono::{DateTime, Utc};
use tikmatrix_domain::{TaskChange, TaskEvent, TaskId, TaskState, transition};

use crate::database::connection::Connection;
use crate::error::{Fault, StorageError};
use crate::events::operations as events;
use crate::tasks::change::batch::{Batch, each};
use crate::tasks::query::TaskStore;
use crate::tasks::state::{illegal, read, write_state};

impl TaskStore<'_> {
    /// Ends, at `now`, those of `ids` that are pending, before they run.
    ///
    /// # Errors
    /// Of the database, or [`StorageError::Unreadable`]; no task is changed then.
    pub async fn cancel(self, ids: Vec<TaskId>, now: DateTime<Utc>) -> Result<Batch, StorageError> {
        self.0.write("cancel tasks", move |connection| each(ids, |id| cancel(connection, id, now))).await
    }
}

fn cancel(connection: &mut Connection, id: TaskId, now: DateTime<Utc>) -> Result<(), Fault> {
    let task = read(connection, id)?;
    let state = transition(&task.state, TaskEvent::Cancelled { at: now }).map_err(illegal(id))?;
    write_state(connection, &task, &state, now)?;
    if let TaskState::Finished { finish, .. } = state {
        let (outcome, failure_code, remark) = (finish.outcome, finish.failure_code, finish.remark);
        events::record(connection, &task, TaskChange::Finished { outcome, failure_code, remark }, now)?;
    }
    Ok(())
}
