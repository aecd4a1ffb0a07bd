//! Tasks: created, read, stopped, retried, deleted, and the evidence of their attempts.

pub(crate) mod change;
pub(crate) mod create;
pub(crate) mod create_request;
pub(crate) mod evidence;
pub(crate) mod idempotency;
pub(crate) mod list_request;
pub(crate) mod read;
pub(crate) mod task_etag;
pub(crate) mod task_ids;
pub(crate) mod timing;
pub(crate) mod view;
