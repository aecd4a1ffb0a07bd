//! `/api/v1/task/batch-…`: changes of many tasks, by their numbers or by a filter.

use serde::de::DeserializeOwned;
use tikmatrix_api_types::tasks::{
    BatchCancelled, BatchDeleted, BatchQuery, BatchRetried, BatchStopped, TaskBatch,
};
use ureq::http::Method;

use super::creation::TASKS;
use crate::error::Error;
use crate::http::{Http, with_query};

/// Changes up to 1,000 tasks, or all that match a filter. With `dry_run` it counts them only.
#[derive(Debug, Clone, Copy)]
pub struct Batches<'client> {
    http: &'client Http,
}

impl<'client> Batches<'client> {
    pub(super) fn new(http: &'client Http) -> Self {
        Self { http }
    }

    /// Stops those that run.
    ///
    /// # Errors
    /// [`Error`], as for every request.
    pub fn stop(self, batch: &TaskBatch, dry_run: bool) -> Result<BatchStopped, Error> {
        self.call("batch-stop", batch, dry_run)
    }

    /// Cancels those that have not finished.
    ///
    /// # Errors
    /// [`Error`], as for every request.
    pub fn cancel(self, batch: &TaskBatch, dry_run: bool) -> Result<BatchCancelled, Error> {
        self.call("batch-cancel", batch, dry_run)
    }

    /// Retries those that failed.
    ///
    /// # Errors
    /// [`Error`], as for every request.
    pub fn retry(self, batch: &TaskBatch, dry_run: bool) -> Result<BatchRetried, Error> {
        self.call("batch-retry", batch, dry_run)
    }

    /// Deletes them; running ones are stopped first.
    ///
    /// # Errors
    /// [`Error`], as for every request.
    pub fn delete(self, batch: &TaskBatch, dry_run: bool) -> Result<BatchDeleted, Error> {
        self.call("batch-delete", batch, dry_run)
    }

    fn call<Done: DeserializeOwned>(
        self,
        operation: &str,
        batch: &TaskBatch,
        dry_run: bool,
    ) -> Result<Done, Error> {
        let query = BatchQuery { dry_run: dry_run.then_some(true) };
        self.http.call_with(Method::POST, &with_query(&format!("{TASKS}/{operation}"), &query), batch)
    }
}
