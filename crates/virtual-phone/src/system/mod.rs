//! The state of Android's services: media, processes, properties, settings, sockets, and the log of commands.

pub(crate) mod accessibility;
pub(crate) mod apk;
pub(crate) mod command_log;
pub(crate) mod media_store;
pub(crate) mod processes;
pub(crate) mod properties;
pub(crate) mod rewriting;
pub(crate) mod settings;
pub(crate) mod sockets;
pub(crate) mod stop;
