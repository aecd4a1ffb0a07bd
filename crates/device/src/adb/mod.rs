//! ADB: codecs without I/O that both sides of the wire use, and on top of them the host's direct TCP connection and its
//! connection through an adb server, both behind one transport.
//! The operations that a phone offers are in [`crate::phone`].

pub(crate) mod connection;
pub(crate) mod error;
pub mod handshake;
pub mod keys;
pub mod packet;
#[cfg(feature = "pairing")]
pub mod pairing;
pub mod reach;
pub mod reverse_protocol;
pub mod server;
pub mod shell_protocol;
mod stream;
pub mod sync;
#[cfg(feature = "tls")]
mod tls;
pub(crate) mod transport;

pub use error::{AdbCause, AdbError};
pub use transport::Stream;
