//! The audit: its rows, and the operations on it.

pub(crate) mod operations;
pub(crate) mod rows;
