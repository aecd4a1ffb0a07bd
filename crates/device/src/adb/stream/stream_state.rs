//! The state of one stream: its credit, its received data, and its end.

use std::task::{Context, Poll, Waker};

use bytes::Bytes;

use super::credit::{Acknowledgements, Credit};
use super::inbox::{Inbox, WINDOW};
use crate::adb::error::AdbCause;
use crate::adb::packet::{Command, Packet};

/// The result of polling a stream.
pub(in crate::adb) type Polled<T> = Poll<Result<T, AdbCause>>;

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
    /// The phone's id, once it has opened the stream.
    remote: Option<u32>,
    credit: Credit,
    acknowledgements: Acknowledgements,
    pub(super) inbox: Inbox,
    end: Option<End>,
    reader: Option<Waker>,
    writer: Option<Waker>,
}

/// Events from the phone.
impl StreamState {
    pub(super) fn new(id: u32, delayed_ack: bool) -> Self {
        let (credit, acknowledgements) = (Credit::none(delayed_ack), Acknowledgements::new(delayed_ack));
        Self { id, credit, acknowledgements, ..Self::default() }
    }

    /// Creates a stream that the phone opened with `window`, and the packet that accepts it.
    pub(super) fn called(id: u32, delayed_ack: bool, remote: u32, window: u32) -> (Self, Packet) {
        let credit = Credit::of_window(delayed_ack, window);
        let entry = Self { remote: Some(remote), credit, ..Self::new(id, delayed_ack) };
        let window = if delayed_ack { WINDOW.to_le_bytes().to_vec() } else { Vec::new() };
        (entry, Packet::new(Command::Okay, id, remote, window))
    }

    /// Handles credit; returns whether it opened the stream.
    pub(super) fn receive_okay(&mut self, remote: u32, payload: &[u8]) -> Result<bool, AdbCause> {
        if remote == 0 || self.end.is_some() || self.remote.is_some_and(|known| known != remote) {
            return Ok(false);
        }
        let opened = self.remote.replace(remote).is_none();
        self.credit.receive(payload)?;
        self.wake();
        Ok(opened)
    }

    /// Handles data and returns the answer, if it is due already.
    pub(super) fn receive_data(&mut self, remote: u32, payload: Bytes) -> Result<Option<Packet>, AdbCause> {
        if !self.is_open_as(remote) {
            return Ok(None);
        }
        self.inbox.push(payload)?;
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
        let due = self.acknowledgements.arrived(self.inbox.bytes);
        Ok(due.map(|payload| Packet::new(Command::Okay, self.id, remote, payload)))
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
        self.open_remote() == Some(remote)
    }

    fn wake(&mut self) {
        for waker in [self.reader.take(), self.writer.take()].into_iter().flatten() {
            waker.wake();
        }
    }
}

/// Operations of its user.
impl StreamState {
    pub(super) fn poll_opened(&mut self, context: &mut Context<'_>) -> Polled<()> {
        match (&self.end, self.remote) {
            (Some(End::Failed(cause)), _) => Poll::Ready(Err(cause.clone())),
            (_, Some(_)) => Poll::Ready(Ok(())),
            _ => {
                self.writer = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }

    pub(super) fn poll_data(&mut self, context: &mut Context<'_>) -> Polled<Option<Arrival>> {
        if let Some((data, length)) = self.inbox.pop() {
            let due = self.acknowledgements.read(length, self.inbox.bytes);
            let credit = self.open_remote().zip(due);
            let credit = credit.map(|(remote, payload)| Packet::new(Command::Okay, self.id, remote, payload));
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

    pub(super) fn poll_credit(&mut self, context: &mut Context<'_>) -> Polled<()> {
        match &self.end {
            Some(End::ByPhone) => Poll::Ready(Err(AdbCause::StreamEnded)),
            Some(End::Failed(cause)) => Poll::Ready(Err(cause.clone())),
            None if self.credit.is_left() => Poll::Ready(Ok(())),
            None => {
                self.writer = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }

    pub(super) fn send(&mut self, payload: Bytes) -> Option<Packet> {
        let remote = self.open_remote().filter(|_| self.credit.is_left())?;
        self.credit.spend(&payload);
        Some(Packet::new(Command::Wrte, self.id, remote, payload))
    }

    /// Returns the packet, if any, that closes the stream on the phone.
    pub(super) fn abandon(&self) -> Option<Packet> {
        Some(Packet::bare(Command::Clse, self.id, self.open_remote()?))
    }

    /// Returns the phone's id while the stream is open.
    fn open_remote(&self) -> Option<u32> {
        self.remote.filter(|_| self.end.is_none())
    }
}
