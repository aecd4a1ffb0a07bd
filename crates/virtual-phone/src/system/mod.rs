//! What Android itself keeps: media, processes, properties, settings, sockets, packages, and the log of commands.

pub(crate) mod apk;
pub(crate) mod command_log;
pub(crate) mod media_store;
pub(crate) mod processes;
pub(crate) mod properties;
pub(crate) mod settings;
pub(crate) mod sockets;
