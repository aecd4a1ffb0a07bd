//! Why a task failed: the codes for programs, and what a person can do about each.

pub(crate) mod code;
pub(crate) mod troubleshooting;
