//! How a message gets to its receiver: signed, over HTTP, to an address that may be called.

pub(crate) mod sender;
pub(crate) mod signature;
mod target;
mod transport;
