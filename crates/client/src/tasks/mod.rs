//! `/api/v1/task`.

pub(crate) mod batches;
pub(crate) mod creation;

use std::time::{Duration, Instant};

use tikmatrix_api_types::Deleted;
use tikmatrix_api_types::tasks::{
    Created, NewTasks, Retried, Stats, Task, TaskDetail, TaskList, TaskLog, TaskQuery,
};
use ureq::http::Method;

use self::batches::Batches;
use self::creation::{Creation, TASKS};
use crate::error::Error;
use crate::http::download::Download;
use crate::http::{Http, below, with_query};
use crate::items::Items;

/// The pause between two requests for a task that is waited for.
const POLL_INTERVAL: Duration = Duration::from_millis(500);

/// Creates, reads and changes tasks.
#[derive(Debug, Clone, Copy)]
pub struct Tasks<'client> {
    http: &'client Http,
}

impl<'client> Tasks<'client> {
    pub(crate) fn new(http: &'client Http) -> Self {
        Self { http }
    }

    /// Creates tasks: all of the request or none.
    ///
    /// # Errors
    /// [`Error`], as for every request; code 40001, 40002 or 40003 with every problem of the request.
    pub fn create(self, tasks: &NewTasks) -> Result<Created, Error> {
        self.http.call_with(Method::POST, TASKS, tasks)
    }

    /// Creates tasks with options: once, with the tasks in the answer, or only as a preview.
    pub fn creation(self) -> Creation<'client> {
        Creation::new(self.http)
    }

    /// Changes many tasks at once.
    #[must_use]
    pub fn batches(self) -> Batches<'client> {
        Batches::new(self.http)
    }

    /// Returns one page of tasks, newest first.
    ///
    /// # Errors
    /// [`Error`], as for every request.
    pub fn list(self, query: &TaskQuery) -> Result<TaskList, Error> {
        self.http.call(Method::GET, &with_query(TASKS, query))
    }

    /// Iterates over every task that `query` lets through, newest first.
    #[must_use]
    pub fn all(self, mut query: TaskQuery) -> Items<'client, Task> {
        let mut is_last = false;
        Items::new(move || {
            if is_last {
                return Ok(None);
            }
            let page = self.list(&query)?;
            query.page.page = None;
            query.page.cursor = page.next_cursor;
            is_last = query.page.cursor.is_none();
            Ok(Some(page.tasks))
        })
    }

    /// Returns one task with its attempts, steps and artifacts.
    ///
    /// # Errors
    /// [`Error`], as for every request; code 40401 when there is no such task.
    pub fn get(self, task_id: i64) -> Result<TaskDetail, Error> {
        self.http.call(Method::GET, &path(task_id))
    }

    /// Returns the number of tasks by status.
    ///
    /// # Errors
    /// [`Error`], as for every request.
    pub fn stats(self) -> Result<Stats, Error> {
        self.http.call(Method::GET, &format!("{TASKS}/stats"))
    }

    /// Returns the log of a task.
    ///
    /// # Errors
    /// [`Error`], as for every request; code 40401 when there is no such task.
    pub fn log(self, task_id: i64) -> Result<TaskLog, Error> {
        self.http.call(Method::GET, &format!("{}/log", path(task_id)))
    }

    /// Downloads an artifact; `name` is one of the task's `artifacts`.
    ///
    /// # Errors
    /// [`Error`], as for every request; code 40401 when there is no such task or artifact.
    pub fn artifact(self, task_id: i64, name: &str) -> Result<Download, Error> {
        self.http.download(&below(&format!("{}/artifact", path(task_id)), name))
    }

    /// Waits until a task has finished and returns it; `None` waits without a timeout.
    ///
    /// # Errors
    /// [`Error::Timeout`], else as [`Tasks::get`].
    pub fn wait(self, task_id: i64, timeout: Option<Duration>) -> Result<TaskDetail, Error> {
        let start = Instant::now();
        loop {
            let detail = self.get(task_id)?;
            if detail.task.is_finished() {
                return Ok(detail);
            }
            if let Some(timeout) = timeout.filter(|timeout| start.elapsed() >= *timeout) {
                return Err(Error::Timeout { task_id, timeout });
            }
            std::thread::sleep(POLL_INTERVAL);
        }
    }

    /// Stops a running task and returns it.
    ///
    /// # Errors
    /// [`Error`], as for every request; code 40001 when the task does not run.
    pub fn stop(self, task_id: i64) -> Result<Task, Error> {
        self.http.call(Method::POST, &format!("{}/stop", path(task_id)))
    }

    /// Cancels a task that has not finished and returns it: a pending one never runs, a running one is stopped.
    ///
    /// # Errors
    /// [`Error`], as for every request; code 40001 when the task has finished.
    pub fn cancel(self, task_id: i64) -> Result<Task, Error> {
        self.http.call(Method::POST, &format!("{}/cancel", path(task_id)))
    }

    /// Retries a failed task and returns it.
    ///
    /// # Errors
    /// [`Error`], as for every request; code 40001 when the task has not failed.
    pub fn retry(self, task_id: i64) -> Result<Task, Error> {
        self.http.call(Method::POST, &format!("{}/retry", path(task_id)))
    }

    /// Retries every failed task.
    ///
    /// # Errors
    /// [`Error`], as for every request.
    pub fn retry_all(self) -> Result<Retried, Error> {
        self.http.call(Method::POST, &format!("{TASKS}/retry-all"))
    }

    /// Deletes a task; a running one is stopped first.
    ///
    /// # Errors
    /// [`Error`], as for every request; code 40401 when there is no such task.
    pub fn delete(self, task_id: i64) -> Result<Deleted, Error> {
        self.http.call(Method::DELETE, &path(task_id))
    }
}

fn path(task_id: i64) -> String {
    format!("{TASKS}/{task_id}")
}
