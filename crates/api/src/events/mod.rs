//! Events: streamed to clients, recorded for devices, and deleted when they are old.

pub(crate) mod event_retention;
pub(crate) mod handlers;
pub(crate) mod request;
pub(crate) mod view;
