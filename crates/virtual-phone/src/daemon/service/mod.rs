//! The services behind the streams of a connection.

pub(crate) mod open;
pub(crate) mod reverse;
mod shell;
mod socket;
mod sync;
