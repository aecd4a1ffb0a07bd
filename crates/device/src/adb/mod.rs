//! ADB: codecs without I/O that both sides of the wire use, and on top of them the host's direct TCP connection.
//! What a phone can be asked to do is [`crate::phone`]'s.

pub mod banner;
pub mod packet;
pub mod shell_protocol;
pub mod sync_protocol;
