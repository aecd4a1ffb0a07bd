//! The streams of one connection as a state machine without I/O: packets go in, packets to send come out, and the
//! tasks that wait for a stream are woken.
//! Source of the rules: AOSP packages/modules/adb, `adb.cpp` (`handle_packet`), `sockets.cpp`, `docs/dev/delayed_ack.md`.

use std::collections::HashMap;
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::sync::mpsc;

use super::inbox::WINDOW;
use super::stream_state::{Arrival, Polled, StreamState};
use crate::adb::error::AdbCause;
use crate::adb::packet::{Command, Packet};

/// Streams opened by the phone that wait to be accepted, for each destination.
const CALLS: usize = 16;

/// Every stream of a connection.
#[derive(Debug)]
pub(in crate::adb) struct Streams {
    pub(super) entries: HashMap<u32, StreamState>,
    /// The destinations to which the phone may open streams, with the acceptors.
    callees: HashMap<String, mpsc::Sender<u32>>,
    pub(super) ids: Ids,
    delayed_ack: bool,
    lost: Option<AdbCause>,
}

impl Streams {
    pub(in crate::adb) fn new(delayed_ack: bool) -> Self {
        Self {
            entries: HashMap::new(),
            callees: HashMap::new(),
            ids: Ids { next: 1 },
            delayed_ack,
            lost: None,
        }
    }

    /// Creates a stream to `service`, and returns its id and the packet that opens it.
    pub(in crate::adb) fn open(&mut self, service: &str) -> Result<(u32, Packet), AdbCause> {
        self.lost.clone().map_or(Ok(()), Err)?;
        let id = self.ids.take(|id| self.entries.contains_key(&id));
        self.entries.insert(id, StreamState::new(id, self.delayed_ack));
        let window = if self.delayed_ack { WINDOW } else { 0 };
        Ok((id, Packet::new(Command::Open, id, window, [service.as_bytes(), b"\0"].concat())))
    }

    /// Accepts streams that the phone opens to `destination`, and returns their ids as they are opened.
    pub(in crate::adb) fn expect_calls(&mut self, destination: &str) -> mpsc::Receiver<u32> {
        let (callee, calls) = mpsc::channel(CALLS);
        if self.lost.is_none() {
            self.callees.insert(destination.to_owned(), callee);
        }
        calls
    }

    /// Refuses further streams to `destination`.
    pub(in crate::adb) fn forget_calls(&mut self, destination: &str) {
        self.callees.remove(destination);
    }

    /// Removes a stream whose owner is gone; the packet, if any, closes it on the phone. A stream that the phone has not
    /// opened yet is closed when its OKAY arrives.
    pub(in crate::adb) fn abandon(&mut self, id: u32) -> Option<Packet> {
        self.entries.remove(&id)?.abandon()
    }

    /// Ends every stream, now and later, with `cause`.
    pub(in crate::adb) fn lose(&mut self, cause: &AdbCause) {
        self.lost.get_or_insert_with(|| cause.clone());
        self.callees.clear();
        self.entries.values_mut().for_each(|entry| entry.fail(cause.clone()));
    }

    /// Handles one packet and returns the answer to it.
    ///
    /// A packet for a stream that has ended, or never was, is no error: adbd sends some packets twice, and others while our
    /// CLSE is on its way.
    ///
    /// # Errors
    /// [`AdbCause::Protocol`] when the phone breaks the protocol, after which the connection has to be ended: no
    /// other stream can be trusted then.
    pub(in crate::adb) fn receive(&mut self, packet: Packet) -> Result<Option<Packet>, AdbCause> {
        let (remote, local) = (packet.arg0, packet.arg1);
        Ok(match (packet.command, self.entries.get_mut(&local)) {
            (Command::Okay, Some(entry)) => {
                if entry.receive_okay(remote, &packet.payload)? {
                    self.check_owner(remote)?;
                }
                None
            }
            // The phone opened a stream that was abandoned meanwhile, and would keep it open for ever.
            (Command::Okay, None) if remote != 0 && local != 0 => {
                Some(Packet::bare(Command::Clse, local, remote))
            }
            (Command::Wrte, Some(entry)) => entry.receive_data(remote, packet.payload)?,
            (Command::Clse, Some(entry)) => {
                entry.receive_close(remote);
                None
            }
            (Command::Okay | Command::Wrte | Command::Clse, None) => None,
            (Command::Open, _) => {
                let called = self.receive_open(packet.arg0, packet.arg1, &packet.payload);
                if called.is_some() {
                    self.check_owner(packet.arg0)?;
                }
                Some(called.unwrap_or_else(|| Packet::bare(Command::Clse, 0, packet.arg0)))
            }
            (Command::Cnxn | Command::Auth | Command::Stls, _) => {
                let reason = "it greeted again in the middle of the connection";
                return Err(AdbCause::Protocol(reason.to_owned()));
            }
        })
    }

    /// Returns an id of the phone's belongs to one stream for as long as that is open: adbd counts them up for all its connections
    /// together (`install_local_socket`), so that not even a busy one gives an id twice.
    fn check_owner(&self, remote: u32) -> Result<(), AdbCause> {
        match self.entries.values().filter(|entry| entry.is_open_as(remote)).nth(1) {
            None => Ok(()),
            Some(_) => Err(AdbCause::Protocol(format!("the id {remote} for two streams at once"))),
        }
    }

    /// Accepts a stream that the phone opens, and returns the packet for it; `None` without an acceptor.
    fn receive_open(&mut self, remote: u32, window: u32, destination: &[u8]) -> Option<Packet> {
        // A window is given exactly with `delayed_ack`.
        if remote == 0 || self.delayed_ack != (window != 0) {
            return None;
        }
        let destination = std::str::from_utf8(destination).ok()?.trim_end_matches('\0');
        let id = self.ids.take(|id| self.entries.contains_key(&id));
        self.callees.get(destination)?.try_send(id).ok()?;
        let (entry, accepted) = StreamState::called(id, self.delayed_ack, remote, window);
        self.entries.insert(id, entry);
        Some(accepted)
    }

    /// Ready once the phone has opened the stream.
    pub(in crate::adb) fn poll_opened(&mut self, id: u32, context: &mut Context<'_>) -> Polled<()> {
        self.entries
            .get_mut(&id)
            .map_or(Poll::Ready(Err(AdbCause::StreamEnded)), |entry| entry.poll_opened(context))
    }

    /// Returns what arrived next; `None` at the end of the stream.
    pub(in crate::adb) fn poll_data(
        &mut self,
        id: u32,
        context: &mut Context<'_>,
    ) -> Polled<Option<Arrival>> {
        self.entries.get_mut(&id).map_or(Poll::Ready(Ok(None)), |entry| entry.poll_data(context))
    }

    /// Ready while the stream may send.
    pub(in crate::adb) fn poll_credit(&mut self, id: u32, context: &mut Context<'_>) -> Polled<()> {
        self.entries
            .get_mut(&id)
            .map_or(Poll::Ready(Err(AdbCause::StreamEnded)), |entry| entry.poll_credit(context))
    }

    /// Spends credit on `payload`; `None` without credit.
    pub(in crate::adb) fn send(&mut self, id: u32, payload: Bytes) -> Option<Packet> {
        self.entries.get_mut(&id)?.send(payload)
    }
}

/// The ids of streams. They count up through all 32 bits, so that a closed one returns after four thousand million
/// streams.
#[derive(Debug)]
pub(super) struct Ids {
    pub(super) next: u32,
}

impl Ids {
    /// Returns the next id that is not in use.
    fn take(&mut self, is_used: impl Fn(u32) -> bool) -> u32 {
        while self.next == 0 || is_used(self.next) {
            self.next = self.next.wrapping_add(1);
        }
        let id = self.next;
        self.next = id.wrapping_add(1);
        id
    }
}
