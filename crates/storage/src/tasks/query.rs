//! Queries for tasks: one with its history, lists with filters and pages, and counts.

use diesel::prelude::*;
use tikmatrix_domain::{LogLine, Task, TaskDetail, TaskId};

use crate::database::connection::Connection;
use crate::database::open_database::Database;
use crate::error::{Fault, StorageError};
use crate::page::{Page, PageStart};
use crate::schema::{artifact, attempt, step, task, task_log};
use crate::store::Store;
use crate::tasks::filter::{TaskCounts, TaskFilter};
use crate::tasks::rows::{ArtifactRow, AttemptRow, LogRow, StepRow, TaskRow};
use crate::tasks::{counts, pagination};

/// The tasks, as people see and change them.
#[derive(Clone, Copy)]
#[must_use]
pub struct TaskStore<'store>(pub(crate) &'store Database);

impl Store {
    /// Returns the operations on tasks as people see and change them.
    pub fn tasks(&self) -> TaskStore<'_> {
        TaskStore(&self.database)
    }
}

impl TaskStore<'_> {
    /// Loads a task with its attempts, steps and artifacts; `None` if there is no such task.
    ///
    /// # Errors
    /// Of the database, or [`StorageError::Unreadable`].
    pub async fn find(self, id: TaskId) -> Result<Option<TaskDetail>, StorageError> {
        self.0.read_tx("read a task", move |connection| detail(connection, id)).await
    }

    /// Loads the log of the task's attempts, oldest line first; empty if there is no such task.
    ///
    /// # Errors
    /// Of the database, or [`StorageError::Unreadable`].
    pub async fn log(self, id: TaskId) -> Result<Vec<LogLine>, StorageError> {
        self.0
            .query("read a task's log", move |connection| {
                let rows: Vec<LogRow> = task_log::table
                    .filter(task_log::task_id.eq(id.0))
                    .order((task_log::attempt, task_log::number))
                    .select(LogRow::as_select())
                    .load(connection)?;
                Ok(rows.into_iter().map(LogRow::into_line).collect::<Result<_, _>>()?)
            })
            .await
    }

    /// Loads one page of the tasks that match `filter`, newest first, and counts all that match.
    ///
    /// # Errors
    /// Of the database, or [`StorageError::Unreadable`].
    pub async fn list(self, filter: TaskFilter, page: Page) -> Result<(Vec<Task>, u64), StorageError> {
        let start = match page.start {
            PageStart::Number(..=1) => Some(None),
            PageStart::Number(_) => None,
            PageStart::Before(id) => Some(Some(id)),
        };
        let into_tasks =
            |rows: Vec<TaskRow>| rows.into_iter().map(TaskRow::into_task).collect::<Result<_, _>>();
        if filter == TaskFilter::default()
            && let Some(before) = start
        {
            return self
                .0
                .query("list tasks", move |connection| {
                    let (tasks, total) = pagination::newest(connection, page.size, before)?;
                    Ok((into_tasks(tasks)?, total))
                })
                .await;
        }
        self.0
            .read_tx("list tasks", move |connection| {
                let total = counts::matching(connection, &filter)?;
                let tasks = pagination::page(connection, &filter, page, total)?;
                Ok((into_tasks(tasks)?, total))
            })
            .await
    }

    /// Counts the tasks in each status.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn stats(self) -> Result<TaskCounts, StorageError> {
        self.0.query("count tasks", counts::by_status).await
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
