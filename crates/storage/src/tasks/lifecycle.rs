//! The end of an attempt, after which its task is pending again or finished. Each change is what the domain's transition returned, and is written only where the state that
//! it was made from still stands.

use chrono::{DateTime, Utc};
use diesel::dsl::count;
use diesel::prelude::*;
use tikmatrix_domain::{
    Finish, Interruptions, LeaseId, Outcome, Task, TaskChange, TaskEvent, TaskId, given_up, stopped_by_user,
    transition,
};

use crate::accounts::operations as accounts;
use crate::cluster::signals;
use crate::columns::{millis, number, storable};
use crate::database::connection::Connection;
use crate::database::open_database::Database;
use crate::error::{Fault, StorageError};
use crate::events::operations as events;
use crate::materials::reservation;
use crate::schema::{attempt, step, task};
use crate::store::Store;
use crate::tasks::state::{illegal, read, write_state};

/// The attempts that run under a lease.
#[derive(Clone, Copy)]
#[must_use]
pub struct AttemptStore<'store>(pub(crate) &'store Database);

impl Store {
    /// Returns the operations on attempts that run under a lease.
    pub fn attempts(&self) -> AttemptStore<'_> {
        AttemptStore(&self.database)
    }
}

impl AttemptStore<'_> {
    /// Releases a task that was claimed under `lease` and not started on its device: it is pending again as if it had
    /// never been claimed, on the device that its account is bound to now.
    ///
    /// # Errors
    /// As [`AttemptStore::finish`].
    pub async fn release(self, id: TaskId, lease: LeaseId, now: DateTime<Utc>) -> Result<(), StorageError> {
        self.0
            .write("release a task", move |connection| {
                let task = read(connection, id)?;
                let state = transition(&task.state, TaskEvent::Released { lease: lease.clone() })
                    .map_err(illegal(id))?;
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
    pub async fn finish(self, id: TaskId, lease: LeaseId, finish: Finish) -> Result<(), StorageError> {
        self.0
            .write("finish a task", move |connection| {
                let task = read(connection, id)?;
                finish_task(connection, &task, &lease, &finish)
            })
            .await
    }

    /// Ends the attempt under `lease` because its server shuts down. The task runs again, unless that has led nowhere several
    /// times.
    ///
    /// # Errors
    /// As [`AttemptStore::finish`].
    pub async fn interrupt(self, id: TaskId, lease: LeaseId, finish: Finish) -> Result<(), StorageError> {
        self.0
            .write("interrupt a task", move |connection| {
                let task = read(connection, id)?;
                interrupt_task(connection, &task, &lease, &finish).map(drop)
            })
            .await
    }
}

/// Ends the attempt under `lease`, which the end of its server interrupted, and returns whether its task runs again.
pub(crate) fn interrupt_task(
    connection: &mut Connection,
    task: &Task,
    lease: &LeaseId,
    finish: &Finish,
) -> Result<bool, Fault> {
    if signals::is_stop_requested(connection, task.id, lease)? {
        finish_task(connection, task, lease, &stopped_by_user(task.step.as_deref(), finish.at))?;
        return Ok(false);
    }
    // A later attempt may take other steps, such as to look for what an earlier one has done.
    let steps =
        step::table.filter(step::task_id.eq(task.id.0)).select(count(step::text).aggregate_distinct());
    let steps: i64 = steps.first(connection)?;
    let columns = (task::interruptions, task::interrupted_steps);
    let (count, reached): (i32, i32) = task::table.find(task.id.0).select(columns).first(connection)?;
    let before = Interruptions {
        count: number("task.interruptions", count)?,
        steps: number("task.interrupted_steps", reached)?,
    };
    // A withdrawn mark counts too: finding out that nothing was done has cost interruptions, and the next attempt does all
    // steps again, none of which is new. A mark of an earlier version has no time.
    let marked = attempt::table
        .filter(attempt::task_id.eq(task.id.0))
        .filter(attempt::mark.is_not_null().or(attempt::marked_at.is_not_null()));
    let was_marked = diesel::select(diesel::dsl::exists(marked)).get_result(connection)?;
    let Some(next) = before.after(u32::try_from(steps).unwrap_or(u32::MAX), was_marked) else {
        finish_task(connection, task, lease, &given_up(finish))?;
        return Ok(false);
    };
    let event = TaskEvent::Interrupted { lease: lease.clone() };
    let state = transition(&task.state, event).map_err(illegal(task.id))?;
    write_state(connection, task, &state, finish.at)?;
    let counted = (
        task::interruptions.eq(i32::try_from(next.count).unwrap_or(i32::MAX)),
        task::interrupted_steps.eq(i32::try_from(next.steps).unwrap_or(i32::MAX)),
    );
    let reset = (task::progress.eq(0), task::step.eq(None::<String>));
    diesel::update(task::table.find(task.id.0)).set((counted, reset)).execute(connection)?;
    accounts::assign_account_device(connection, task, finish.at)?;
    events::record(connection, task, TaskChange::Interrupted { remark: finish.remark.clone() }, finish.at)?;
    end_attempt(connection, task.id, lease, finish)?;
    signals::bump_wakeup(connection)?;
    Ok(true)
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
        reservation::mark_used(connection, id, lease, finish.at)?;
    }
    signals::clear_stop_request(connection, id)
}
