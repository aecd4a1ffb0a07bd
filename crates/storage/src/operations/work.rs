//! A task's way through its work: claimed, given back and finished. Each change is what the domain's
//! transition returned, and is written only where the state that it was made from still stands.

use chrono::{DateTime, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Double, Integer};
use tikmatrix_domain::{
    Finish, IllegalTransition, LeaseId, Outcome, Serial, Status, Task, TaskChange, TaskEvent, TaskId,
    TaskState, transition,
};

use super::{accounts, events, material_use, news, pace, settings};
use crate::connection::{Connection, Engine};
use crate::error::{Fault, StorageError};
use crate::rows::{AttemptRow, StateColumns, TaskRow, millis, moment, storable};
use crate::schema::{attempt, task};
use crate::store::Store;

/// Priorities, as a query.
type PriorityQuery<'query> = task::BoxedQuery<'query, Engine, Integer>;
/// Moments, as a query.
type DueQuery<'query> = task::BoxedQuery<'query, Engine, BigInt>;

impl Store {
    /// Takes the phone's next task that is due at `now`, of the highest priority the one that has been due longest, and
    /// puts it under `lease` as a new attempt. None if none is due or the settings say that none is to be begun.
    ///
    /// # Errors
    /// Of the database, [`StorageError::Unreadable`] or [`StorageError::Changed`].
    pub async fn claim_next(
        &self,
        serial: Serial,
        lease: LeaseId,
        now: DateTime<Utc>,
    ) -> Result<Option<Task>, StorageError> {
        self.write("claim a task", move |connection| {
            let next = next_in_turn(connection, &serial, now)?;
            next.map(|task| claim(connection, &task, lease, now)).transpose()
        })
        .await
    }

    /// When the phone's next pending task is due; it may be in the past. None if none is pending or all are paused.
    ///
    /// # Errors
    /// Of the database, or [`StorageError::Unreadable`].
    pub async fn next_due(&self, serial: Serial) -> Result<Option<DateTime<Utc>>, StorageError> {
        self.read("look for the next task", move |connection| {
            // A phone that is not to begin anything waits to be told otherwise.
            if settings::load(connection)?.paused {
                return Ok(None);
            }
            let mut due: Option<i64> = None;
            let mut level = highest_priority(&serial, None).first(connection).optional()?;
            while let Some(priority) = level {
                let first = first_due(&serial, priority).first(connection).optional()?;
                due = due.into_iter().chain(first).min();
                level = highest_priority(&serial, Some(priority)).first(connection).optional()?;
            }
            Ok(due.map(|at| moment("task.due_at", at)).transpose()?)
        })
        .await
    }

    /// Gives back a task that was claimed under `lease` and not begun on its phone: it waits again as if it had never
    /// been taken, on the phone that its account lives on now.
    ///
    /// # Errors
    /// As [`Store::finish`].
    pub async fn release(&self, id: TaskId, lease: LeaseId, now: DateTime<Utc>) -> Result<(), StorageError> {
        self.write("give a task back", move |connection| {
            let task = read(connection, id)?;
            let state =
                transition(&task.state, TaskEvent::Released { lease: lease.clone() }).map_err(illegal(id))?;
            write_state(connection, &task, &state, now)?;
            diesel::update(task::table.find(id.0))
                .set(task::attempt_count.eq(task::attempt_count - 1))
                .execute(connection)?;
            accounts::put_in_place(connection, &task, now)?;
            let begun = attempt::table.filter(attempt::task_id.eq(id.0)).filter(attempt::lease.eq(lease.0));
            diesel::delete(begun).execute(connection)?;
            events::tell(connection, &task, TaskChange::Released, now)?;
            news::answered(connection, id)
        })
        .await
    }

    /// Writes how the task ended for whoever holds `lease`.
    ///
    /// # Errors
    /// [`StorageError::Illegal`] when the task is not running under `lease`, [`StorageError::NoSuchTask`],
    /// [`StorageError::Changed`], or of the database.
    pub async fn finish(&self, id: TaskId, lease: LeaseId, finish: Finish) -> Result<(), StorageError> {
        self.write("write a task's end", move |connection| {
            let task = read(connection, id)?;
            end(connection, &task, &lease, &finish)
        })
        .await
    }
}

/// The pending task that the phone is to take at `now`; none while the settings say that none is to be begun. Each
/// priority is looked at by itself, so that a look costs the same however many tasks wait for their time: there are few
/// priorities, and each has its own place in the index.
pub(super) fn next_in_turn(
    connection: &mut Connection,
    serial: &Serial,
    now: DateTime<Utc>,
) -> Result<Option<Task>, Fault> {
    let settings = settings::load(connection)?;
    if settings.paused {
        return Ok(None);
    }
    let mut level = highest_priority(serial, None).first(connection).optional()?;
    while let Some(priority) = level {
        let due = if settings.random_order { any_due } else { due };
        let row = due(serial, priority, now).select(TaskRow::as_select()).first(connection).optional()?;
        if let Some(row) = row {
            return Ok(Some(row.into_task()?));
        }
        level = highest_priority(serial, Some(priority)).first(connection).optional()?;
    }
    Ok(None)
}

/// The highest priority of the phone's pending tasks, of those below `below`.
pub(super) fn highest_priority(serial: &Serial, below: Option<i32>) -> PriorityQuery<'_> {
    let levels = task::table
        .filter(task::serial.eq(serial.as_str()))
        .filter(task::status.eq(i32::from(Status::Pending.code())))
        .filter(task::priority.lt(below.unwrap_or(i32::MAX)));
    levels.order(task::priority.desc()).select(task::priority).into_boxed()
}

/// When the phone's pending tasks of a priority are due, the first one first.
pub(super) fn first_due(serial: &Serial, priority: i32) -> DueQuery<'_> {
    task::table
        .filter(task::serial.eq(serial.as_str()))
        .filter(task::status.eq(i32::from(Status::Pending.code())))
        .filter(task::priority.eq(priority))
        .order(task::due_at)
        .select(task::due_at)
        .into_boxed()
}

/// The phone's tasks of a priority that are due, the one that has been due longest first.
pub(super) fn due(serial: &Serial, priority: i32, now: DateTime<Utc>) -> task::BoxedQuery<'_, Engine> {
    task::table
        .filter(task::serial.eq(serial.as_str()))
        .filter(task::status.eq(i32::from(Status::Pending.code())))
        .filter(task::priority.eq(priority))
        .filter(task::due_at.le(millis(now)))
        .order((task::due_at, task::id))
        .into_boxed()
}

/// The phone's tasks of a priority that are due, in no order. It looks at all of them.
fn any_due(serial: &Serial, priority: i32, now: DateTime<Utc>) -> task::BoxedQuery<'_, Engine> {
    due(serial, priority, now).order(sql::<Double>("RANDOM()"))
}

pub(super) fn read(connection: &mut Connection, id: TaskId) -> Result<Task, Fault> {
    let row = task::table.find(id.0).select(TaskRow::as_select()).first(connection).optional()?;
    Ok(row.ok_or(StorageError::NoSuchTask(id))?.into_task()?)
}

pub(super) fn claim(
    connection: &mut Connection,
    task: &Task,
    lease: LeaseId,
    now: DateTime<Utc>,
) -> Result<Task, Fault> {
    let event = TaskEvent::Claimed { lease: lease.clone(), at: now };
    let state = transition(&task.state, event).map_err(illegal(task.id))?;
    let claimed = Task {
        attempt_count: task.attempt_count + 1,
        progress: 0,
        step: None,
        updated_at: now,
        state,
        ..task.clone()
    };
    let number = i32::try_from(claimed.attempt_count).map_err(|_| StorageError::Unreadable {
        what: "task.attempt_count",
        value: claimed.attempt_count.to_string(),
    })?;
    write_state(connection, task, &claimed.state, now)?;
    diesel::update(task::table.find(task.id.0))
        .set((task::attempt_count.eq(number), task::progress.eq(0), task::step.eq(None::<String>)))
        .execute(connection)?;
    let row = AttemptRow {
        task_id: task.id.0,
        number,
        lease: lease.0,
        started_at: millis(now),
        finished_at: None,
        outcome: None,
        remark: None,
        record_count: 0,
    };
    diesel::insert_into(attempt::table).values(row).execute(connection)?;
    events::tell(connection, &claimed, TaskChange::Started, now)?;
    pace::keep(connection, &claimed, now)?;
    Ok(claimed)
}

pub(super) fn end(
    connection: &mut Connection,
    task: &Task,
    lease: &LeaseId,
    finish: &Finish,
) -> Result<(), Fault> {
    let event = TaskEvent::Finished { lease: lease.clone(), finish: finish.clone() };
    let state = transition(&task.state, event).map_err(illegal(task.id))?;
    write_state(connection, task, &state, finish.at)?;
    let change = TaskChange::Finished { outcome: finish.outcome, remark: finish.remark.clone() };
    events::tell(connection, task, change, finish.at)?;
    end_attempt(connection, task.id, lease, finish)
}

/// Writes how the attempt that was made under `lease` ended. What it took is used if it succeeded.
pub(super) fn end_attempt(
    connection: &mut Connection,
    id: TaskId,
    lease: &LeaseId,
    finish: &Finish,
) -> Result<(), Fault> {
    let attempt = attempt::table.filter(attempt::task_id.eq(id.0)).filter(attempt::lease.eq(&lease.0));
    let ended = (
        attempt::finished_at.eq(millis(finish.at)),
        attempt::outcome.eq(finish.outcome.text()),
        attempt::remark.eq(storable(&finish.remark)),
    );
    diesel::update(attempt).set(ended).execute(connection)?;
    if finish.outcome == Outcome::Succeeded {
        material_use::settle(connection, lease, finish.at)?;
    }
    news::answered(connection, id)
}

/// Writes `state`, if the task still is in the state in which it was read.
pub(super) fn write_state(
    connection: &mut Connection,
    read: &Task,
    state: &TaskState,
    at: DateTime<Utc>,
) -> Result<(), Fault> {
    let before = StateColumns::of(&read.state);
    let unchanged = task::table
        .find(read.id.0)
        .filter(task::status.eq(before.status))
        // Only a running task has a lease, and it always has one.
        .filter(task::lease.eq(before.lease).or(task::lease.is_null()));
    let written = diesel::update(unchanged)
        .set((StateColumns::of(state), task::updated_at.eq(millis(at))))
        .execute(connection)?;
    if written == 1 { Ok(()) } else { Err(StorageError::Changed(read.id).into()) }
}

pub(super) fn illegal(task: TaskId) -> impl FnOnce(IllegalTransition) -> StorageError {
    move |source| StorageError::Illegal { task, source }
}
