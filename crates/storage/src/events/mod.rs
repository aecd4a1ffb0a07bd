//! Events: their rows, and the operations on them.

pub(crate) mod operations;
pub(crate) mod rows;
