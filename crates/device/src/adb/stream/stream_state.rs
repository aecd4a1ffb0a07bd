//! The state of one stream: its credit, its received data, and its end.

use std::collections::VecDeque;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;

use crate::adb::error::AdbCause;
use crate::adb::packet::{Command, MAX_PAYLOAD, Packet};

/// The window: the bytes of a stream that the phone may send before they are read here.
pub(super) const WINDOW: u32 = 4 * 1024 * 1024;
/// The read bytes for which the phone is given credit at once.
const CREDIT_STEP: u32 = WINDOW / 8;
/// The pieces in an inbox from which small ones are joined, and the size of a joined one in bytes: a window full of
/// single bytes would otherwise cost many times its size.
const MANY_PIECES: usize = 64;
const JOINED_PIECE: usize = 4096;
/// The size in bytes from which a piece may keep the buffer that it came in.
const LARGE_PIECE: usize = 64 * 1024;

/// Data that arrived on a stream.
#[derive(Debug)]
pub(in crate::adb) struct Arrival {
    pub(in crate::adb) data: Bytes,
    /// The packet that lets the phone send more.
    pub(in crate::adb) credit: Option<Packet>,
}

/// The end of a stream.
#[derive(Debug, Clone)]
enum End {
    /// The phone closed it; what arrived before is still read.
    ByPhone,
    /// It failed.
    Failed(AdbCause),
}

/// The state of one stream.
#[derive(Debug, Default)]
pub(super) struct StreamState {
    id: u32,
    delayed_ack: bool,
    /// The phone's id, once it has opened the stream.
    remote: Option<u32>,
    /// With `delayed_ack` bytes, else packets; below 1 nothing may be sent. May be negative.
    credit: i64,
    pub(super) inbox: VecDeque<Bytes>,
    pub(super) inbox_bytes: u32,
    /// Read bytes, with `delayed_ack`, or received packets, without, that are not acknowledged yet.
    unacknowledged: u32,
    end: Option<End>,
    reader: Option<Waker>,
    writer: Option<Waker>,
}

/// Events from the phone.
impl StreamState {
    pub(super) fn new(id: u32, delayed_ack: bool) -> Self {
        Self { id, delayed_ack, ..Self::default() }
    }

    /// Creates a stream that the phone opened with `window`, and the packet that accepts it.
    pub(super) fn called(id: u32, delayed_ack: bool, remote: u32, window: u32) -> (Self, Packet) {
        let credit = if delayed_ack { i64::from(window) } else { 1 };
        let entry = Self { id, delayed_ack, remote: Some(remote), credit, ..Self::default() };
        let window = if delayed_ack { WINDOW.to_le_bytes().to_vec() } else { Vec::new() };
        (entry, Packet::new(Command::Okay, id, remote, window))
    }

    /// Handles credit; returns whether it opened the stream.
    pub(super) fn receive_okay(&mut self, remote: u32, payload: &[u8]) -> Result<bool, AdbCause> {
        if remote == 0 || self.end.is_some() || self.remote.is_some_and(|known| known != remote) {
            return Ok(false);
        }
        let opened = self.remote.replace(remote).is_none();
        match (self.delayed_ack, <[u8; 4]>::try_from(payload)) {
            (true, Ok(credit)) => {
                self.credit = self.credit.saturating_add(i64::from(i32::from_le_bytes(credit)));
                // Both sides count it in 32 bits.
                if i32::try_from(self.credit).is_err() {
                    return Err(AdbCause::Protocol(format!("a credit of {} bytes", self.credit)));
                }
            }
            (true, Err(_)) => {
                return Err(AdbCause::Protocol(format!("a credit written in {} bytes", payload.len())));
            }
            (false, _) => self.credit = 1,
        }
        self.wake();
        Ok(opened)
    }

    /// Handles data and returns the answer, if it is due already.
    pub(super) fn receive_data(&mut self, remote: u32, payload: Bytes) -> Result<Option<Packet>, AdbCause> {
        if self.end.is_some() || self.remote != Some(remote) {
            return Ok(None);
        }
        // The last packet of a window may reach beyond it: a sender waits only once its credit is gone.
        let most = WINDOW + u32::try_from(MAX_PAYLOAD).unwrap_or(0);
        let length = u32::try_from(payload.len()).ok().filter(|length| self.inbox_bytes + length <= most);
        let Some(length) = length else {
            return Err(AdbCause::Protocol("more data than it was allowed to send".to_owned()));
        };
        if !payload.is_empty() {
            self.inbox_bytes += length;
            self.take_in(payload);
        }
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
        if self.delayed_ack {
            return Ok(None);
        }
        self.unacknowledged += 1;
        Ok(self.acknowledge_packet())
    }

    pub(super) fn receive_close(&mut self, remote: u32) {
        if remote != 0 && self.remote.is_some_and(|known| known != remote) {
            return;
        }
        let end = if self.remote.is_some() { End::ByPhone } else { End::Failed(AdbCause::Refused) };
        self.end.get_or_insert(end);
        self.wake();
    }

    pub(super) fn fail(&mut self, cause: AdbCause) {
        self.end.get_or_insert(End::Failed(cause));
        self.wake();
    }

    /// Returns whether it is open under this id of the phone's.
    pub(super) fn is_open_as(&self, remote: u32) -> bool {
        self.end.is_none() && self.remote == Some(remote)
    }

    fn take_in(&mut self, payload: Bytes) {
        let many = self.inbox.len() >= MANY_PIECES;
        match self.inbox.back_mut() {
            Some(last) if many && last.len() + payload.len() <= JOINED_PIECE => {
                *last = [&last[..], &payload].concat().into();
            }
            // A small piece would keep the whole buffer that it was read into.
            _ if many && payload.len() < LARGE_PIECE => {
                self.inbox.push_back(Bytes::copy_from_slice(&payload));
            }
            _ => self.inbox.push_back(payload),
        }
    }

    fn wake(&mut self) {
        for waker in [self.reader.take(), self.writer.take()].into_iter().flatten() {
            waker.wake();
        }
    }
}

/// Operations of its user.
impl StreamState {
    pub(super) fn poll_opened(&mut self, context: &mut Context<'_>) -> Poll<Result<(), AdbCause>> {
        match (&self.end, self.remote) {
            (Some(End::Failed(cause)), _) => Poll::Ready(Err(cause.clone())),
            (_, Some(_)) => Poll::Ready(Ok(())),
            _ => {
                self.writer = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }

    pub(super) fn poll_data(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<Arrival>, AdbCause>> {
        if let Some(data) = self.inbox.pop_front() {
            // The sum of what is in the inbox went into a `u32`, so each part fits.
            let length = u32::try_from(data.len()).unwrap_or(u32::MAX);
            self.inbox_bytes = self.inbox_bytes.saturating_sub(length);
            let credit = if self.delayed_ack { self.give_credit(length) } else { self.acknowledge_packet() };
            return Poll::Ready(Ok(Some(Arrival { data, credit })));
        }
        match &self.end {
            Some(End::ByPhone) => Poll::Ready(Ok(None)),
            Some(End::Failed(cause)) => Poll::Ready(Err(cause.clone())),
            None => {
                self.reader = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }

    pub(super) fn poll_credit(&mut self, context: &mut Context<'_>) -> Poll<Result<(), AdbCause>> {
        match &self.end {
            Some(End::ByPhone) => Poll::Ready(Err(AdbCause::StreamEnded)),
            Some(End::Failed(cause)) => Poll::Ready(Err(cause.clone())),
            None if self.credit > 0 => Poll::Ready(Ok(())),
            None => {
                self.writer = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }

    pub(super) fn send(&mut self, payload: Bytes) -> Option<Packet> {
        let remote = self.remote.filter(|_| self.end.is_none() && self.credit > 0)?;
        let price = if self.delayed_ack { i64::try_from(payload.len()).unwrap_or(i64::MAX) } else { 1 };
        self.credit = self.credit.saturating_sub(price);
        Some(Packet::new(Command::Wrte, self.id, remote, payload))
    }

    /// Returns the packet, if any, that closes the stream on the phone.
    pub(super) fn abandon(&self) -> Option<Packet> {
        let remote = self.remote.filter(|_| self.end.is_none())?;
        Some(Packet::bare(Command::Clse, self.id, remote))
    }

    fn give_credit(&mut self, read: u32) -> Option<Packet> {
        self.unacknowledged = self.unacknowledged.saturating_add(read);
        let remote = self.remote.filter(|_| self.end.is_none() && self.unacknowledged >= CREDIT_STEP)?;
        let credit = std::mem::take(&mut self.unacknowledged);
        Some(Packet::new(Command::Okay, self.id, remote, Bytes::copy_from_slice(&credit.to_le_bytes())))
    }

    /// Without `delayed_ack` the phone sends its next packet at our OKAY, which it gets while there is room here.
    fn acknowledge_packet(&mut self) -> Option<Packet> {
        let remote = self
            .remote
            .filter(|_| self.end.is_none() && self.unacknowledged > 0 && self.inbox_bytes <= WINDOW / 2)?;
        self.unacknowledged -= 1;
        Some(Packet::bare(Command::Okay, self.id, remote))
    }
}
