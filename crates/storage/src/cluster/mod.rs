//! Servers that share a database.

pub(crate) mod heartbeat;
pub(crate) mod signals;
