//! ADB's packets: their codec without I/O, and the bounded queue in front of a connection's socket.

pub(super) mod codec;
pub(super) mod send_queue;
mod writer;

pub use codec::{
    Command, HEADER_LEN, MAX_HANDSHAKE_PAYLOAD, MAX_PAYLOAD, Packet, PacketDecoder, PacketError,
    VERSION_WITH_CHECKSUMS, VERSION_WITHOUT_CHECKSUMS,
};
