//! Letting computers in: the handshake of a connection, TLS, and pairing by code.

pub(crate) mod admission;
pub(crate) mod pairing;
mod tls;
