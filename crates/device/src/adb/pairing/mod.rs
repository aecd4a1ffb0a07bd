//! Pairing by code, as Android's dialog "Pair device with pairing code" has it: the phone shows an address and six
//! digits, and trusts from then on the key of whoever proves to know them. `protocol` is what both sides say, without I/O;
//! `client` says it to a phone. The connection by which the phone is used afterwards is at another port, and not made here.

mod client;
mod protocol;

pub use client::pair;
pub use protocol::{
    AGREEMENT_LEN, Agreement, Cipher, EXPORTED_LEN, EXPORTER_LABEL, HEADER_LEN, Info, PacketKind,
    PairingError, Side, decode_header, encode,
};
