//! The streams of one connection as a state machine without I/O: packets go in, packets to send come out, and whoever
//! waits for a stream is woken. Sockets and queues are for others.
//! Source of the rules: AOSP packages/modules/adb, `adb.cpp` (`handle_packet`), `sockets.cpp`, `docs/dev/delayed_ack.md`.

use std::collections::{HashMap, VecDeque};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;

use super::error::AdbCause;
use super::packet::{Command, MAX_PAYLOAD, Packet};

/// Bytes of a stream that the phone may send before they are read here.
pub(super) const WINDOW: u32 = 4 * 1024 * 1024;
/// Pieces that wait in an inbox before small ones are put together, and how large they then become in bytes: a window
/// full of single bytes would else cost a hundred times its size.
const MANY_PIECES: usize = 64;
const JOINED_PIECE: usize = 4096;
/// Bytes read that are gathered before the phone is given credit for them.
const CREDIT_STEP: u32 = WINDOW / 8;

/// What came in on a stream.
#[derive(Debug)]
pub(super) struct Arrival {
    pub(super) data: Bytes,
    /// Tells the phone that it may send more.
    pub(super) credit: Option<Packet>,
}

/// How a stream came to its end.
#[derive(Debug, Clone)]
enum End {
    /// The phone closed it; what arrived before is still read.
    ByPhone,
    /// Nothing more can be had from it.
    Failed(AdbCause),
}

#[derive(Debug, Default)]
struct Entry {
    /// The phone's id, once it has opened the stream.
    remote: Option<u32>,
    /// With `delayed_ack` bytes, else packets; below 1 nothing may be sent. May be negative.
    credit: i64,
    inbox: VecDeque<Bytes>,
    inbox_bytes: u32,
    /// Bytes read, with `delayed_ack`, or packets taken in, without, that the phone has not been told of.
    unacknowledged: u32,
    end: Option<End>,
    reader: Option<Waker>,
    writer: Option<Waker>,
}

impl Entry {
    fn wake(&mut self) {
        for waker in [self.reader.take(), self.writer.take()].into_iter().flatten() {
            waker.wake();
        }
    }
}

/// Every stream of a connection.
#[derive(Debug)]
pub(super) struct Streams {
    entries: HashMap<u32, Entry>,
    next_id: u32,
    delayed_ack: bool,
    lost: Option<AdbCause>,
}

impl Streams {
    pub(super) fn new(delayed_ack: bool) -> Self {
        Self { entries: HashMap::new(), next_id: 1, delayed_ack, lost: None }
    }

    /// A new stream to `service` and the packet that asks for it.
    pub(super) fn open(&mut self, service: &str) -> Result<(u32, Packet), AdbCause> {
        if let Some(lost) = &self.lost {
            return Err(lost.clone());
        }
        // Ids count up through all 32 bits: one that was closed is not seen again for four thousand million streams.
        while self.next_id == 0 || self.entries.contains_key(&self.next_id) {
            self.next_id = self.next_id.wrapping_add(1);
        }
        let id = self.next_id;
        self.next_id = id.wrapping_add(1);
        self.entries.insert(id, Entry::default());
        let window = if self.delayed_ack { WINDOW } else { 0 };
        Ok((id, Packet::new(Command::Open, id, window, [service.as_bytes(), b"\0"].concat())))
    }

    /// Forgets a stream whose owner is gone; the packet, if any, closes it on the phone. A stream that the phone has
    /// not opened yet is closed when its OKAY comes.
    pub(super) fn abandon(&mut self, id: u32) -> Option<Packet> {
        let entry = self.entries.remove(&id)?;
        let remote = entry.remote.filter(|_| entry.end.is_none())?;
        Some(Packet::bare(Command::Clse, id, remote))
    }

    /// Ends every stream, now and later, with `cause`.
    pub(super) fn lose(&mut self, cause: &AdbCause) {
        self.lost.get_or_insert_with(|| cause.clone());
        for entry in self.entries.values_mut() {
            entry.end.get_or_insert_with(|| End::Failed(cause.clone()));
            entry.wake();
        }
    }

    /// Takes one packet in and gives the answer that it asks for.
    ///
    /// # Errors
    /// A packet that ends the whole connection.
    pub(super) fn receive(&mut self, packet: Packet) -> Result<Option<Packet>, AdbCause> {
        let (remote, local) = (packet.arg0, packet.arg1);
        Ok(match packet.command {
            Command::Okay => self.receive_okay(local, remote, &packet.payload),
            Command::Wrte => self.receive_data(local, remote, packet.payload),
            Command::Clse => {
                self.receive_close(local, remote);
                None
            }
            // A phone that wants to open a stream to us: nothing here offers one.
            Command::Open => Some(Packet::bare(Command::Clse, 0, packet.arg0)),
            Command::Cnxn | Command::Auth | Command::Stls => {
                return Err(AdbCause::ConnectionLost("the phone began the connection anew".to_owned()));
            }
        })
    }

    fn receive_okay(&mut self, local: u32, remote: u32, payload: &[u8]) -> Option<Packet> {
        let delayed_ack = self.delayed_ack;
        let Some(entry) = self.entries.get_mut(&local) else {
            return (remote != 0 && local != 0).then(|| Packet::bare(Command::Clse, local, remote));
        };
        if remote == 0 || entry.end.is_some() || entry.remote.is_some_and(|known| known != remote) {
            return None;
        }
        entry.remote = Some(remote);
        match (delayed_ack, <[u8; 4]>::try_from(payload)) {
            (true, Ok(credit)) => {
                entry.credit = entry.credit.saturating_add(i64::from(i32::from_le_bytes(credit)));
            }
            (false, _) => entry.credit = 1,
            (true, Err(_)) => {
                let reason = format!("an OKAY with {} bytes of credit", payload.len());
                return self.violate(local, remote, reason);
            }
        }
        entry.wake();
        None
    }

    fn receive_data(&mut self, local: u32, remote: u32, payload: Bytes) -> Option<Packet> {
        let delayed_ack = self.delayed_ack;
        let entry = self.entries.get_mut(&local)?;
        if entry.end.is_some() || entry.remote != Some(remote) {
            return None;
        }
        // The last packet of a window may reach beyond it: a sender waits only once its credit is gone.
        let most = WINDOW + u32::try_from(MAX_PAYLOAD).unwrap_or(0);
        let length = u32::try_from(payload.len()).ok().filter(|length| entry.inbox_bytes + length <= most);
        let Some(length) = length else {
            return self.violate(local, remote, "more data than it was allowed to send".to_owned());
        };
        if !payload.is_empty() {
            entry.inbox_bytes += length;
            entry.take_in(payload);
        }
        if let Some(reader) = entry.reader.take() {
            reader.wake();
        }
        if delayed_ack {
            return None;
        }
        entry.unacknowledged += 1;
        entry.acknowledge_packet(local)
    }

    fn receive_close(&mut self, local: u32, remote: u32) {
        let Some(entry) = self.entries.get_mut(&local) else { return };
        if remote != 0 && entry.remote.is_some_and(|known| known != remote) {
            return;
        }
        let opened = entry.remote.is_some();
        entry.end.get_or_insert(if opened { End::ByPhone } else { End::Failed(AdbCause::Refused) });
        entry.wake();
    }

    fn violate(&mut self, local: u32, remote: u32, reason: String) -> Option<Packet> {
        let entry = self.entries.get_mut(&local)?;
        entry.end = Some(End::Failed(AdbCause::Protocol(reason)));
        entry.wake();
        Some(Packet::bare(Command::Clse, local, remote))
    }

    /// Ready once the phone has opened the stream.
    pub(super) fn poll_opened(&mut self, id: u32, context: &mut Context<'_>) -> Poll<Result<(), AdbCause>> {
        let Some(entry) = self.entries.get_mut(&id) else { return Poll::Ready(Err(AdbCause::StreamEnded)) };
        match (&entry.end, entry.remote) {
            (Some(End::Failed(cause)), _) => Poll::Ready(Err(cause.clone())),
            (_, Some(_)) => Poll::Ready(Ok(())),
            _ => {
                entry.writer = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }

    /// What arrived next; `None` at the end of the stream.
    pub(super) fn poll_data(
        &mut self,
        id: u32,
        context: &mut Context<'_>,
    ) -> Poll<Result<Option<Arrival>, AdbCause>> {
        let delayed_ack = self.delayed_ack;
        let Some(entry) = self.entries.get_mut(&id) else { return Poll::Ready(Ok(None)) };
        if let Some(data) = entry.inbox.pop_front() {
            // The sum of what is in the inbox went into a `u32`, so each part fits.
            let length = u32::try_from(data.len()).unwrap_or(u32::MAX);
            entry.inbox_bytes = entry.inbox_bytes.saturating_sub(length);
            let credit = if delayed_ack {
                entry.unacknowledged = entry.unacknowledged.saturating_add(length);
                entry.give_credit(id)
            } else {
                entry.acknowledge_packet(id)
            };
            return Poll::Ready(Ok(Some(Arrival { data, credit })));
        }
        match &entry.end {
            Some(End::ByPhone) => Poll::Ready(Ok(None)),
            Some(End::Failed(cause)) => Poll::Ready(Err(cause.clone())),
            None => {
                entry.reader = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }

    /// Ready while the stream may send.
    pub(super) fn poll_credit(&mut self, id: u32, context: &mut Context<'_>) -> Poll<Result<(), AdbCause>> {
        let Some(entry) = self.entries.get_mut(&id) else { return Poll::Ready(Err(AdbCause::StreamEnded)) };
        match &entry.end {
            Some(End::ByPhone) => Poll::Ready(Err(AdbCause::StreamEnded)),
            Some(End::Failed(cause)) => Poll::Ready(Err(cause.clone())),
            None if entry.credit > 0 => Poll::Ready(Ok(())),
            None => {
                entry.writer = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }

    /// Spends credit on `payload`; `None` when there is none (any more).
    pub(super) fn send(&mut self, id: u32, payload: Bytes) -> Option<Packet> {
        let entry = self.entries.get_mut(&id)?;
        let remote = entry.remote.filter(|_| entry.end.is_none() && entry.credit > 0)?;
        let price = if self.delayed_ack { i64::try_from(payload.len()).unwrap_or(i64::MAX) } else { 1 };
        entry.credit = entry.credit.saturating_sub(price);
        Some(Packet::new(Command::Wrte, id, remote, payload))
    }
}

impl Entry {
    fn take_in(&mut self, payload: Bytes) {
        let many = self.inbox.len() >= MANY_PIECES;
        match self.inbox.back_mut() {
            Some(last) if many && last.len() + payload.len() <= JOINED_PIECE => {
                *last = [&last[..], &payload].concat().into();
            }
            _ => self.inbox.push_back(payload),
        }
    }

    fn give_credit(&mut self, id: u32) -> Option<Packet> {
        let remote = self.remote.filter(|_| self.end.is_none() && self.unacknowledged >= CREDIT_STEP)?;
        let credit = std::mem::take(&mut self.unacknowledged);
        Some(Packet::new(Command::Okay, id, remote, Bytes::copy_from_slice(&credit.to_le_bytes())))
    }

    /// Without `delayed_ack` the phone sends its next packet at our OKAY: it gets it while there is room here.
    fn acknowledge_packet(&mut self, id: u32) -> Option<Packet> {
        let remote = self
            .remote
            .filter(|_| self.end.is_none() && self.unacknowledged > 0 && self.inbox_bytes <= WINDOW / 2)?;
        self.unacknowledged -= 1;
        Some(Packet::bare(Command::Okay, id, remote))
    }
}

#[cfg(test)]
mod tests;
