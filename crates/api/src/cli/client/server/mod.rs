//! Commands about a server as a whole.

pub(in crate::cli) mod events;
pub(in crate::cli) mod settings;
pub(in crate::cli) mod version;
