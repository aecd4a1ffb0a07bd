//! How much may be sent on a stream: with `delayed_ack` the receiver gives credit in bytes, without it each packet is
//! acknowledged before the next one.
//! Source: AOSP packages/modules/adb, `docs/dev/delayed_ack.md`.

use bytes::Bytes;

use super::inbox::WINDOW;
use crate::adb::error::AdbCause;

/// The read bytes for which the phone is given credit at once.
const CREDIT_STEP: u32 = WINDOW / 8;

/// What the phone allows this side to send.
#[derive(Debug, Default)]
pub(super) struct Credit {
    delayed_ack: bool,
    /// With `delayed_ack` bytes, else packets; below 1 nothing may be sent. May be negative.
    left: i64,
}

impl Credit {
    /// Creates the credit of a stream that the phone has not opened yet.
    pub(super) fn none(delayed_ack: bool) -> Self {
        Self { delayed_ack, left: 0 }
    }

    /// Creates the credit of a stream that the phone opened with `window`.
    pub(super) fn of_window(delayed_ack: bool, window: u32) -> Self {
        Self { delayed_ack, left: if delayed_ack { i64::from(window) } else { 1 } }
    }

    /// Adds what an OKAY gives.
    ///
    /// # Errors
    /// [`AdbCause::Protocol`] when it cannot be a credit.
    pub(super) fn receive(&mut self, payload: &[u8]) -> Result<(), AdbCause> {
        match (self.delayed_ack, <[u8; 4]>::try_from(payload)) {
            (true, Ok(credit)) => {
                self.left = self.left.saturating_add(i64::from(i32::from_le_bytes(credit)));
                // Both sides count it in 32 bits.
                if i32::try_from(self.left).is_err() {
                    return Err(AdbCause::Protocol(format!("a credit of {} bytes", self.left)));
                }
            }
            (true, Err(_)) => {
                return Err(AdbCause::Protocol(format!("a credit written in {} bytes", payload.len())));
            }
            (false, _) => self.left = 1,
        }
        Ok(())
    }

    /// Whether a packet may be sent.
    pub(super) fn is_left(&self) -> bool {
        self.left > 0
    }

    /// Subtracts a packet that is sent.
    pub(super) fn spend(&mut self, payload: &Bytes) {
        let price = if self.delayed_ack { i64::try_from(payload.len()).unwrap_or(i64::MAX) } else { 1 };
        self.left = self.left.saturating_sub(price);
    }
}

/// What this side has yet to acknowledge to the phone. The answers are payloads of an OKAY.
#[derive(Debug, Default)]
pub(super) struct Acknowledgements {
    delayed_ack: bool,
    /// Read bytes, with `delayed_ack`, or received packets, without.
    due: u32,
}

impl Acknowledgements {
    pub(super) fn new(delayed_ack: bool) -> Self {
        Self { delayed_ack, due: 0 }
    }

    /// Counts a packet that arrived, after which `unread` bytes wait to be read.
    pub(super) fn arrived(&mut self, unread: u32) -> Option<Bytes> {
        if self.delayed_ack {
            return None;
        }
        self.due += 1;
        self.acknowledge_packet(unread)
    }

    /// Counts bytes that were read, after which `unread` bytes wait to be read.
    pub(super) fn read(&mut self, bytes: u32, unread: u32) -> Option<Bytes> {
        if !self.delayed_ack {
            return self.acknowledge_packet(unread);
        }
        self.due = self.due.saturating_add(bytes);
        let is_enough = self.due >= CREDIT_STEP;
        is_enough.then(|| Bytes::copy_from_slice(&std::mem::take(&mut self.due).to_le_bytes()))
    }

    /// Without `delayed_ack` the phone sends its next packet at our OKAY, which it gets while there is room here.
    fn acknowledge_packet(&mut self, unread: u32) -> Option<Bytes> {
        let is_due = self.due > 0 && unread <= WINDOW / 2;
        is_due.then(|| {
            self.due -= 1;
            Bytes::new()
        })
    }
}
