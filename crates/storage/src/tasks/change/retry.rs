//! Retries: automatic ones after a transient failure, and those that a person requests.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use tikmatrix_domain::{
    Finish, LeaseId, Serial, Status, Task, TaskChange, TaskEvent, TaskId, TaskState, transition,
};

use crate::accounts::operations as accounts;
use crate::cluster::signals::bump_wakeup;
use crate::columns::millis;
use crate::database::connection::Connection;
use crate::error::{Fault, StorageError};
use crate::events::operations as events;
use crate::schema::task;
use crate::tasks::change::batch::{Batch, each};
use crate::tasks::lifecycle::{AttemptStore, end_attempt};
use crate::tasks::query::TaskStore;
use crate::tasks::state::{StateColumns, illegal, read, write_state};

impl AttemptStore<'_> {
    /// Ends the attempt under `lease`. Its task waits until `retry_at` for its next attempt, on the device that its account
    /// is bound to by then.
    ///
    /// # Errors
    /// As [`AttemptStore::finish`].
    pub async fn postpone(
        self,
        id: TaskId,
        lease: LeaseId,
        finish: Finish,
        retry_at: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        self.0
            .write("postpone a task", move |connection| {
                let task = read(connection, id)?;
                let event = TaskEvent::Postponed { lease: lease.clone(), until: retry_at };
                let state = transition(&task.state, event).map_err(illegal(id))?;
                restart(connection, &task, &state, retry_at, finish.at)?;
                let (failure_code, remark) = (finish.failure_code, finish.remark.clone());
                let change = TaskChange::Postponed { failure_code, remark, until: retry_at };
                events::record(connection, &task, change, finish.at)?;
                end_attempt(connection, id, &lease, &finish)
            })
            .await
    }
}

impl TaskStore<'_> {
    /// Makes a failed task pending and due at once, on the device that its account is bound to now.
    ///
    /// # Errors
    /// [`StorageError::NoSuchTask`], [`StorageError::Illegal`] when it is not failed, or of the database.
    pub async fn retry(self, id: TaskId, now: DateTime<Utc>) -> Result<(), StorageError> {
        self.0
            .write("retry a task", move |connection| {
                retry(connection, id, now)?;
                bump_wakeup(connection)
            })
            .await
    }

    /// Retries those of `ids` that have failed, as [`TaskStore::retry`] does.
    ///
    /// # Errors
    /// Of the database, or [`StorageError::Unreadable`]; no task is changed then.
    pub async fn retry_batch(self, ids: Vec<TaskId>, now: DateTime<Utc>) -> Result<Batch, StorageError> {
        self.0
            .write("retry tasks", move |connection| {
                let batch = each(ids, |id| retry(connection, id, now))?;
                bump_wakeup(connection)?;
                Ok(batch)
            })
            .await
    }

    /// Retries every failed task, as [`TaskStore::retry`] does, and returns their number.
    ///
    /// # Errors
    /// Of the database; no task is changed then.
    pub async fn retry_all(self, now: DateTime<Utc>) -> Result<usize, StorageError> {
        self.0
            .write("retry every failed task", move |connection| {
                accounts::assign_failed_tasks(connection, now)?;
                events::record_retried(connection, now)?;
                // The domain's transition is the same for every failed task: one statement writes it for all.
                let failed = task::table.filter(task::status.eq(i32::from(Status::Failed.code())));
                let due = task::due_at.eq(millis(now));
                let count = task::retry_count.eq(task::retry_count + 1);
                let reset =
                    (task::progress.eq(0), task::step.eq(None::<String>), task::updated_at.eq(millis(now)));
                let interruptions = (task::interruptions.eq(0), task::interrupted_steps.eq(0));
                let state = StateColumns::of(&TaskState::Pending);
                let retried = diesel::update(failed)
                    .set((state, due, count, reset, interruptions))
                    .execute(connection)?;
                bump_wakeup(connection)?;
                Ok(retried)
            })
            .await
    }
}

fn retry(connection: &mut Connection, id: TaskId, now: DateTime<Utc>) -> Result<(), Fault> {
    let task = read(connection, id)?;
    let state = transition(&task.state, TaskEvent::Retried).map_err(illegal(id))?;
    let serial = restart(connection, &task, &state, now, now)?;
    let task = Task { serial, ..task };
    events::record(connection, &task, TaskChange::Retried, now)
}

/// Makes the task pending, and returns its device.
fn restart(
    connection: &mut Connection,
    read: &Task,
    state: &TaskState,
    due: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Option<Serial>, Fault> {
    write_state(connection, read, state, now)?;
    let due = task::due_at.eq(millis(due));
    let count = task::retry_count.eq(task::retry_count + 1);
    let reset = (task::progress.eq(0), task::step.eq(None::<String>));
    let interruptions = (task::interruptions.eq(0), task::interrupted_steps.eq(0));
    diesel::update(task::table.find(read.id.0))
        .set((due, count, reset, interruptions))
        .execute(connection)?;
    accounts::assign_account_device(connection, read, now)
}
