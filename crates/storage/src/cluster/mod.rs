//! What the servers on one database tell each other.

pub(crate) mod heartbeat;
pub(crate) mod signals;
