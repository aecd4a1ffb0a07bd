//! Groups of devices.

pub(crate) mod convert;
pub(crate) mod handlers;
