//! Devices: listed, named, grouped, deleted, and the addresses at which the server connects them.

pub(crate) mod address_handlers;
pub(crate) mod connections;
pub(crate) mod convert;
pub(crate) mod handlers;
pub(crate) mod saved_addresses;
