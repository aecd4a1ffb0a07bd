//! Tasks: created, read, stopped, retried, deleted, and the evidence of their attempts.

pub(crate) mod batch;
pub(crate) mod change;
mod convert;
pub(crate) mod create;
pub(crate) mod evidence;
pub(crate) mod idempotency;
mod list_request;
pub(crate) mod read;
mod task_etag;
