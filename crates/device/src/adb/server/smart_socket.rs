//! The codec of the adb server's protocol: requests, verdicts, texts and numbers. Source: AOSP packages/modules/adb, `SERVICES.TXT`, `adb_io.cpp` and `sockets.cpp` (`smart_socket_enqueue`).

use bytes::{Buf, Bytes, BytesMut};
use thiserror::Error;

/// The longest request in bytes: the maximum of four hexadecimal digits.
pub const MAX_REQUEST: usize = 0xffff;
/// Bytes of a length, and of a verdict.
const WORD: usize = 4;

/// A violation of the protocol.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SmartSocketError {
    /// More than a request may hold.
    #[error("a request of {0} bytes, at most {MAX_REQUEST} are taken")]
    TooLong(usize),
    /// Neither `OKAY` nor `FAIL`.
    #[error("{0:?} is neither OKAY nor FAIL")]
    NoVerdict(String),
    /// Not four hexadecimal digits.
    #[error("{0:?} is not a length of four hexadecimal digits")]
    NoLength(String),
}

/// The server's verdict on a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is granted; what follows depends on the request.
    Okay,
    /// It is refused; the reason follows as a text and ends the conversation.
    Fail,
}

/// Encodes a request.
///
/// # Errors
/// [`SmartSocketError::TooLong`].
pub fn request(text: &str) -> Result<Bytes, SmartSocketError> {
    if text.len() > MAX_REQUEST {
        return Err(SmartSocketError::TooLong(text.len()));
    }
    Ok(format!("{:04x}{text}", text.len()).into())
}

/// A decoder of the server's answers. The request decides which parts follow, and the caller takes them in that order; each
/// is `None` until it is complete. A text is at most 65,535 bytes long, and at most one is awaited, which bounds the
/// memory.
#[derive(Debug, Default)]
pub struct AnswerDecoder {
    arrived: BytesMut,
}

impl AnswerDecoder {
    /// Creates an empty decoder.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds received bytes, in pieces of any size.
    pub fn push(&mut self, bytes: &[u8]) {
        self.arrived.extend_from_slice(bytes);
    }

    /// Returns the buffer to read into, with room for at least `room` bytes.
    pub fn space(&mut self, room: usize) -> &mut BytesMut {
        self.arrived.reserve(room);
        &mut self.arrived
    }

    /// Returns the verdict, `OKAY` or `FAIL`.
    ///
    /// # Errors
    /// [`SmartSocketError::NoVerdict`].
    pub fn verdict(&mut self) -> Result<Option<Verdict>, SmartSocketError> {
        let Some(word) = self.word() else { return Ok(None) };
        let verdict = match &word {
            b"OKAY" => Verdict::Okay,
            b"FAIL" => Verdict::Fail,
            _ => return Err(SmartSocketError::NoVerdict(String::from_utf8_lossy(&word).into_owned())),
        };
        self.arrived.advance(WORD);
        Ok(Some(verdict))
    }

    /// Returns a text with its length before it; bytes that are not UTF-8 are replaced.
    ///
    /// # Errors
    /// [`SmartSocketError::NoLength`].
    pub fn text(&mut self) -> Result<Option<String>, SmartSocketError> {
        let Some(word) = self.word() else { return Ok(None) };
        let digits =
            std::str::from_utf8(&word).ok().filter(|word| word.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let length = digits
            .and_then(|digits| usize::from_str_radix(digits, 16).ok())
            .ok_or_else(|| SmartSocketError::NoLength(String::from_utf8_lossy(&word).into_owned()))?;
        if self.arrived.len() < WORD + length {
            return Ok(None);
        }
        self.arrived.advance(WORD);
        let text = self.arrived.split_to(length);
        Ok(Some(String::from_utf8_lossy(&text).into_owned()))
    }

    /// Returns a number of eight bytes, little-endian: the transport id that `host:tport` gives.
    pub fn number(&mut self) -> Option<u64> {
        (self.arrived.len() >= size_of::<u64>()).then(|| self.arrived.get_u64_le())
    }

    /// Returns all that follows the parts that were taken: the first bytes of a service.
    #[must_use]
    pub fn into_rest(self) -> Bytes {
        self.arrived.freeze()
    }

    fn word(&self) -> Option<[u8; WORD]> {
        self.arrived.first_chunk().copied()
    }
}
