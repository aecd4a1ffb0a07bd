//! A task's state in its row: read, and written only where the state that was read still stands.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use tikmatrix_domain::{IllegalTransition, LeaseId, Task, TaskId, TaskState};

use crate::columns::{millis, storable};
use crate::database::connection::Connection;
use crate::error::{Fault, StorageError};
use crate::schema::task;
use crate::tasks::rows::TaskRow;

/// The columns of a task that its state determines.
#[derive(AsChangeset)]
#[diesel(table_name = task, treat_none_as_null = true)]
pub(crate) struct StateColumns {
    pub(crate) status: i32,
    pub(crate) outcome: Option<&'static str>,
    pub(crate) failure_code: Option<String>,
    pub(crate) remark: Option<String>,
    pub(crate) lease: Option<String>,
    pub(crate) started_at: Option<i64>,
    pub(crate) finished_at: Option<i64>,
    pub(crate) retry_at: Option<i64>,
}

impl StateColumns {
    pub(crate) fn of(state: &TaskState) -> Self {
        let status = i32::from(state.status().code());
        let nothing = Self {
            status,
            outcome: None,
            failure_code: None,
            remark: None,
            lease: None,
            started_at: None,
            finished_at: None,
            retry_at: None,
        };
        match state {
            TaskState::Pending => nothing,
            TaskState::Retrying { at } => Self { retry_at: Some(millis(*at)), ..nothing },
            TaskState::Running { lease, since } => {
                Self { lease: Some(lease.0.clone()), started_at: Some(millis(*since)), ..nothing }
            }
            TaskState::Finished { started_at, finish } => Self {
                outcome: Some(finish.outcome.as_str()),
                failure_code: finish.failure_code.map(|code| code.to_string()),
                remark: Some(storable(&finish.remark)),
                // The table demands one of every task that is not pending; a cancelled task is read without it.
                started_at: Some(millis(started_at.unwrap_or(finish.at))),
                finished_at: Some(millis(finish.at)),
                ..nothing
            },
        }
    }
}

pub(crate) fn read(connection: &mut Connection, id: TaskId) -> Result<Task, Fault> {
    let row = task::table.find(id.0).select(TaskRow::as_select()).first(connection).optional()?;
    Ok(row.ok_or(StorageError::NoSuchTask(id))?.into_task()?)
}

/// Writes `state`, if the task still has the state that was read.
pub(crate) fn write_state(
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

pub(crate) fn illegal(task: TaskId) -> impl FnOnce(IllegalTransition) -> StorageError {
    move |source| StorageError::Illegal { task, source }
}

/// Refuses a worker that has lost its lease.
pub(crate) fn check_lease(connection: &mut Connection, id: TaskId, lease: &LeaseId) -> Result<(), Fault> {
    let task = read(connection, id)?;
    match &task.state {
        TaskState::Running { lease: current, .. } if current == lease => Ok(()),
        TaskState::Running { .. } => Err(illegal(id)(IllegalTransition::LeaseLost).into()),
        other => Err(illegal(id)(IllegalTransition::NotRunning(other.status())).into()),
    }
}
