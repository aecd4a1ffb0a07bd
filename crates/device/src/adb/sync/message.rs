//! The messages inside a `sync:` stream, versions 1 and 2, for both sides: a four-letter id, a number or a length,
//! then bytes. Source: AOSP packages/modules/adb, `file_sync_protocol.h`, `SYNC.TXT`.

use bytes::{Buf, BufMut, Bytes, BytesMut};
use thiserror::Error;

/// The largest DATA message, in bytes (`SYNC_DATA_MAX`).
pub const MAX_DATA: usize = 64 * 1024;
/// The longest path, in bytes; a SEND's path carries its mode too.
pub const MAX_PATH: usize = 1024;
/// Bytes of a message's id and number.
pub const MESSAGE_HEADER_LEN: usize = 8;

/// Returns the header of a DATA message of `length` bytes, for a client that builds many pieces in one buffer.
#[must_use]
pub fn data_header(length: u32) -> [u8; MESSAGE_HEADER_LEN] {
    let mut header = *b"DATA\0\0\0\0";
    header[4..].copy_from_slice(&length.to_le_bytes());
    header
}

/// Bytes that are not messages of the sync protocol.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SyncError {
    /// Its id is unknown on this side of the conversation.
    #[error("unknown sync message {0:?}")]
    UnknownMessage(String),
    /// It is longer than allowed, and was not awaited.
    #[error("a sync message of {length} bytes was announced, at most {limit} are allowed")]
    TooLong {
        /// Bytes announced.
        length: u32,
        /// Bytes allowed.
        limit: usize,
    },
    /// A path that is not UTF-8, or a SEND without a mode.
    #[error("the path {0:?} cannot be used")]
    BadPath(String),
    /// A name in a directory that is empty or holds a `/` or a NUL, and would lead elsewhere.
    #[error("a file name that is none: {0:?}")]
    BadName(String),
}

pub(super) fn peek(buffer: &[u8]) -> Option<([u8; 4], u32)> {
    let (word, mut rest) = buffer.get(..MESSAGE_HEADER_LEN)?.split_first_chunk::<4>()?;
    Some((*word, rest.get_u32_le()))
}

pub(super) fn take_body(
    buffer: &mut BytesMut,
    head: usize,
    announced: u32,
    limit: usize,
) -> Result<Option<Bytes>, SyncError> {
    let length = limited(announced, limit)?;
    if buffer.len() < head + length {
        return Ok(None);
    }
    buffer.advance(head);
    Ok(Some(buffer.split_to(length).freeze()))
}

pub(super) fn limited(announced: u32, limit: usize) -> Result<usize, SyncError> {
    let too_long = SyncError::TooLong { length: announced, limit };
    usize::try_from(announced).ok().filter(|length| *length <= limit).ok_or(too_long)
}

pub(super) fn unknown(word: [u8; 4]) -> SyncError {
    SyncError::UnknownMessage(String::from_utf8_lossy(&word).into_owned())
}

pub(super) fn message(word: &[u8; 4], body: &[u8]) -> Bytes {
    let head = numbers(word, &[u32::try_from(body.len()).unwrap_or(u32::MAX)]);
    [&head[..], body].concat().into()
}

pub(super) fn numbers(word: &[u8; 4], numbers: &[u32]) -> Bytes {
    let mut bytes = BytesMut::with_capacity(4 + 4 * numbers.len());
    bytes.put_slice(word);
    for number in numbers {
        bytes.put_u32_le(*number);
    }
    bytes.freeze()
}
