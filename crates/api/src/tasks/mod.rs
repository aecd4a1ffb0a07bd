//! Tasks: created, read, stopped, retried, deleted, and the evidence of their attempts.

pub(crate) mod change;
pub(crate) mod create;
mod create_request;
pub(crate) mod evidence;
pub(crate) mod idempotency;
mod list_request;
pub(crate) mod read;
mod task_etag;
mod task_ids;
mod timing;
mod view;
