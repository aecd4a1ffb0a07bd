//! ADB's packets as bytes, for both sides of the wire: a 24-byte little-endian header, then the payload. It knows no
//! streams and no sockets. Source of the layout: AOSP packages/modules/adb, `types.h`, `protocol.txt`, `transport.cpp`.

use bytes::{Buf, BufMut, Bytes, BytesMut};
use thiserror::Error;

/// The oldest protocol version: every packet carries the sum of its payload (`A_VERSION_MIN`).
pub const VERSION_WITH_CHECKSUMS: u32 = 0x0100_0000;
/// From this version on the sum is left out, except in CNXN and AUTH (`A_VERSION_SKIP_CHECKSUM`).
pub const VERSION_WITHOUT_CHECKSUMS: u32 = 0x0100_0001;
/// The largest payload that adbd agrees to, in bytes (`MAX_PAYLOAD`).
pub const MAX_PAYLOAD: usize = 1024 * 1024;
/// The largest payload of CNXN and AUTH, in bytes (`MAX_PAYLOAD_V1`): they come before a maximum is agreed.
pub const MAX_HANDSHAKE_PAYLOAD: usize = 4096;
/// Bytes of a packet's header.
pub const HEADER_LEN: usize = 24;

/// What a packet asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Command {
    /// Hello: arg0 is the protocol version, arg1 the largest payload, the payload a banner.
    Cnxn,
    /// Authorisation: arg0 is 1 token, 2 signature, 3 public key.
    Auth,
    /// Opens a stream: arg0 is the sender's id, arg1 its window with `delayed_ack` and else 0, the payload a service
    /// that ends in NUL.
    Open,
    /// Ready: arg0 is the sender's id, arg1 the receiver's; with `delayed_ack` the payload is an `i32` of credit.
    Okay,
    /// Data: arg0 is the sender's id, arg1 the receiver's.
    Wrte,
    /// Closes a stream: arg0 is the sender's id (0 if it refuses an OPEN), arg1 the receiver's.
    Clse,
    /// Asks for TLS: arg0 is the version of the request.
    Stls,
}

impl Command {
    const ALL: [(Self, [u8; 4]); 7] = [
        (Self::Cnxn, *b"CNXN"),
        (Self::Auth, *b"AUTH"),
        (Self::Open, *b"OPEN"),
        (Self::Okay, *b"OKAY"),
        (Self::Wrte, *b"WRTE"),
        (Self::Clse, *b"CLSE"),
        (Self::Stls, *b"STLS"),
    ];

    /// Returns the word of the wire.
    #[must_use]
    pub fn code(self) -> u32 {
        Self::ALL
            .iter()
            .find(|(command, _)| *command == self)
            .map_or(0, |(_, name)| u32::from_le_bytes(*name))
    }

    /// Returns the command that a word of the wire means, if it is one.
    #[must_use]
    pub fn from_code(code: u32) -> Option<Self> {
        Self::ALL.iter().find(|(_, name)| u32::from_le_bytes(*name) == code).map(|(command, _)| *command)
    }

    fn comes_before_agreement(self) -> bool {
        matches!(self, Self::Cnxn | Self::Auth)
    }
}

/// One packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packet {
    /// What it asks for.
    pub command: Command,
    /// First argument; its meaning is the command's.
    pub arg0: u32,
    /// Second argument; its meaning is the command's.
    pub arg1: u32,
    /// At most the agreed maximum of bytes.
    pub payload: Bytes,
}

impl Packet {
    /// Returns a packet with a payload.
    #[must_use]
    pub fn new(command: Command, arg0: u32, arg1: u32, payload: impl Into<Bytes>) -> Self {
        Self { command, arg0, arg1, payload: payload.into() }
    }

    /// Returns a packet without a payload.
    #[must_use]
    pub fn bare(command: Command, arg0: u32, arg1: u32) -> Self {
        Self::new(command, arg0, arg1, Bytes::new())
    }

    /// Returns the header alone, for a writer that sends header and payload together without copying the payload.
    /// With `checksum` the payload's sum is filled in; CNXN and AUTH carry it always.
    #[must_use]
    pub fn header(&self, checksum: bool) -> [u8; HEADER_LEN] {
        let sum = if checksum || self.command.comes_before_agreement() { byte_sum(&self.payload) } else { 0 };
        let code = self.command.code();
        // No packet is built with more than `MAX_PAYLOAD` bytes, which a `u32` holds.
        let length = u32::try_from(self.payload.len()).unwrap_or(u32::MAX);
        let mut header = [0; HEADER_LEN];
        let mut rest = &mut header[..];
        for word in [code, self.arg0, self.arg1, length, sum, code ^ u32::MAX] {
            rest.put_u32_le(word);
        }
        header
    }

    /// Returns the whole packet as bytes; `checksum` as for [`Packet::header`].
    #[must_use]
    pub fn encode(&self, checksum: bool) -> Bytes {
        let mut bytes = BytesMut::with_capacity(HEADER_LEN + self.payload.len());
        bytes.put_slice(&self.header(checksum));
        bytes.put_slice(&self.payload);
        bytes.freeze()
    }
}

/// Bytes that are not ADB. The connection that they came from is of no more use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PacketError {
    /// The first word names no command.
    #[error("unknown command 0x{0:08x}")]
    UnknownCommand(u32),
    /// The last word of the header is not the command with every bit turned.
    #[error("the header's magic 0x{magic:08x} does not belong to its command 0x{command:08x}")]
    WrongMagic {
        /// The command as received.
        command: u32,
        /// The magic as received.
        magic: u32,
    },
    /// The payload is announced longer than was agreed; it was not waited for.
    #[error("a payload of {length} bytes was announced, at most {limit} are allowed")]
    TooLong {
        /// Bytes announced.
        length: u32,
        /// Bytes allowed.
        limit: usize,
    },
    /// The payload's sum is not the one announced.
    #[error("the payload's sum is 0x{actual:08x}, announced was 0x{announced:08x}")]
    WrongSum {
        /// The sum in the header.
        announced: u32,
        /// The sum of what arrived.
        actual: u32,
    },
}

/// Cuts packets out of a stream of bytes, however it was split.
///
/// Take every packet with [`PacketDecoder::next`] after each [`PacketDecoder::push`]: then it never holds more than
/// one packet and what was pushed last. After an error it stays in error and drops whatever is pushed.
#[derive(Debug)]
pub struct PacketDecoder {
    buffer: BytesMut,
    max_payload: usize,
    sums_everywhere: bool,
    broken: Option<PacketError>,
}

impl PacketDecoder {
    /// Returns a decoder that refuses payloads above `max_payload` bytes, and verifies the sum of each packet until
    /// [`PacketDecoder::agree`] says otherwise.
    #[must_use]
    pub fn new(max_payload: usize) -> Self {
        Self { buffer: BytesMut::new(), max_payload, sums_everywhere: true, broken: None }
    }

    /// Takes over what CNXN settled: the version in force and the largest payload that this side receives.
    /// Bytes pushed already are read by the new terms.
    pub fn agree(&mut self, version: u32, max_payload: usize) {
        self.sums_everywhere = version < VERSION_WITHOUT_CHECKSUMS;
        self.max_payload = max_payload;
    }

    /// Adds received bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.broken.is_none() {
            self.buffer.extend_from_slice(bytes);
        }
    }

    /// Returns the buffer to read into without a copy in between. It has room for the rest of the packet under way; where it
    /// runs short, `step` bytes of room are made, so that small packets share one allocation. What is put there counts
    /// as pushed. An empty buffer that is much larger than `step` is given back: it would be held for as long as nothing
    /// comes.
    pub fn space(&mut self, step: usize) -> &mut BytesMut {
        const SHORT: usize = 2048;
        let missing = match self.peek() {
            Ok(Some(header)) => (HEADER_LEN + header.length).saturating_sub(self.buffer.len()),
            _ => 0,
        };
        if self.buffer.capacity() - self.buffer.len() < missing.max(step.min(SHORT)) {
            self.buffer.reserve(missing.max(step));
        }
        // Asked for room, it may have taken back the allocation of packets that are done with.
        if self.buffer.is_empty() && self.buffer.capacity() > 4 * step {
            self.buffer = BytesMut::with_capacity(step);
        }
        &mut self.buffer
    }

    /// Returns whether every byte pushed so far belonged to a packet that was taken.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.buffer.is_empty()
    }

    /// Returns the next whole packet; `None` until more bytes are pushed.
    ///
    /// # Errors
    /// [`PacketError`] once the bytes cannot be ADB, and from then on.
    #[expect(clippy::should_implement_trait, reason = "an iterator that ends could not go on after a push")]
    pub fn next(&mut self) -> Result<Option<Packet>, PacketError> {
        if let Some(error) = self.broken {
            return Err(error);
        }
        self.cut().inspect_err(|error| {
            self.broken = Some(*error);
            self.buffer = BytesMut::new();
        })
    }

    fn cut(&mut self) -> Result<Option<Packet>, PacketError> {
        let Some(header) = self.peek()? else { return Ok(None) };
        if self.buffer.len() < HEADER_LEN + header.length {
            return Ok(None);
        }
        self.buffer.advance(HEADER_LEN);
        let payload = self.buffer.split_to(header.length).freeze();
        // A greeting or an AUTH may carry its sum or a zero: adbd 34 leaves it out as soon as it knows that the other
        // side does not look.
        let due =
            if header.command.comes_before_agreement() { header.sum != 0 } else { self.sums_everywhere };
        if due {
            let actual = byte_sum(&payload);
            if actual != header.sum {
                return Err(PacketError::WrongSum { announced: header.sum, actual });
            }
        }
        Ok(Some(Packet { command: header.command, arg0: header.arg0, arg1: header.arg1, payload }))
    }

    fn peek(&self) -> Result<Option<Header>, PacketError> {
        let Some(mut bytes) = self.buffer.get(..HEADER_LEN) else { return Ok(None) };
        let (code, arg0, arg1) = (bytes.get_u32_le(), bytes.get_u32_le(), bytes.get_u32_le());
        let (length, sum, magic) = (bytes.get_u32_le(), bytes.get_u32_le(), bytes.get_u32_le());
        if magic != code ^ u32::MAX {
            return Err(PacketError::WrongMagic { command: code, magic });
        }
        let command = Command::from_code(code).ok_or(PacketError::UnknownCommand(code))?;
        let limit = if command.comes_before_agreement() { MAX_HANDSHAKE_PAYLOAD } else { self.max_payload };
        let too_long = PacketError::TooLong { length, limit };
        let length = usize::try_from(length).ok().filter(|length| *length <= limit).ok_or(too_long)?;
        Ok(Some(Header { command, arg0, arg1, length, sum }))
    }
}

struct Header {
    command: Command,
    arg0: u32,
    arg1: u32,
    length: usize,
    sum: u32,
}

/// Returns the sum that `protocol.txt` calls a CRC: it is the bytes added up.
fn byte_sum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |sum: u32, byte| sum.wrapping_add(u32::from(*byte)))
}
