//! The settings of the whole server.

pub(crate) mod handlers;
pub(crate) mod request;
pub(crate) mod view;
