//! The end of an attempt: its task is released or finished. Each change is what the domain's transition returned, and is
//! written only where the state that it was made from still stands.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use tikmatrix_domain::{Finish, LeaseId, Outcome, Task, TaskChange, TaskEvent, TaskId, transition};

use crate::accounts::operations as accounts;
use crate::cluster::signals;
use crate::columns::{millis, storable};
use crate::database::connection::Connection;
use crate::error::{Fault, StorageError};
use crate::events::operations as events;
use crate::materials::reservation;
use crate::schema::{attempt, task};
use crate::store::Store;
use crate::tasks::state::{illegal, read, write_state};

impl Store {
    /// Releases a task that was claimed under `lease` and not started on its device: it is pending again as if it had
    /// never been claimed, on the device that its account is bound to now.
    ///
    /// # Errors
    /// As [`Store::finish`].
    pub async fn release(&self, id: TaskId, lease: LeaseId, now: DateTime<Utc>) -> Result<(), StorageError> {
        self.write("release a task", move |connection| {
            let task = read(connection, id)?;
            let state =
                transition(&task.state, TaskEvent::Released { lease: lease.clone() }).map_err(illegal(id))?;
            write_state(connection, &task, &state, now)?;
            diesel::update(task::table.find(id.0))
                .set(task::attempt_count.eq(task::attempt_count - 1))
                .execute(connection)?;
            accounts::assign_account_device(connection, &task, now)?;
            let released =
                attempt::table.filter(attempt::task_id.eq(id.0)).filter(attempt::lease.eq(lease.0));
            diesel::delete(released).execute(connection)?;
            events::record(connection, &task, TaskChange::Released, now)?;
            signals::clear_stop_request(connection, id)
        })
        .await
    }

    /// Finishes a task that runs under `lease`.
    ///
    /// # Errors
    /// [`StorageError::Illegal`] when the task is not running under `lease`, [`StorageError::NoSuchTask`],
    /// [`StorageError::Changed`], or of the database.
    pub async fn finish(&self, id: TaskId, lease: LeaseId, finish: Finish) -> Result<(), StorageError> {
        self.write("finish a task", move |connection| {
            let task = read(connection, id)?;
            finish_task(connection, &task, &lease, &finish)
        })
        .await
    }
}

pub(crate) fn finish_task(
    connection: &mut Connection,
    task: &Task,
    lease: &LeaseId,
    finish: &Finish,
) -> Result<(), Fault> {
    let event = TaskEvent::Finished { lease: lease.clone(), finish: finish.clone() };
    let state = transition(&task.state, event).map_err(illegal(task.id))?;
    write_state(connection, task, &state, finish.at)?;
    let Finish { outcome, failure_code, remark, .. } = finish.clone();
    let change = TaskChange::Finished { outcome, failure_code, remark };
    events::record(connection, task, change, finish.at)?;
    end_attempt(connection, task.id, lease, finish)
}

/// Writes the outcome of the attempt under `lease`. The materials that it reserved are used if it succeeded.
pub(crate) fn end_attempt(
    connection: &mut Connection,
    id: TaskId,
    lease: &LeaseId,
    finish: &Finish,
) -> Result<(), Fault> {
    let attempt = attempt::table.filter(attempt::task_id.eq(id.0)).filter(attempt::lease.eq(&lease.0));
    let ended = (
        attempt::finished_at.eq(millis(finish.at)),
        attempt::outcome.eq(finish.outcome.as_str()),
        attempt::failure_code.eq(finish.failure_code.map(|code| code.to_string())),
        attempt::remark.eq(storable(&finish.remark)),
    );
    diesel::update(attempt).set(ended).execute(connection)?;
    if finish.outcome == Outcome::Succeeded {
        reservation::mark_used(connection, lease, finish.at)?;
    }
    signals::clear_stop_request(connection, id)
}
