//! Taking a task only while fewer phones work than may. The phones are counted in the transaction that takes the task,
//! so that two claims never share the last place.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Double, Integer};
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

/// What asking for a task came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Claim {
    /// The task is taken.
    Claimed(Box<Task>),
    /// Nothing is due.
    NothingDue,
    /// Something is due, and as many other phones work as may.
    LimitReached,
    /// Something is due, and the phone works for another server.
    DeviceBusyElsewhere,
}

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
            let next = next_due_task(connection, &serial, now)?;
            next.map(|task| claim(connection, &task, lease, now)).transpose()
        })
        .await
    }

    /// When the phone's next pending task is due; it may be in the past. None if none is pending or all are paused.
    ///
    /// # Errors
    /// Of the database, or [`StorageError::Unreadable`].
    pub async fn next_due(&self, serial: Serial) -> Result<Option<DateTime<Utc>>, StorageError> {
        self.read_tx("look for the next task", move |connection| {
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

    /// [`Store::claim_next`], as long as fewer than `most` other phones work, on whichever servers, and the phone itself
    /// works for no other server.
    ///
    /// # Errors
    /// As [`Store::claim_next`].
    pub async fn claim_within(
        &self,
        most: u32,
        serial: Serial,
        lease: LeaseId,
        now: DateTime<Utc>,
    ) -> Result<Claim, StorageError> {
        self.write("claim a task within the limit", move |connection| {
            let Some(next) = next_due_task(connection, &serial, now)? else {
                return Ok(Claim::NothingDue);
            };
            let (own, others) = busy_leases(connection, &serial)?;
            if own.iter().any(|held| ServerId::of(held) != ServerId::of(&lease)) {
                return Ok(Claim::DeviceBusyElsewhere);
            }
            if others >= usize::try_from(most).unwrap_or(usize::MAX) {
                return Ok(Claim::LimitReached);
            }
            Ok(Claim::Claimed(Box::new(claim(connection, &next, lease, now)?)))
        })
        .await
    }
}

/// Under which leases the phone works, and how many other phones do.
fn busy_leases(connection: &mut Connection, serial: &Serial) -> Result<(Vec<LeaseId>, usize), Fault> {
    let running: Vec<(Option<String>, Option<String>)> = task::table
        .filter(task::status.eq(i32::from(Status::Running.code())))
        .select((task::serial, task::lease))
        .load(connection)?;
    let (own, others): (Vec<_>, Vec<_>) =
        running.into_iter().partition(|(phone, _)| phone.as_deref() == Some(serial.as_str()));
    let others: HashSet<Option<String>> = others.into_iter().map(|(phone, _)| phone).collect();
    Ok((own.into_iter().filter_map(|(_, lease)| lease.map(LeaseId)).collect(), others.len()))
}

/// The pending task that the phone is to take at `now`; none while the settings say that none is to be begun. Each
/// priority is looked at by itself, so that a look costs the same however many tasks wait for their time: there are few
/// priorities, and each has its own place in the index.
pub(crate) fn next_due_task(
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
pub(crate) fn highest_priority(serial: &Serial, below: Option<i32>) -> PriorityQuery<'_> {
    let levels = task::table
        .filter(task::serial.eq(serial.as_str()))
        .filter(task::status.eq(i32::from(Status::Pending.code())))
        .filter(task::priority.lt(below.unwrap_or(i32::MAX)));
    levels.order(task::priority.desc()).select(task::priority).into_boxed()
}

/// When the phone's pending tasks of a priority are due, the first one first.
pub(crate) fn first_due(serial: &Serial, priority: i32) -> DueQuery<'_> {
    task::table
        .filter(task::serial.eq(serial.as_str()))
        .filter(task::status.eq(i32::from(Status::Pending.code())))
        .filter(task::priority.eq(priority))
        .order(task::due_at)
        .select(task::due_at)
        .into_boxed()
}

/// The phone's tasks of a priority that are due, the one that has been due longest first.
pub(crate) fn due(serial: &Serial, priority: i32, now: DateTime<Utc>) -> task::BoxedQuery<'_, Engine> {
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

pub(crate) fn claim(
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
    events::record(connection, &claimed, TaskChange::Started, now)?;
    interval_shift::shift_after_start(connection, &claimed, now)?;
    Ok(claimed)
}
