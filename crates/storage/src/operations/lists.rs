//! Reading tasks: one with its history, lists with filters and pages, and counts.

use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use tikmatrix_domain::{LogLine, Status, Task, TaskDetail, TaskId};

use crate::error::{Fault, StorageError};
use crate::filter::{Page, PageStart, TaskCounts, TaskFilter};
use crate::rows::{ArtifactRow, AttemptRow, LogRow, StepRow, TaskRow};
use crate::schema::{artifact, attempt, step, task, task_log};
use crate::store::{Connection, Store};

impl Store {
    /// The task with its attempts, steps and artifacts; none if there is no such task.
    ///
    /// # Errors
    /// Of the database, or [`StorageError::Unreadable`].
    pub async fn task(&self, id: TaskId) -> Result<Option<TaskDetail>, StorageError> {
        self.read("read a task", move |connection| detail(connection, id)).await
    }

    /// The log of the task's attempts, oldest line first; empty if there is no such task.
    ///
    /// # Errors
    /// Of the database, or [`StorageError::Unreadable`].
    pub async fn task_log(&self, id: TaskId) -> Result<Vec<LogLine>, StorageError> {
        self.read("read a task's log", move |connection| {
            let rows: Vec<LogRow> = task_log::table
                .filter(task_log::task_id.eq(id.0))
                .order((task_log::attempt, task_log::number))
                .select(LogRow::as_select())
                .load(connection)?;
            Ok(rows.into_iter().map(LogRow::into_line).collect::<Result<_, _>>()?)
        })
        .await
    }

    /// One page of the tasks that `filter` lets through, newest first, and how many it lets through in all.
    ///
    /// # Errors
    /// Of the database, or [`StorageError::Unreadable`].
    pub async fn tasks(&self, filter: TaskFilter, page: Page) -> Result<(Vec<Task>, u64), StorageError> {
        self.read("list tasks", move |connection| {
            let total: i64 = matching(&filter).count().get_result(connection)?;
            let rows: Vec<TaskRow> = page_of(&filter, page).select(TaskRow::as_select()).load(connection)?;
            let tasks = rows.into_iter().map(TaskRow::into_task).collect::<Result<_, _>>()?;
            Ok((tasks, u64::try_from(total).unwrap_or_default()))
        })
        .await
    }

    /// How many tasks there are in each status.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn stats(&self) -> Result<TaskCounts, StorageError> {
        self.read("count tasks", |connection| {
            let mut counts = TaskCounts::default();
            for status in Status::ALL {
                let filter = TaskFilter { status: Some(status), ..TaskFilter::default() };
                let count: i64 = matching(&filter).count().get_result(connection)?;
                let count = u64::try_from(count).unwrap_or_default();
                match status {
                    Status::Pending => counts.pending = count,
                    Status::Running => counts.running = count,
                    Status::Completed => counts.completed = count,
                    Status::Failed => counts.failed = count,
                }
            }
            Ok(counts)
        })
        .await
    }
}

fn detail(connection: &mut Connection, id: TaskId) -> Result<Option<TaskDetail>, Fault> {
    let row = task::table.find(id.0).select(TaskRow::as_select()).first(connection).optional()?;
    let Some(row) = row else { return Ok(None) };
    let attempts: Vec<AttemptRow> = attempt::table
        .filter(attempt::task_id.eq(id.0))
        .order(attempt::number)
        .select(AttemptRow::as_select())
        .load(connection)?;
    let steps: Vec<StepRow> = step::table
        .filter(step::task_id.eq(id.0))
        .order((step::attempt, step::number))
        .select(StepRow::as_select())
        .load(connection)?;
    let artifacts: Vec<ArtifactRow> = artifact::table
        .filter(artifact::task_id.eq(id.0))
        .order((artifact::attempt, artifact::number))
        .select(ArtifactRow::as_select())
        .load(connection)?;
    Ok(Some(TaskDetail {
        task: row.into_task()?,
        attempts: attempts.into_iter().map(AttemptRow::into_attempt).collect::<Result<_, _>>()?,
        steps: steps.into_iter().map(StepRow::into_step).collect::<Result<_, _>>()?,
        artifacts: artifacts.into_iter().map(ArtifactRow::into_artifact).collect::<Result<_, _>>()?,
    }))
}

pub(super) fn page_of(filter: &TaskFilter, page: Page) -> task::BoxedQuery<'static, Sqlite> {
    let query = matching(filter).order(task::id.desc()).limit(i64::from(page.size));
    match page.start {
        PageStart::Number(number) => query.offset(i64::from(number.saturating_sub(1)) * i64::from(page.size)),
        PageStart::Before(id) => query.filter(task::id.lt(id.0)),
    }
}

pub(super) fn matching(filter: &TaskFilter) -> task::BoxedQuery<'static, Sqlite> {
    let mut query = task::table.into_boxed();
    if let Some(status) = filter.status {
        query = query.filter(task::status.eq(i32::from(status.code())));
    }
    if let Some(serial) = &filter.serial {
        query = query.filter(task::serial.eq(serial.as_str().to_owned()));
    }
    if let Some(username) = &filter.username {
        query = query.filter(task::username.eq(username.as_str().to_owned()));
    }
    if let Some(script) = &filter.script {
        query = query.filter(task::script_name.eq(script.as_str().to_owned()));
    }
    if let Some(source) = filter.source {
        query = query.filter(task::source.eq(source.text()));
    }
    query
}
