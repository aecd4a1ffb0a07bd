//! The bounded queue of one connection: data waits for room, and a reader that must answer waits while too much is
//! unsent. The caller that adds a packet writes it at once if the socket accepts it; a task writes the rest.
//! [`super::writer`] writes packets to the socket.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Waker, ready};
use std::{fmt, io};

use parking_lot::Mutex;
use tokio::io::AsyncWrite;
use tokio::sync::Notify;

use super::codec::{HEADER_LEN, Packet};
use super::writer::{BATCH, PacketWriter};

/// The unwritten bytes from which data waits: enough to keep a fast connection busy.
const MAX_UNWRITTEN: usize = 4 * 1024 * 1024;
/// The waiting packets from which no stream is opened and nothing is read: the phone takes none of them.
const MAX_PACKETS: usize = 1024;

/// The queue in front of a connection's socket.
pub(in crate::adb) struct SendQueue {
    queue: Mutex<Queue>,
    /// Held by the writer, which checks the queue again after the release, so that no packet is left behind.
    writing: Mutex<Writing>,
    /// Notifies the task that there is something to write.
    left: Notify,
    emptied: Notify,
    /// How often a full socket took more.
    drained: AtomicU64,
}

/// The current writer of the socket.
#[derive(Debug)]
enum Writing {
    /// The caller that adds a packet.
    Anyone(PacketWriter),
    /// The task alone, which the socket wakes: the socket is full or failed.
    Task(PacketWriter),
    /// None any more.
    Closed,
}

#[derive(Debug, Default)]
struct Queue {
    packets: VecDeque<Packet>,
    /// Bytes of the packets, and of those that the writer holds.
    unwritten: usize,
    /// The tasks that wait for room, by stream. Room is not assigned in turn: a stream that stopped asking would keep it
    /// from all others.
    waiting: HashMap<u32, Waker>,
}

impl SendQueue {
    pub(in crate::adb) fn new(socket: impl AsyncWrite + Send + 'static, checksums: bool) -> Self {
        Self {
            queue: Mutex::default(),
            writing: Mutex::new(Writing::Anyone(PacketWriter::new(socket, checksums))),
            left: Notify::new(),
            emptied: Notify::new(),
            drained: AtomicU64::new(0),
        }
    }

    /// Ready while there is room for data; otherwise the task of the stream is woken when there may be.
    pub(in crate::adb) fn poll_room(&self, stream: u32, context: &mut Context<'_>) -> Poll<()> {
        self.queue.lock().poll_room(stream, context)
    }

    /// Removes a stream from those that wait for room.
    pub(in crate::adb) fn stop_waiting(&self, stream: u32) {
        self.queue.lock().waiting.remove(&stream);
    }

    /// Returns how often a full socket accepted more, which means that the phone reads.
    pub(in crate::adb) fn drained(&self) -> u64 {
        self.drained.load(Ordering::Relaxed)
    }

    /// Queues a packet. Data comes here once there was room, an answer always. It is on its way with the next
    /// [`SendQueue::flush`].
    pub(in crate::adb) fn put(&self, packet: Packet) {
        self.queue.lock().add(packet);
    }

    /// Requests a write soon, together with what is added until then.
    pub(in crate::adb) fn flush_soon(&self) {
        self.left.notify_one();
    }

    /// Writes what the socket accepts without waiting, and leaves the rest to the task. Must not be called while a shared
    /// lock is held, since it takes as long as the write.
    pub(in crate::adb) fn flush(&self) {
        let mut no_wake = Context::from_waker(Waker::noop());
        while !self.queue.lock().packets.is_empty() {
            let Some(mut writing) = self.writing.try_lock() else { return };
            let Writing::Anyone(writer) = &mut *writing else { return };
            if !matches!(self.poll_write(writer, &mut no_wake), Poll::Ready(Ok(()))) {
                // The task polls the socket again, to be woken by it or to receive the error.
                writing.leave_to_task();
                self.left.notify_one();
                return;
            }
        }
    }

    /// Writes what is left to the task, until the socket fails.
    pub(in crate::adb) async fn write_what_is_left(&self) -> io::Result<()> {
        loop {
            self.left.notified().await;
            // The queue is checked last: the check of the writer may itself have refused a caller that just added a packet.
            while self.is_left_to_task() || !self.queue.lock().packets.is_empty() {
                std::future::poll_fn(|context| self.poll_task(context)).await?;
            }
        }
    }

    fn is_left_to_task(&self) -> bool {
        matches!(&*self.writing.lock(), Writing::Task(_))
    }

    fn poll_task(&self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut writing = self.writing.lock();
        let was_full = matches!(*writing, Writing::Task(_));
        let Some(mut writer) = writing.take() else { return Poll::Pending };
        let taken = writer.taken();
        let written = self.poll_write(&mut writer, context);
        if was_full && writer.taken() > taken {
            self.drained.fetch_add(1, Ordering::Relaxed);
        }
        *writing = if written.is_ready() { Writing::Anyone(writer) } else { Writing::Task(writer) };
        written
    }

    fn poll_write(&self, writer: &mut PacketWriter, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            let written = ready!(writer.poll_write(context))?;
            self.release(written);
            let mut queue = self.queue.lock();
            if queue.packets.is_empty() {
                return Poll::Ready(Ok(()));
            }
            writer.take(queue.next_batch());
        }
    }

    /// Releases the socket and empties the queue.
    pub(in crate::adb) fn close(&self) {
        *self.writing.lock() = Writing::Closed;
        let unwritten = self.queue.lock().clear();
        self.release(unwritten);
    }

    /// Waits until a stream may be opened.
    pub(in crate::adb) async fn wait_for_room(&self) {
        self.wait_until(|queue| queue.takes_answers() && queue.has_room()).await;
    }

    /// Waits until an answer may be added. Data does not count: a reader that waited for it could wait for a phone
    /// that itself waits to be read.
    pub(in crate::adb) async fn wait_for_answers(&self) {
        self.wait_until(Queue::takes_answers).await;
    }

    async fn wait_until(&self, calm: fn(&Queue) -> bool) {
        loop {
            let emptied = self.emptied.notified();
            if calm(&self.queue.lock()) {
                return;
            }
            self.flush();
            emptied.await;
        }
    }

    /// Releases the room of `written` bytes.
    fn release(&self, written: usize) {
        if written == 0 {
            return;
        }
        let waiting = self.queue.lock().release(written);
        waiting.into_values().for_each(Waker::wake);
        self.emptied.notify_waiters();
    }
}

impl Writing {
    /// Takes the writer out, if there is one.
    fn take(&mut self) -> Option<PacketWriter> {
        match std::mem::replace(self, Self::Closed) {
            Self::Anyone(writer) | Self::Task(writer) => Some(writer),
            Self::Closed => None,
        }
    }

    /// Keeps callers from writing.
    fn leave_to_task(&mut self) {
        *self = self.take().map_or(Self::Closed, Self::Task);
    }
}

impl Queue {
    fn has_room(&self) -> bool {
        self.unwritten < MAX_UNWRITTEN
    }

    fn takes_answers(&self) -> bool {
        self.packets.len() < MAX_PACKETS
    }

    fn poll_room(&mut self, stream: u32, context: &mut Context<'_>) -> Poll<()> {
        if self.has_room() {
            return Poll::Ready(());
        }
        self.waiting.insert(stream, context.waker().clone());
        Poll::Pending
    }

    /// Takes out the packets that are written together.
    fn next_batch(&mut self) -> impl Iterator<Item = Packet> {
        let count = self.packets.len().min(BATCH);
        self.packets.drain(..count)
    }

    /// Drops the packets, and returns the bytes that are to be released.
    fn clear(&mut self) -> usize {
        self.packets.clear();
        self.unwritten
    }

    fn add(&mut self, packet: Packet) {
        self.unwritten += size(&packet);
        self.packets.push_back(packet);
    }

    /// Releases the room of `written` bytes, and returns the tasks that waited for it.
    fn release(&mut self, written: usize) -> HashMap<u32, Waker> {
        self.unwritten = self.unwritten.saturating_sub(written);
        if self.has_room() { std::mem::take(&mut self.waiting) } else { HashMap::new() }
    }
}

impl fmt::Debug for SendQueue {
    /// Takes no lock: the holder of [`SendQueue::writing`] checks the queue after its release.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SendQueue").finish_non_exhaustive()
    }
}

fn size(packet: &Packet) -> usize {
    HEADER_LEN + packet.payload.len()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use tokio::io::{AsyncReadExt, DuplexStream, duplex};
    use tokio::sync::Barrier;

    use super::super::codec::{Command, PacketDecoder};
    use super::*;

    const SENDERS: u32 = 3;
    const ROUNDS: u32 = 60_000;

    fn packet(sender: u32, number: u32) -> Packet {
        Packet::new(Command::Wrte, sender, number, vec![7; (number % 40) as usize])
    }

    async fn read_packets(socket: &mut DuplexStream, count: usize) -> Vec<Packet> {
        let (mut decoder, mut found) = (PacketDecoder::new(4096), Vec::new());
        while found.len() < count {
            let length = socket.read_buf(decoder.space(1024)).await.unwrap();
            assert_ne!(length, 0, "closed after {} packets", found.len());
            while let Some(packet) = decoder.next().unwrap() {
                found.push(packet);
            }
        }
        found
    }

    #[tokio::test]
    async fn the_task_writes_what_a_full_socket_leaves() {
        let (socket, mut other) = duplex(50);
        let send_queue = Arc::new(SendQueue::new(socket, true));
        let packets: Vec<Packet> = (0..200).map(|number| packet(1, number)).collect();
        packets.iter().cloned().for_each(|packet| send_queue.put(packet));
        send_queue.flush();
        let task = Arc::clone(&send_queue);
        let task = tokio::spawn(async move { task.write_what_is_left().await });
        assert_eq!(read_packets(&mut other, packets.len()).await, packets);
        // No reader is left: the next write fails, and the task returns the error.
        drop(other);
        send_queue.put(packet(1, 0));
        send_queue.flush();
        assert!(task.await.unwrap().is_err());
    }

    /// In every round each sender adds one packet, at the same time as the others, and nothing else follows that would
    /// take along what was left behind.
    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn no_packet_is_left_behind_by_a_writer_that_just_stopped() {
        let (socket, mut other) = duplex(100);
        let send_queue = Arc::new(SendQueue::new(socket, true));
        let task = Arc::clone(&send_queue);
        tokio::spawn(async move { task.write_what_is_left().await });
        let round = Arc::new(Barrier::new(2 + SENDERS as usize));
        for sender in 0..SENDERS {
            let (send_queue, round) = (Arc::clone(&send_queue), Arc::clone(&round));
            tokio::spawn(async move {
                for number in 0..ROUNDS {
                    round.wait().await;
                    // Each time at another moment between what the task does.
                    (0..(number * (sender + 1)) % 500).for_each(|_| std::hint::spin_loop());
                    send_queue.put(packet(sender, number));
                    send_queue.flush();
                }
            });
        }
        let (nudged, nudges) = (Arc::clone(&send_queue), Arc::clone(&round));
        tokio::spawn(async move {
            for number in 0..ROUNDS {
                nudges.wait().await;
                // As when streams are dropped: the task wakes while packets are added.
                (0..number % 4).for_each(|_| nudged.flush_soon());
            }
        });
        for number in 0..ROUNDS {
            round.wait().await;
            let reading = read_packets(&mut other, SENDERS as usize);
            let found = tokio::time::timeout(Duration::from_secs(20), reading).await;
            let mut found = found.expect("a packet was left behind");
            found.sort_by_key(|packet| packet.arg0);
            assert_eq!(found, (0..SENDERS).map(|sender| packet(sender, number)).collect::<Vec<_>>());
        }
    }

    #[tokio::test]
    async fn a_closed_send_queue_releases_the_socket_and_the_tasks_that_wait() {
        let (socket, mut other) = duplex(50);
        let send_queue = SendQueue::new(socket, true);
        (0..2 * u32::try_from(MAX_PACKETS).unwrap()).for_each(|number| send_queue.put(packet(1, number)));
        let waiting = async {
            send_queue.wait_for_room().await;
        };
        tokio::join!(waiting, async { send_queue.close() });
        let mut rest = Vec::new();
        other.read_to_end(&mut rest).await.unwrap();
        assert!(rest.len() <= 50);
    }
}
