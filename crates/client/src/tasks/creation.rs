//! Requests for tasks with options: once, with the created tasks in the answer, or only as a preview.

use tikmatrix_api_types::tasks::{CreateQuery, Created, NewTasks, Returned};
use ureq::http::Method;

use crate::error::Error;
use crate::http::{Http, with_query};

pub(crate) const TASKS: &str = "/api/v1/task";

/// The options of a request for tasks.
#[derive(Debug, Clone)]
#[must_use]
pub struct Creation<'client> {
    http: &'client Http,
    query: CreateQuery,
    key: Option<String>,
}

impl<'client> Creation<'client> {
    pub(crate) fn new(http: &'client Http) -> Self {
        Self { http, query: CreateQuery::default(), key: None }
    }

    /// Creates the tasks once, however often the same request is sent with `key` within 24 hours. Without a key, each request
    /// creates its tasks.
    pub fn once(self, key: Option<String>) -> Self {
        Self { key, ..self }
    }

    /// Lists the created tasks in the answer, with phone, account and start time.
    pub fn with_tasks(mut self) -> Self {
        self.query.returned = Some(Returned::Tasks);
        self
    }

    /// Creates nothing if `dry_run`, and lists the tasks that would be created.
    pub fn dry_run(mut self, dry_run: bool) -> Self {
        self.query.dry_run = dry_run.then_some(true);
        self
    }

    /// Sends the request.
    ///
    /// # Errors
    /// As [`Tasks::create`](crate::Tasks::create); code 40901 when the key was used with another request or is still in use.
    pub fn send(self, tasks: &NewTasks) -> Result<Created, Error> {
        let key: Vec<(&str, &str)> = self.key.iter().map(|key| ("Idempotency-Key", key.as_str())).collect();
        self.http.call_with_headers(Method::POST, &with_query(TASKS, &self.query), &key, tasks)
    }
}
