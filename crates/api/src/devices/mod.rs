//! Devices: listed, named, grouped, deleted, and the addresses at which the server connects them.

pub(crate) mod address_handlers;
pub(crate) mod address_request;
pub(crate) mod address_view;
pub(crate) mod connections;
pub(crate) mod handlers;
pub(crate) mod request;
pub(crate) mod saved_addresses;
pub(crate) mod view;
