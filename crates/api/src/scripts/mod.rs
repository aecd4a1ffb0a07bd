//! The scripts that tasks can run.

pub(crate) mod handlers;
