//! The layers that each request passes before its handler.

pub(crate) mod auth;
pub(crate) mod body_timeout;
pub(crate) mod host;
pub(crate) mod host_names;
pub(crate) mod license;
pub(crate) mod limit;
pub(crate) mod metrics;
pub(crate) mod range;
pub(crate) mod role;
