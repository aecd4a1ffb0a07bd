//! The claim: a device's next due task becomes a running attempt under a lease.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Double};
use tikmatrix_domain::{
    LeaseId, Serial, ServerId, Settings, Status, Task, TaskChange, TaskEvent, transition,
};

use crate::columns::{millis, moment};
use crate::database::connection::{Connection, Engine};
use crate::error::{Fault, StorageError};
use crate::events::operations as events;
use crate::schema::{attempt, task};
use crate::settings::operations as settings;
use crate::store::Store;
use crate::tasks::create::{configs, interval_shift};
use crate::tasks::rows::{AttemptRow, TaskRow};
use crate::tasks::state::{illegal, write_state};

/// The result of a claim.
#[derive(Debug, Clone, PartialEq)]
pub enum Claim {
    /// The task runs under the lease now.
    Claimed(Box<Task>),
    /// No task of the device is due, or all are paused.
    NothingDue,
    /// A task is due, and as many other devices run tasks as this limit allows.
    LimitReached(WorkLimit),
    /// A task is due, and the device is busy with a task of another server.
    DeviceBusyElsewhere,
}

/// A limit on how many devices run tasks at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkLimit {
    /// The limit that the caller of the claim sets: that of the plan.
    Plan,
    /// `max_devices_at_work` of the settings.
    Setting,
}

/// The queue: requests put tasks in, workers claim them.
#[derive(Clone, Copy)]
#[must_use]
pub struct TaskQueue<'store>(pub(crate) &'store Store);

impl Store {
    /// Returns the operations that put tasks into the queue and claim them.
    pub fn queue(&self) -> TaskQueue<'_> {
        TaskQueue(self)
    }
}

impl TaskQueue<'_> {
    /// Claims the device's next task that is due at `now`, and starts its next attempt under `lease`: of the highest
    /// priority, the task that has been due longest. Other busy devices are counted in the same transaction, so that two
    /// claims never share the last slot of `max_devices` or of the settings.
    ///
    /// # Errors
    /// Of the database, [`StorageError::Unreadable`] or [`StorageError::Changed`].
    pub async fn claim(
        self,
        max_devices: u32,
        serial: Serial,
        lease: LeaseId,
        now: DateTime<Utc>,
    ) -> Result<Claim, StorageError> {
        self.0
            .database
            .write("claim a task", move |connection| {
                let settings = settings::load(connection)?;
                let Some(next) = next_due_task(connection, &serial, now, &settings)? else {
                    return Ok(Claim::NothingDue);
                };
                let (own, others) = running(connection, &serial)?;
                if own.iter().any(|held| ServerId::of(held) != ServerId::of(&lease)) {
                    return Ok(Claim::DeviceBusyElsewhere);
                }
                let is_full = |limit: u32| usize::try_from(limit).is_ok_and(|limit| others >= limit);
                if is_full(max_devices) {
                    return Ok(Claim::LimitReached(WorkLimit::Plan));
                }
                if settings.max_devices_at_work.is_some_and(|limit| is_full(limit.get())) {
                    return Ok(Claim::LimitReached(WorkLimit::Setting));
                }
                let mut started = start_attempt(connection, next, lease, now)?;
                configs::load(connection, std::slice::from_mut(&mut started), u64::MAX)?;
                Ok(Claim::Claimed(Box::new(started)))
            })
            .await
    }

    /// Returns when the device's next pending task is due, which may be in the past: at `now` if the clock was set back
    /// and a task waits for no moment to come. `None` if none is pending or all are paused.
    ///
    /// # Errors
    /// Of the database, or [`StorageError::Unreadable`].
    pub async fn next_due(
        self,
        serial: Serial,
        now: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>, StorageError> {
        self.0
            .database
            .read_tx("look up when the next task is due", move |connection| {
                let settings = settings::load(connection)?;
                if settings.paused {
                    return Ok(None);
                }
                let mut due: Option<i64> = None;
                let mut level = highest_priority(connection, &serial, None)?;
                while let Some(priority) = level {
                    let soonest = of_priority(&serial, priority).order(task::due_at).select(task::due_at);
                    due = due.into_iter().chain(soonest.first(connection).optional()?).min();
                    level = highest_priority(connection, &serial, Some(priority))?;
                }
                let due = due.map(|at| moment("task.due_at", at)).transpose()?;
                if due.is_none_or(|due| due <= now) {
                    return Ok(due);
                }
                let stored_ahead = waiting_for_nothing(&serial, now, &settings).select(task::id);
                let stored_ahead: Option<i64> = stored_ahead.first(connection).optional()?;
                Ok(stored_ahead.map_or(due, |_| Some(now)))
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
    settings: &Settings,
) -> Result<Option<Task>, Fault> {
    if settings.paused {
        return Ok(None);
    }
    let interrupted: Option<TaskRow> =
        interrupted(serial).select(TaskRow::as_select()).first(connection).optional()?;
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
    let stored_ahead = waiting_for_nothing(serial, now, settings).select(TaskRow::as_select());
    let row: Option<TaskRow> = stored_ahead.first(connection).optional()?;
    Ok(row.map(TaskRow::into_task).transpose()?)
}

/// The device's tasks that wait for no moment to come, whatever the clock showed when they were stored: it may have been
/// set back since, in the order in which they run. A retry further ahead than the longest delay was stored by such a clock.
fn waiting_for_nothing<'task>(
    serial: &'task Serial,
    now: DateTime<Utc>,
    settings: &Settings,
) -> task::BoxedQuery<'task, Engine> {
    let longest = TimeDelta::from_std(settings.retry_backoff.max).unwrap_or(TimeDelta::MAX);
    let latest_retry = now.checked_add_signed(longest).unwrap_or(DateTime::<Utc>::MAX_UTC);
    task::table
        .filter(task::serial.eq(serial.as_str()))
        // As the index has it; bound values would not be found to imply it.
        .filter(sql::<Bool>(
            "status = 0 AND (retry_at IS NOT NULL OR start_time IS NULL OR start_time < due_at)",
        ))
        .filter(sql::<Bool>("(start_time IS NULL OR start_time <= ").bind::<BigInt, _>(millis(now)).sql(")"))
        .filter(
            sql::<Bool>("(retry_at IS NULL OR retry_at > ").bind::<BigInt, _>(millis(latest_retry)).sql(")"),
        )
        .order((task::priority.desc(), task::due_at, task::id))
        .into_boxed()
}

/// The device's interrupted tasks, in the order in which they run.
fn interrupted(serial: &Serial) -> task::BoxedQuery<'_, Engine> {
    task::table
        .filter(task::serial.eq(serial.as_str()))
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
