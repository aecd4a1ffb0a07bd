//! Access to the server: tokens with their roles, and the audit of what was done with them.

pub(crate) mod audit;
pub(crate) mod role;
pub(crate) mod token;
