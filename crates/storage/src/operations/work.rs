//! A task's way through its work: claimed, finished, and accounted for after a crash. Each change is what the domain's
//! transition returned, and is written only where the state that it was made from still stands.

use chrono::{DateTime, Utc};
use diesel::dsl::min;
use diesel::prelude::*;
use tikmatrix_domain::{
    Finish, IllegalTransition, LeaseId, Serial, Status, Task, TaskEvent, TaskId, TaskState,
    interrupted_by_crash, transition,
};

use crate::connection::{Connection, Engine};
use crate::error::{Fault, StorageError};
use crate::rows::{AttemptRow, StateColumns, TaskRow, millis, moment};
use crate::schema::{attempt, task};
use crate::store::Store;

impl Store {
    /// Takes the phone's next task that is due at `now`, the one that has been due longest, and puts it under `lease`
    /// as a new attempt. None if none is due.
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
            let row = due(&serial, now).select(TaskRow::as_select()).first(connection).optional()?;
            row.map(|row| claim(connection, &row.into_task()?, lease, now)).transpose()
        })
        .await
    }

    /// When the phone's next pending task is due; it may be in the past. None if none is pending.
    ///
    /// # Errors
    /// Of the database, or [`StorageError::Unreadable`].
    pub async fn next_due(&self, serial: Serial) -> Result<Option<DateTime<Utc>>, StorageError> {
        self.look("look for the next task", move |connection| {
            let due: Option<i64> = task::table
                .filter(task::serial.eq(serial.as_str()))
                .filter(task::status.eq(i32::from(Status::Pending.code())))
                .select(min(task::due_at))
                .first(connection)?;
            Ok(due.map(|at| moment("task.due_at", at)).transpose()?)
        })
        .await
    }

    /// Gives back a task that was claimed under `lease` and not begun on its phone: it waits again as if it had never
    /// been taken.
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
            let begun = attempt::table.filter(attempt::task_id.eq(id.0)).filter(attempt::lease.eq(lease.0));
            diesel::delete(begun).execute(connection)?;
            Ok(())
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
            end(connection, &task, lease, finish)
        })
        .await
    }

    /// Ends, at `now`, every task that a server left running when it died, and gives their numbers. Only for the start
    /// of the one server that works on this database, before anything is claimed.
    ///
    /// # Errors
    /// Of the database, or [`StorageError::Unreadable`]; no task is changed then.
    pub async fn interrupt_abandoned(&self, now: DateTime<Utc>) -> Result<Vec<TaskId>, StorageError> {
        self.write("end the tasks that were left running", move |connection| {
            let rows: Vec<TaskRow> = task::table
                .filter(task::status.eq(i32::from(Status::Running.code())))
                .order(task::id)
                .select(TaskRow::as_select())
                .load(connection)?;
            let mut ended = Vec::new();
            for row in rows {
                let task = row.into_task()?;
                if let TaskState::Running { lease, .. } = &task.state {
                    end(connection, &task, lease.clone(), interrupted_by_crash(&task, now))?;
                    ended.push(task.id);
                }
            }
            Ok(ended)
        })
        .await
    }
}

/// The phone's tasks that are due, the one that has been due longest first.
pub(super) fn due(serial: &Serial, now: DateTime<Utc>) -> task::BoxedQuery<'_, Engine> {
    task::table
        .filter(task::serial.eq(serial.as_str()))
        .filter(task::status.eq(i32::from(Status::Pending.code())))
        .filter(task::due_at.le(millis(now)))
        .order((task::due_at, task::id))
        .into_boxed()
}

fn read(connection: &mut Connection, id: TaskId) -> Result<Task, Fault> {
    let row = task::table.find(id.0).select(TaskRow::as_select()).first(connection).optional()?;
    Ok(row.ok_or(StorageError::NoSuchTask(id))?.into_task()?)
}

fn claim(
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
    Ok(claimed)
}

fn end(connection: &mut Connection, task: &Task, lease: LeaseId, finish: Finish) -> Result<(), Fault> {
    let at = finish.at;
    let last =
        attempt::table.filter(attempt::task_id.eq(task.id.0)).filter(attempt::lease.eq(lease.0.clone()));
    let ended = (
        attempt::finished_at.eq(millis(at)),
        attempt::outcome.eq(finish.outcome.text()),
        attempt::remark.eq(finish.remark.clone()),
    );
    let state = transition(&task.state, TaskEvent::Finished { lease, finish }).map_err(illegal(task.id))?;
    write_state(connection, task, &state, at)?;
    diesel::update(last).set(ended).execute(connection)?;
    Ok(())
}

/// Writes `state`, if the task still is in the state in which it was read.
fn write_state(
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

fn illegal(task: TaskId) -> impl FnOnce(IllegalTransition) -> StorageError {
    move |source| StorageError::Illegal { task, source }
}
