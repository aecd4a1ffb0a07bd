//! Tasks: their rows, and the operations on them.

pub(crate) mod change;
pub(crate) mod claim;
pub(crate) mod counts;
pub(crate) mod create;
pub(crate) mod filter;
pub(crate) mod journal;
pub(crate) mod lifecycle;
pub(crate) mod marks;
pub(crate) mod pagination;
pub(crate) mod query;
pub(crate) mod rows;
pub(crate) mod state;
