//! Events: what happened, in one order.

pub(crate) mod operations;
pub(crate) mod rows;
