//! Groups of devices.

pub(crate) mod handlers;
pub(crate) mod request;
pub(crate) mod view;
