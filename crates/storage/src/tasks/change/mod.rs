//! Changes of tasks that people request: cancelling, retrying and deleting them, one or many at a time.

pub(crate) mod batch;
pub(crate) mod cancel;
pub(crate) mod delete;
pub(crate) mod retry;
pub(crate) mod selection;
