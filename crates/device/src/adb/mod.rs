//! ADB: codecs without I/O that both sides of the wire use, and on top of them the host's direct TCP connection.
//! What a phone can be asked to do is [`crate::phone`]'s.

pub mod banner;
pub(crate) mod connection;
pub(crate) mod error;
mod handshake;
pub mod key;
mod outbox;
pub mod packet;
pub mod shell_protocol;
pub(crate) mod stream;
mod streams;
pub mod sync_protocol;

pub use error::{AdbCause, AdbError};
pub use stream::Stream;
