//! The messages of a pairing between a computer and a phone, without I/O. Inside TLS each side sends one message of SPAKE2,
//! from which both derive the same key if both know the code, and then its identity, encrypted with that key. The code is
//! bound to the TLS session, so that no third side can relay the messages.
//! Source: AOSP packages/modules/adb, `pairing_connection/pairing_connection.cpp`, `pairing_auth/pairing_auth.cpp`,
//! `pairing_auth/aes_128_gcm.cpp`. SPAKE2 is BoringSSL's own form of it (`crypto/curve25519/spake25519.c`), for which
//! libadb has the one implementation in Rust.

use aes_gcm::aead::Aead;
use aes_gcm::{Aes128Gcm, KeyInit, Nonce};
use hkdf::Hkdf;
use libadb::keys::rsa::rand_core::OsRng;
use libadb::pairing::{Role, Spake2};
use sha2::Sha256;
use thiserror::Error;

/// The label of the keying material of the TLS session; the zero byte belongs to it.
pub const EXPORTER_LABEL: &[u8] = b"adb-label\0";
/// Bytes of keying material of the TLS session.
pub const EXPORTED_LEN: usize = 64;
/// Bytes before each payload: version, kind, and the payload's length as a big-endian `u32`.
pub const HEADER_LEN: usize = 6;
/// Bytes of a message of SPAKE2.
pub const AGREEMENT_LEN: usize = 32;

const VERSION: u8 = 1;
/// Bytes of an identity, padded with zeros.
const INFO_LEN: usize = 8192;
/// The longest payload that AOSP accepts.
const MOST_PAYLOAD: usize = 2 * INFO_LEN;
/// The names that go into the key; the zero bytes belong to them.
const COMPUTER: &[u8] = b"adb pair client\0";
const PHONE: &[u8] = b"adb pair server\0";
const KEY_LABEL: &[u8] = b"adb pairing_auth aes-128-gcm key";

/// Why a pairing failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PairingError {
    /// The codes differ.
    #[error("the code is not the one that the phone shows")]
    WrongCode,
    /// The other side broke the protocol.
    #[error("what it says is no pairing: {0}")]
    Protocol(&'static str),
    /// The identity is too long.
    #[error("the key's line is longer than {INFO_LEN} bytes: shorten its owner")]
    TooLong,
}

/// The role in a pairing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The side with the key that will be trusted.
    Computer,
    /// The side that shows the code.
    Phone,
}

/// The kind of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PacketKind {
    /// A message of SPAKE2.
    Agreement = 0,
    /// An encrypted [`Info`].
    Info = 1,
}

/// The identity of one side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Info {
    /// The computer's public key, as the line of an `adbkey.pub`.
    Key(String),
    /// The phone's name, under which it announces itself in the network.
    Phone(String),
}

/// Encodes a packet: header and payload.
#[must_use]
pub fn encode(kind: PacketKind, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap_or(u32::MAX);
    [&[VERSION, kind as u8], &length.to_be_bytes()[..], payload].concat()
}

/// Returns the length of the payload behind `header`, in bytes, at most twice that of an [`Info`].
///
/// # Errors
/// [`PairingError::Protocol`] when it is not the header of a packet of this kind.
pub fn decode_header(header: [u8; HEADER_LEN], expected: PacketKind) -> Result<usize, PairingError> {
    let [version, kind, length @ ..] = header;
    if version != VERSION {
        return Err(PairingError::Protocol("an unknown version"));
    }
    if kind != expected as u8 {
        return Err(PairingError::Protocol("another packet than is due"));
    }
    match usize::try_from(u32::from_be_bytes(length)) {
        Ok(length) if (1..=MOST_PAYLOAD).contains(&length) => Ok(length),
        _ => Err(PairingError::Protocol("a packet that is empty or too long")),
    }
}

/// One side's part in agreeing on a key.
pub struct Agreement(Spake2);

impl Agreement {
    /// Starts with the code and the keying material of this TLS session under [`EXPORTER_LABEL`].
    #[must_use]
    pub fn begin(side: Side, code: &str, exported: &[u8; EXPORTED_LEN]) -> Self {
        let password = [code.as_bytes(), exported].concat();
        Self(match side {
            Side::Computer => Spake2::new(Role::Alice, COMPUTER, PHONE, &password, &mut OsRng),
            Side::Phone => Spake2::new(Role::Bob, PHONE, COMPUTER, &password, &mut OsRng),
        })
    }

    /// Returns the message to the other side.
    #[must_use]
    pub fn message(&self) -> &[u8; AGREEMENT_LEN] {
        self.0.message()
    }

    /// Derives the key from the other side's message. Whether both had the same code shows in [`Cipher::open`].
    ///
    /// # Errors
    /// [`PairingError::Protocol`].
    pub fn finish(self, theirs: &[u8]) -> Result<Cipher, PairingError> {
        let secret =
            self.0.finish(theirs).map_err(|_| PairingError::Protocol("a message that is no point"))?;
        let mut key = [0; 16];
        Hkdf::<Sha256>::new(None, &secret[..])
            .expand(KEY_LABEL, &mut key)
            .map_err(|_| PairingError::Protocol("no key can be made of the secret"))?;
        Ok(Cipher { key: Aes128Gcm::new(&key.into()), sealed: 0, opened: 0 })
    }
}

/// Encrypts what is sent and decrypts what is received; each message has the next number as its nonce.
pub struct Cipher {
    key: Aes128Gcm,
    sealed: u64,
    opened: u64,
}

impl Cipher {
    /// Encrypts `info` as the payload of a packet.
    ///
    /// # Errors
    /// [`PairingError::TooLong`].
    pub fn seal(&mut self, info: &Info) -> Result<Vec<u8>, PairingError> {
        let (kind, text) = match info {
            Info::Key(text) => (0, text),
            Info::Phone(text) => (1, text),
        };
        // A zero byte ends the text.
        if text.len() + 2 > INFO_LEN {
            return Err(PairingError::TooLong);
        }
        let mut block = vec![0; INFO_LEN];
        block[0] = kind;
        block[1..=text.len()].copy_from_slice(text.as_bytes());
        let sealed = self.key.encrypt(&nonce(&mut self.sealed), &block[..]);
        sealed.map_err(|_| PairingError::TooLong)
    }

    /// Decrypts the identity of the other side.
    ///
    /// # Errors
    /// [`PairingError::WrongCode`], or [`PairingError::Protocol`].
    pub fn open(&mut self, payload: &[u8]) -> Result<Info, PairingError> {
        let block =
            self.key.decrypt(&nonce(&mut self.opened), payload).map_err(|_| PairingError::WrongCode)?;
        let wrong = PairingError::Protocol("something else than who it is");
        if block.len() != INFO_LEN {
            return Err(wrong);
        }
        let (kind, text) = block.split_first().ok_or(wrong)?;
        let text = text.split(|byte| *byte == 0).next().unwrap_or_default();
        let text = String::from_utf8(text.to_vec()).map_err(|_| wrong)?;
        match kind {
            0 => Ok(Info::Key(text)),
            1 => Ok(Info::Phone(text)),
            _ => Err(wrong),
        }
    }
}

fn nonce(count: &mut u64) -> Nonce<aes_gcm::aead::consts::U12> {
    let mut nonce = [0; 12];
    nonce[..8].copy_from_slice(&count.to_le_bytes());
    *count += 1;
    nonce.into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ciphers(computer: &str, phone: &str) -> (Cipher, Cipher) {
        let exported = [7; EXPORTED_LEN];
        let computer = Agreement::begin(Side::Computer, computer, &exported);
        let phone = Agreement::begin(Side::Phone, phone, &exported);
        let messages = [*computer.message(), *phone.message()];
        (computer.finish(&messages[1]).unwrap(), phone.finish(&messages[0]).unwrap())
    }

    #[test]
    fn who_has_another_code_cannot_read_who_the_other_is() {
        let (mut computer, mut phone) = ciphers("123456", "123457");
        let sealed = computer.seal(&Info::Key("key".to_owned())).unwrap();
        assert_eq!(phone.open(&sealed), Err(PairingError::WrongCode));
    }

    #[test]
    fn a_text_without_room_is_refused() {
        let (mut computer, mut phone) = ciphers("123456", "123456");
        assert_eq!(computer.seal(&Info::Key("k".repeat(INFO_LEN - 1))), Err(PairingError::TooLong));
        let longest = Info::Key("k".repeat(INFO_LEN - 2));
        assert_eq!(phone.open(&computer.seal(&longest).unwrap()), Ok(longest));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn both_sides_read_all_that_the_other_says(
            code in "[0-9]{6}",
            texts in prop::collection::vec("[^\0]{0,200}", 1..4),
        ) {
            let (mut computer, mut phone) = ciphers(&code, &code);
            for text in texts {
                let (key, name) = (Info::Key(text.clone()), Info::Phone(text));
                prop_assert_eq!(phone.open(&computer.seal(&key).unwrap()), Ok(key));
                prop_assert_eq!(computer.open(&phone.seal(&name).unwrap()), Ok(name));
            }
        }

        #[test]
        fn any_bytes_are_an_error_and_never_a_panic(
            bytes in prop::collection::vec(any::<u8>(), 0..200),
            header in any::<[u8; HEADER_LEN]>(),
        ) {
            let exported = [7; EXPORTED_LEN];
            for kind in [PacketKind::Agreement, PacketKind::Info] {
                if let Ok(length) = decode_header(header, kind) {
                    prop_assert!(length <= MOST_PAYLOAD);
                }
            }
            let (mut computer, _) = ciphers("1", "1");
            prop_assert!(computer.open(&bytes).is_err());
            // Some of them are points.
            let _ = Agreement::begin(Side::Computer, "1", &exported).finish(&bytes);
        }
    }

    #[test]
    fn a_packet_is_read_as_it_was_written() {
        let packet = encode(PacketKind::Info, &[1, 2, 3]);
        let header = packet[..HEADER_LEN].try_into().unwrap();
        assert_eq!((decode_header(header, PacketKind::Info), &packet[HEADER_LEN..]), (Ok(3), &[1, 2, 3][..]));
        assert!(decode_header(header, PacketKind::Agreement).is_err());
    }
}
