//! Pairing by code, as in Android's dialog "Pair device with pairing code": the phone shows an address and six digits, and
//! from then on trusts the key of the computer that knows them. The connection that is used afterwards is at another port,
//! and not made here.

mod client;
mod protocol;

pub use client::pair;
pub use protocol::{
    AGREEMENT_LEN, Agreement, Cipher, EXPORTED_LEN, EXPORTER_LABEL, HEADER_LEN, Info, PacketKind,
    PairingError, Side, decode_header, encode,
};
