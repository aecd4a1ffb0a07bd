//! What a stream has received and its user has not read yet.

use std::collections::VecDeque;

use bytes::Bytes;

use crate::adb::error::AdbCause;
use crate::adb::packet::MAX_PAYLOAD;

/// The window: the bytes of a stream that the phone may send before they are read here.
pub(super) const WINDOW: u32 = 4 * 1024 * 1024;
/// The pieces in an inbox from which small ones are joined, and the size of a joined one in bytes: a window full of
/// single bytes would otherwise cost many times its size.
const MANY_PIECES: usize = 64;
const JOINED_PIECE: usize = 4096;
/// The size in bytes from which a piece may keep the buffer that it came in.
const LARGE_PIECE: usize = 64 * 1024;

/// Received data in order, never much more than a window.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    pub(super) pieces: VecDeque<Bytes>,
    /// The sum of their lengths.
    pub(super) bytes: u32,
}

impl Inbox {
    /// Adds what arrived.
    ///
    /// # Errors
    /// [`AdbCause::Protocol`] when it is more than the phone may send.
    pub(super) fn push(&mut self, payload: Bytes) -> Result<(), AdbCause> {
        // The last packet of a window may reach beyond it: a sender waits only once its credit is gone.
        let most = WINDOW + u32::try_from(MAX_PAYLOAD).unwrap_or(0);
        let length = u32::try_from(payload.len()).ok().filter(|length| self.bytes + length <= most);
        let Some(length) = length else {
            return Err(AdbCause::Protocol("more data than it was allowed to send".to_owned()));
        };
        if length > 0 {
            self.bytes += length;
            self.store(payload);
        }
        Ok(())
    }

    /// Takes the next piece out, with its length.
    pub(super) fn pop(&mut self) -> Option<(Bytes, u32)> {
        let piece = self.pieces.pop_front()?;
        // The sum of all pieces went into a `u32`, so each fits.
        let length = u32::try_from(piece.len()).unwrap_or(u32::MAX);
        self.bytes = self.bytes.saturating_sub(length);
        Some((piece, length))
    }

    fn store(&mut self, payload: Bytes) {
        let many = self.pieces.len() >= MANY_PIECES;
        match self.pieces.back_mut() {
            Some(last) if many && last.len() + payload.len() <= JOINED_PIECE => {
                *last = [&last[..], &payload].concat().into();
            }
            // A small piece would keep the whole buffer that it was read into.
            _ if many && payload.len() < LARGE_PIECE => {
                self.pieces.push_back(Bytes::copy_from_slice(&payload));
            }
            _ => self.pieces.push_back(payload),
        }
    }
}
