//! The audit: what changes something is recorded with who asked for it, and read by `GET /api/v1/audit`.

pub(crate) mod convert;
pub(crate) mod handlers;
pub(crate) mod list_query;
pub(crate) mod recorder;
pub(crate) mod request;
pub(crate) mod subjects;
