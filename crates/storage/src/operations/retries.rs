//! Tasks that are begun again: later by themselves after a failure that may pass, or at once by a person's hand.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use tikmatrix_domain::{
    Finish, LeaseId, Serial, Status, Task, TaskChange, TaskEvent, TaskId, TaskState, transition,
};

use super::news::ring;
use super::work::{end_attempt, illegal, read, write_state};
use super::{accounts, events};
use crate::connection::Connection;
use crate::error::{Fault, StorageError};
use crate::rows::{StateColumns, millis};
use crate::schema::task;
use crate::store::Store;

impl Store {
    /// Writes how the attempt under `lease` ended, and lets its task wait until `retry_at` to be begun again, on the
    /// phone that its account lives on by then.
    ///
    /// # Errors
    /// As [`Store::finish`].
    pub async fn postpone(
        &self,
        id: TaskId,
        lease: LeaseId,
        finish: Finish,
        retry_at: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        self.write("let a task wait for its next attempt", move |connection| {
            let task = read(connection, id)?;
            let event = TaskEvent::Postponed { lease: lease.clone(), until: retry_at };
            let state = transition(&task.state, event).map_err(illegal(id))?;
            begin_again(connection, &task, &state, retry_at, finish.at)?;
            let change = TaskChange::Postponed { remark: finish.remark.clone(), until: retry_at };
            events::tell(connection, &task, change, finish.at)?;
            end_attempt(connection, id, &lease, &finish)
        })
        .await
    }

    /// Lets a failed task be begun again, at once, on the phone that its account lives on now.
    ///
    /// # Errors
    /// [`StorageError::NoSuchTask`], [`StorageError::Illegal`] when it is not failed, or of the database.
    pub async fn retry(&self, id: TaskId, now: DateTime<Utc>) -> Result<(), StorageError> {
        self.write("retry a task", move |connection| {
            let task = read(connection, id)?;
            let state = transition(&task.state, TaskEvent::Retried).map_err(illegal(id))?;
            let serial = begin_again(connection, &task, &state, now, now)?;
            let task = Task { serial, ..task };
            events::tell(connection, &task, TaskChange::Retried, now)?;
            ring(connection)
        })
        .await
    }

    /// Lets every failed task be begun again, at once, as [`Store::retry`] does, and gives their number.
    ///
    /// # Errors
    /// Of the database; no task is changed then.
    pub async fn retry_all(&self, now: DateTime<Utc>) -> Result<usize, StorageError> {
        self.write("retry every failed task", move |connection| {
            accounts::put_failed_in_place(connection, now)?;
            events::tell_of_retries(connection, now)?;
            // However a task failed, the domain's transition makes the same of it: one statement serves all.
            let failed = task::table.filter(task::status.eq(i32::from(Status::Failed.code())));
            let due = task::due_at.eq(millis(now));
            let count = task::retry_count.eq(task::retry_count + 1);
            let anew =
                (task::progress.eq(0), task::step.eq(None::<String>), task::updated_at.eq(millis(now)));
            let state = StateColumns::of(&TaskState::Pending);
            let retried = diesel::update(failed).set((state, due, count, anew)).execute(connection)?;
            ring(connection)?;
            Ok(retried)
        })
        .await
    }
}

/// Gives the phone on which it will begin.
fn begin_again(
    connection: &mut Connection,
    read: &Task,
    state: &TaskState,
    due: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Option<Serial>, Fault> {
    write_state(connection, read, state, now)?;
    let due = task::due_at.eq(millis(due));
    let count = task::retry_count.eq(task::retry_count + 1);
    let anew = (task::progress.eq(0), task::step.eq(None::<String>));
    diesel::update(task::table.find(read.id.0)).set((due, count, anew)).execute(connection)?;
    accounts::put_in_place(connection, read, now)
}
