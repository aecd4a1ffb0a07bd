//! Accounts, and the device that each of them is bound to.

pub(crate) mod operations;
pub(crate) mod rows;
