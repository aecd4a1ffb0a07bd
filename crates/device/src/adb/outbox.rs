//! What waits to be written to one connection, with bounds: data waits for room, and a reader that must answer waits
//! while too much is unsent. One writer empties it. Which packet is due is for others.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

use super::packet::Packet;

/// Bytes of data that wait to be written at most.
pub(super) const ROOM: u32 = 4 * 1024 * 1024;
/// What a packet costs besides its payload.
const PACKET_PRICE: u32 = 64;
/// From so many waiting packets on, no more is read from a phone that does not take its answers.
const MANY: usize = 1024;

/// A packet and the room that it takes, given back when it is written.
#[derive(Debug)]
pub(super) struct Outgoing {
    pub(super) packet: Packet,
    _room: Option<OwnedSemaphorePermit>,
}

/// The queue in front of a connection's writer.
#[derive(Debug)]
pub(super) struct Outbox {
    queue: Mutex<VecDeque<Outgoing>>,
    filled: Notify,
    emptied: Notify,
    room: Arc<Semaphore>,
}

impl Outbox {
    pub(super) fn new() -> Self {
        let room = Semaphore::new(usize::try_from(ROOM).unwrap_or(Semaphore::MAX_PERMITS));
        Self { queue: Mutex::default(), filled: Notify::new(), emptied: Notify::new(), room: Arc::new(room) }
    }

    /// Where room for [`price`] is acquired.
    pub(super) fn room(&self) -> Arc<Semaphore> {
        Arc::clone(&self.room)
    }

    /// Queues a packet for which room was acquired.
    pub(super) fn put(&self, packet: Packet, room: OwnedSemaphorePermit) {
        self.push(Outgoing { packet, _room: Some(room) });
    }

    /// Queues an answer or a close: small, and as few as there are streams and packets received.
    pub(super) fn put_answer(&self, packet: Packet) {
        self.push(Outgoing { packet, _room: None });
    }

    /// Waits until there is room for answers.
    pub(super) async fn wait_for_calm(&self) {
        loop {
            let emptied = self.emptied.notified();
            if self.lock().len() < MANY {
                return;
            }
            emptied.await;
        }
    }

    /// Waits for packets and moves at most `limit` of them into `batch`.
    pub(super) async fn take(&self, batch: &mut Vec<Outgoing>, limit: usize) {
        loop {
            let filled = self.filled.notified();
            {
                let mut queue = self.lock();
                let count = queue.len().min(limit);
                batch.extend(queue.drain(..count));
            }
            if !batch.is_empty() {
                self.emptied.notify_waiters();
                return;
            }
            filled.await;
        }
    }

    fn push(&self, outgoing: Outgoing) {
        self.lock().push_back(outgoing);
        self.filled.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Outgoing>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Room that a packet with `length` bytes of payload takes.
pub(super) fn price(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(ROOM).saturating_add(PACKET_PRICE).min(ROOM)
}
