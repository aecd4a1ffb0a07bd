//! ADB: codecs without I/O that both sides of the wire use, and on top of them the host's direct TCP connection and its
//! way through the adb server, both behind one transport.
//! What a phone can be asked to do is [`crate::phone`]'s.

pub mod banner;
pub(crate) mod connection;
pub mod device_list;
pub(crate) mod error;
pub(crate) mod handshake;
pub mod key;
mod outbox;
pub mod packet;
mod packet_writer;
pub mod pairing;
pub mod reverse_protocol;
pub mod server;
pub mod shell_protocol;
pub mod smart_socket;
mod stream;
mod streams;
pub mod sync_protocol;
mod tls;
pub(crate) mod transport;

pub use error::{AdbCause, AdbError};
pub use transport::Stream;
