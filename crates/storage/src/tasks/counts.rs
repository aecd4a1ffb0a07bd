//! Counts of tasks, from tables that triggers update with every change of a task: there are as few rows as kinds or groups
//! of tasks, whatever the number of tasks.

use diesel::dsl::sum;
use diesel::prelude::*;
use tikmatrix_domain::Status;

use crate::database::connection::{Connection, Engine};
use crate::error::Fault;
use crate::schema::{task_group, task_kind};
use crate::tasks::filter::{TaskCounts, TaskFilter};

/// Counts the tasks that match `filter`.
pub(crate) fn matching(connection: &mut Connection, filter: &TaskFilter) -> Result<u64, Fault> {
    let count: Option<i64> = if filter.serial.is_none() && filter.username.is_none() {
        kinds(filter).select(sum(task_kind::tasks)).first(connection)?
    } else {
        groups(filter).select(sum(task_group::tasks)).first(connection)?
    };
    Ok(unsigned(count))
}

/// Counts the tasks in each status.
pub(crate) fn by_status(connection: &mut Connection) -> Result<TaskCounts, Fault> {
    let rows: Vec<(i32, Option<i64>)> = task_kind::table
        .group_by(task_kind::status)
        .select((task_kind::status, sum(task_kind::tasks)))
        .load(connection)?;
    let of = |status: Status| {
        let row = rows.iter().find(|(code, _)| *code == i32::from(status.code()));
        unsigned(row.and_then(|(_, count)| *count))
    };
    Ok(TaskCounts {
        pending: of(Status::Pending),
        running: of(Status::Running),
        completed: of(Status::Completed),
        failed: of(Status::Failed),
    })
}

fn kinds(filter: &TaskFilter) -> task_kind::BoxedQuery<'_, Engine> {
    let mut query = task_kind::table.into_boxed();
    if let Some(status) = filter.status {
        query = query.filter(task_kind::status.eq(i32::from(status.code())));
    }
    if let Some(script) = &filter.script {
        query = query.filter(task_kind::script_name.eq(script.as_str()));
    }
    if let Some(source) = filter.source {
        query = query.filter(task_kind::source.eq(source.as_str()));
    }
    if let Some(app) = &filter.app {
        query = query.filter(task_kind::app.eq(app.as_str()));
    }
    if let Some(code) = &filter.failure_code {
        query = query.filter(task_kind::failure_code.eq(code.as_str()));
    }
    query
}

fn groups(filter: &TaskFilter) -> task_group::BoxedQuery<'_, Engine> {
    let mut query = task_group::table.into_boxed();
    if let Some(serial) = &filter.serial {
        query = query.filter(task_group::serial.eq(serial.as_str()));
    }
    if let Some(username) = &filter.username {
        query = query.filter(task_group::username.eq(username.as_str()));
    }
    if let Some(status) = filter.status {
        query = query.filter(task_group::status.eq(i32::from(status.code())));
    }
    if let Some(script) = &filter.script {
        query = query.filter(task_group::script_name.eq(script.as_str()));
    }
    if let Some(source) = filter.source {
        query = query.filter(task_group::source.eq(source.as_str()));
    }
    if let Some(app) = &filter.app {
        query = query.filter(task_group::app.eq(app.as_str()));
    }
    if let Some(code) = &filter.failure_code {
        query = query.filter(task_group::failure_code.eq(code.as_str()));
    }
    query
}

pub(crate) fn unsigned(count: Option<i64>) -> u64 {
    count.and_then(|count| u64::try_from(count).ok()).unwrap_or_default()
}
