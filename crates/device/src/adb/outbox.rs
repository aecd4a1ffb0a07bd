//! What waits to be written to one connection, with bounds: data waits for room, and a reader that must answer waits
//! while too much is unsent. One writer empties it. Which packet is due is for others.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use tokio::sync::Notify;

use super::packet::{HEADER_LEN, Packet};

/// From so many unwritten bytes on, nobody adds data: enough to keep a fast connection busy.
const ROOM: usize = 4 * 1024 * 1024;
/// From so many waiting packets on, nothing more is asked of a phone, nor read from it, that takes none of them.
const MANY: usize = 1024;

/// The queue in front of a connection's writer.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    queue: Mutex<Queue>,
    filled: Notify,
    emptied: Notify,
}

#[derive(Debug, Default)]
struct Queue {
    packets: VecDeque<Packet>,
    /// Bytes of the packets and of those that the writer has in hand.
    unwritten: usize,
    /// Who waits for room, by stream. Room is not handed to anybody in turn: a stream that stopped asking would keep
    /// it from all others.
    waiting: HashMap<u32, Waker>,
}

impl Outbox {
    /// Ready while there is room for data; else the stream's task is woken when there may be.
    pub(super) fn poll_room(&self, stream: u32, context: &mut Context<'_>) -> Poll<()> {
        let mut queue = self.lock();
        if queue.unwritten < ROOM {
            return Poll::Ready(());
        }
        queue.waiting.insert(stream, context.waker().clone());
        Poll::Pending
    }

    /// Forgets that a stream waits for room.
    pub(super) fn stop_waiting(&self, stream: u32) {
        self.lock().waiting.remove(&stream);
    }

    /// Queues a packet. Data comes here once there was room, an answer always.
    pub(super) fn put(&self, packet: Packet) {
        let mut queue = self.lock();
        queue.unwritten += size(&packet);
        queue.packets.push_back(packet);
        drop(queue);
        self.filled.notify_one();
    }

    /// Waits until a stream may be asked for.
    pub(super) async fn wait_for_room(&self) {
        self.wait_until(|queue| queue.packets.len() < MANY && queue.unwritten < ROOM).await;
    }

    /// Waits until an answer may be added. Data does not count: a reader that waited for it could wait for a phone
    /// that itself waits to be read.
    pub(super) async fn wait_for_answers(&self) {
        self.wait_until(|queue| queue.packets.len() < MANY).await;
    }

    async fn wait_until(&self, calm: fn(&Queue) -> bool) {
        loop {
            let emptied = self.emptied.notified();
            if calm(&self.lock()) {
                return;
            }
            emptied.await;
        }
    }

    /// Waits for packets and moves at most `limit` of them into `batch`.
    pub(super) async fn take(&self, batch: &mut Vec<Packet>, limit: usize) {
        loop {
            let filled = self.filled.notified();
            {
                let mut queue = self.lock();
                let count = queue.packets.len().min(limit);
                batch.extend(queue.packets.drain(..count));
            }
            if !batch.is_empty() {
                return;
            }
            filled.await;
        }
    }

    /// Gives back the room of packets that were written.
    pub(super) fn give_back(&self, batch: &[Packet]) {
        let mut queue = self.lock();
        let written: usize = batch.iter().map(size).sum();
        queue.unwritten = queue.unwritten.saturating_sub(written);
        let waiting =
            if queue.unwritten < ROOM { std::mem::take(&mut queue.waiting) } else { HashMap::new() };
        drop(queue);
        waiting.into_values().for_each(Waker::wake);
        self.emptied.notify_waiters();
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn size(packet: &Packet) -> usize {
    HEADER_LEN + packet.payload.len()
}
