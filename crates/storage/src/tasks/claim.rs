//! The claim: a device's next due task becomes a running attempt under a lease.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Double};
use tikmatrix_domain::{LeaseId, Serial, ServerId, Status, Task, TaskChange, TaskEvent, transition};

use crate::columns::{millis, moment};
use crate::database::connection::{Connection, Engine};
use crate::error::{Fault, StorageError};
use crate::events::operations as events;
use crate::schema::{attempt, task};
use crate::settings::operations as settings;
use crate::store::Store;
use crate::tasks::create::interval_shift;
use crate::tasks::rows::{AttemptRow, TaskRow};
use crate::tasks::state::{illegal, write_state};

/// The result of a claim.
#[derive(Debug, Clone, PartialEq)]
pub enum Claim {
    /// The task runs under the lease now.
    Claimed(Box<Task>),
    /// No task of the device is due, or all are paused.
    NothingDue,
    /// A task is due, and the maximum number of other devices is busy.
    LimitReached,
    /// A task is due, and the device is busy with a task of another server.
    DeviceBusyElsewhere,
}

impl Store {
    /// Claims the device's next task that is due at `now`, and starts its next attempt under `lease`: of the highest
    /// priority, the task that has been due longest. Other busy devices are counted in the same transaction, so that two
    /// claims never share the last slot of `max_devices`.
    ///
    /// # Errors
    /// Of the database, [`StorageError::Unreadable`] or [`StorageError::Changed`].
    pub async fn claim(
        &self,
        max_devices: u32,
        serial: Serial,
        lease: LeaseId,
        now: DateTime<Utc>,
    ) -> Result<Claim, StorageError> {
        self.write("claim a task", move |connection| {
            let Some(next) = next_due_task(connection, &serial, now)? else {
                return Ok(Claim::NothingDue);
            };
            let (own, others) = running(connection, &serial)?;
            if own.iter().any(|held| ServerId::of(held) != ServerId::of(&lease)) {
                return Ok(Claim::DeviceBusyElsewhere);
            }
            if others >= usize::try_from(max_devices).unwrap_or(usize::MAX) {
                return Ok(Claim::LimitReached);
            }
            Ok(Claim::Claimed(Box::new(start_attempt(connection, next, lease, now)?)))
        })
        .await
    }

    /// Returns when the device's next pending task is due, which may be in the past; `None` if none is pending or all are
    /// paused.
    ///
    /// # Errors
    /// Of the database, or [`StorageError::Unreadable`].
    pub async fn next_due(&self, serial: Serial) -> Result<Option<DateTime<Utc>>, StorageError> {
        self.read_tx("look up when the next task is due", move |connection| {
            if settings::load(connection)?.paused {
                return Ok(None);
            }
            let mut due: Option<i64> = None;
            let mut level = highest_priority(connection, &serial, None)?;
            while let Some(priority) = level {
                let soonest = of_priority(&serial, priority).order(task::due_at).select(task::due_at);
                due = due.into_iter().chain(soonest.first(connection).optional()?).min();
                level = highest_priority(connection, &serial, Some(priority))?;
            }
            Ok(due.map(|at| moment("task.due_at", at)).transpose()?)
        })
        .await
    }
}

/// Finds the pending task that the device is to run next: an interrupted one before all others. Each priority is queried
/// separately: there are few, and each is a range of the index, so that the cost does not depend on how many tasks are
/// scheduled for later.
fn next_due_task(
    connection: &mut Connection,
    serial: &Serial,
    now: DateTime<Utc>,
) -> Result<Option<Task>, Fault> {
    let settings = settings::load(connection)?;
    if settings.paused {
        return Ok(None);
    }
    let interrupted: Option<TaskRow> =
        interrupted(serial, now).select(TaskRow::as_select()).first(connection).optional()?;
    if let Some(row) = interrupted {
        return Ok(Some(row.into_task()?));
    }
    let mut level = highest_priority(connection, serial, None)?;
    while let Some(priority) = level {
        let due = of_priority(serial, priority).filter(task::due_at.le(millis(now)));
        let ordered = if settings.random_order {
            // This reads all of them.
            due.order(sql::<Double>("RANDOM()"))
        } else {
            due.order((task::due_at, task::id))
        };
        let row: Option<TaskRow> = ordered.select(TaskRow::as_select()).first(connection).optional()?;
        if let Some(row) = row {
            return Ok(Some(row.into_task()?));
        }
        level = highest_priority(connection, serial, Some(priority))?;
    }
    Ok(None)
}

/// The device's interrupted tasks that are due, in the order in which they run.
fn interrupted(serial: &Serial, now: DateTime<Utc>) -> task::BoxedQuery<'_, Engine> {
    task::table
        .filter(task::serial.eq(serial.as_str()))
        .filter(task::due_at.le(millis(now)))
        // As the index has it; bound values would not be found to imply it.
        .filter(sql::<Bool>("status = 0 AND interruptions > 0"))
        .order((task::due_at, task::id))
        .into_boxed()
}

/// Finds the highest priority of the device's pending tasks, among those lower than `below`.
fn highest_priority(
    connection: &mut Connection,
    serial: &Serial,
    below: Option<i32>,
) -> Result<Option<i32>, Fault> {
    let levels = pending(serial).filter(task::priority.lt(below.unwrap_or(i32::MAX)));
    Ok(levels.order(task::priority.desc()).select(task::priority).first(connection).optional()?)
}

fn of_priority(serial: &Serial, priority: i32) -> task::BoxedQuery<'_, Engine> {
    pending(serial).filter(task::priority.eq(priority))
}

fn pending(serial: &Serial) -> task::BoxedQuery<'_, Engine> {
    task::table
        .filter(task::serial.eq(serial.as_str()))
        .filter(task::status.eq(i32::from(Status::Pending.code())))
        .into_boxed()
}

/// Returns the leases under which the device runs tasks, and how many other devices run any.
fn running(connection: &mut Connection, serial: &Serial) -> Result<(Vec<LeaseId>, usize), Fault> {
    let running: Vec<(Option<String>, Option<String>)> = task::table
        .filter(task::status.eq(i32::from(Status::Running.code())))
        .select((task::serial, task::lease))
        .load(connection)?;
    let (own, others): (Vec<_>, Vec<_>) =
        running.into_iter().partition(|(device, _)| device.as_deref() == Some(serial.as_str()));
    let others: HashSet<Option<String>> = others.into_iter().map(|(device, _)| device).collect();
    Ok((own.into_iter().filter_map(|(_, lease)| lease.map(LeaseId)).collect(), others.len()))
}

fn start_attempt(
    connection: &mut Connection,
    task: Task,
    lease: LeaseId,
    now: DateTime<Utc>,
) -> Result<Task, Fault> {
    let event = TaskEvent::Claimed { lease: lease.clone(), at: now };
    let state = transition(&task.state, event).map_err(illegal(task.id))?;
    let attempt_count = task.attempt_count + 1;
    let number = i32::try_from(attempt_count).map_err(|_| StorageError::Unreadable {
        what: "task.attempt_count",
        value: attempt_count.to_string(),
    })?;
    write_state(connection, &task, &state, now)?;
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
        failure_code: None,
        remark: None,
        record_count: 0,
        mark: None,
        marked_at: None,
        result: None,
        app_version: None,
    };
    diesel::insert_into(attempt::table).values(row).execute(connection)?;
    let started = Task { attempt_count, progress: 0, step: None, updated_at: now, state, ..task };
    events::record(connection, &started, TaskChange::Started, now)?;
    interval_shift::shift_after_start(connection, &started, now)?;
    Ok(started)
}
