//! The licence: its file, what it allows, and the route that shows it.

pub(crate) mod convert;
pub(crate) mod handlers;
pub(crate) mod license_file;
pub(crate) mod license_gate;
pub(crate) mod running_server;
