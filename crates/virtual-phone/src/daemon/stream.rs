//! One stream inside a connection, with ADB's flow control: one piece of data in flight each way, acknowledged when it
//! was taken; or with `delayed_ack` as many bytes as either side has given credit for. Packets' way to the socket is left
//! to the connection. Source: AOSP packages/modules/adb, `sockets.cpp`, `docs/dev/delayed_ack.md`.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use parking_lot::Mutex;
use tikmatrix_device::adb::packet::{Command, MAX_PAYLOAD, Packet};
use tokio::sync::{Notify, mpsc};

/// What a host may send before it is acknowledged, without `delayed_ack`: one packet, and one more while the
/// acknowledgement is on its way.
const UNREAD_PACKETS: usize = 2;
/// Bytes that a host may send before they were taken, with `delayed_ack`.
pub(super) const WINDOW: u32 = 1024 * 1024;
/// The last packet of a window may reach beyond it: a sender waits only once its credit is gone.
const UNREAD_BYTES: usize = WINDOW as usize + MAX_PAYLOAD;

/// What of a stream is known when it begins.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms {
    pub(super) local: u32,
    pub(super) remote: u32,
    /// The most bytes that go in one packet.
    pub(super) limit: usize,
    /// With `delayed_ack`, the bytes that the host takes before it says more.
    pub(super) window: Option<u32>,
}

impl Terms {
    /// The payload of the OKAY that accepts the stream, or takes `length` bytes of it.
    fn credit(&self, length: u32) -> Bytes {
        self.window.map_or_else(Bytes::new, |_| Bytes::copy_from_slice(&length.to_le_bytes()))
    }

    /// The packet that accepts the stream.
    pub(super) fn acceptance(&self) -> Packet {
        Packet::new(Command::Okay, self.local, self.remote, self.credit(WINDOW))
    }
}

/// The connection's end of a stream.
pub(super) struct Incoming {
    data: mpsc::UnboundedSender<Bytes>,
    unread: Arc<Unread>,
    credit: Arc<Credit>,
    delayed: bool,
}

#[derive(Default)]
struct Unread {
    packets: AtomicUsize,
    bytes: AtomicUsize,
}

impl Incoming {
    /// Hands data to the service; `false` when the host sent more than it was allowed to.
    pub(super) fn deliver(&self, data: Bytes) -> bool {
        let bytes = self.unread.bytes.fetch_add(data.len(), Ordering::Relaxed) + data.len();
        let packets = self.unread.packets.fetch_add(1, Ordering::Relaxed) + 1;
        // A service that has ended takes nothing any more; its stream is about to be closed.
        let _ended = self.data.send(data);
        if self.delayed { bytes <= UNREAD_BYTES } else { packets <= UNREAD_PACKETS }
    }

    /// The host took what was sent; `false` when it does not say how much, and should.
    pub(super) fn acknowledge(&self, payload: &[u8]) -> bool {
        match (self.delayed, <[u8; 4]>::try_from(payload)) {
            (false, _) => self.credit.set(1),
            (true, Ok(bytes)) => self.credit.add(i32::from_le_bytes(bytes).into()),
            (true, Err(_)) => return false,
        }
        true
    }
}

/// What the host may be sent: packets without `delayed_ack`, else bytes. May be overdrawn by one packet.
struct Credit {
    /// None once the stream is closed.
    left: Mutex<Option<i64>>,
    changed: Notify,
}

impl Credit {
    fn new(left: i64) -> Self {
        Self { left: Mutex::new(Some(left)), changed: Notify::new() }
    }

    fn add(&self, more: i64) {
        self.change(|left| left.saturating_add(more));
    }

    /// A host that acknowledges what was never sent gains nothing by it.
    fn set(&self, credit: i64) {
        self.change(|_| credit);
    }

    fn change(&self, change: impl FnOnce(i64) -> i64) {
        {
            let mut left = self.left.lock();
            *left = left.map(change);
        }
        self.changed.notify_one();
    }

    fn close(&self) {
        *self.left.lock() = None;
        self.changed.notify_one();
    }

    /// Waits until there is some; `false` once the stream is closed.
    async fn wait(&self) -> bool {
        loop {
            let left = *self.left.lock();
            match left {
                Some(left) if left > 0 => return true,
                Some(_) => self.changed.notified().await,
                None => return false,
            }
        }
    }
}

impl Drop for Incoming {
    /// The stream is closed: a service that waits for its turn to write is told so, one that reads gets the rest first.
    fn drop(&mut self) {
        self.credit.close();
    }
}

/// The service's end: what the host sends.
pub(super) struct StreamReader {
    data: mpsc::UnboundedReceiver<Bytes>,
    unread: Arc<Unread>,
    outgoing: mpsc::Sender<Packet>,
    terms: Terms,
}

impl StreamReader {
    /// The next data, acknowledged; `None` when the host closed the stream.
    pub(super) async fn next(&mut self) -> Option<Bytes> {
        let data = self.data.recv().await?;
        self.unread.bytes.fetch_sub(data.len(), Ordering::Relaxed);
        self.unread.packets.fetch_sub(1, Ordering::Relaxed);
        // No packet has more bytes than fit.
        let taken = self.terms.credit(u32::try_from(data.len()).unwrap_or(u32::MAX));
        let okay = Packet::new(Command::Okay, self.terms.local, self.terms.remote, taken);
        self.outgoing.send(okay).await.ok()?;
        Some(data)
    }
}

/// The service's end: what the host gets.
pub(super) struct StreamWriter {
    outgoing: mpsc::Sender<Packet>,
    credit: Arc<Credit>,
    terms: Terms,
}

impl StreamWriter {
    /// The most bytes that go in one packet.
    pub(super) fn limit(&self) -> usize {
        self.terms.limit
    }

    /// Sends all of `data`, waiting for each packet's turn; `false` once the stream is closed.
    pub(super) async fn write(&mut self, mut data: Bytes) -> bool {
        while !data.is_empty() {
            if !self.credit.wait().await {
                return false;
            }
            let piece = data.split_to(data.len().min(self.terms.limit));
            let price =
                if self.terms.window.is_some() { i64::try_from(piece.len()).unwrap_or(i64::MAX) } else { 1 };
            self.credit.add(-price);
            let packet = Packet::new(Command::Wrte, self.terms.local, self.terms.remote, piece);
            if self.outgoing.send(packet).await.is_err() {
                return false;
            }
        }
        true
    }

    /// Closes the stream as real adbd does: it says so twice. One that the host has closed is left alone.
    pub(super) async fn close(&mut self) {
        // The last data must have arrived: a host drops what comes for a stream that it saw closed.
        if self.terms.window.is_none() && !self.credit.wait().await {
            return;
        }
        for _ in 0..2 {
            let close = Packet::bare(Command::Clse, self.terms.local, self.terms.remote);
            if self.outgoing.send(close).await.is_err() {
                return;
            }
        }
    }
}

/// Tells the connection that a stream has ended, however its task ends.
pub(super) struct Closing {
    local: u32,
    connection: mpsc::UnboundedSender<u32>,
}

impl Closing {
    pub(super) fn new(local: u32, connection: mpsc::UnboundedSender<u32>) -> Self {
        Self { local, connection }
    }
}

impl Drop for Closing {
    fn drop(&mut self) {
        // A connection that is gone has no streams to forget.
        let _gone = self.connection.send(self.local);
    }
}

/// Both ends of a new stream.
pub(super) fn open_stream(
    terms: Terms,
    outgoing: &mpsc::Sender<Packet>,
) -> (Incoming, StreamReader, StreamWriter) {
    let (sender, data) = mpsc::unbounded_channel();
    let credit = Arc::new(Credit::new(terms.window.map_or(1, i64::from)));
    let unread = Arc::<Unread>::default();
    let incoming = Incoming {
        data: sender,
        unread: Arc::clone(&unread),
        credit: Arc::clone(&credit),
        delayed: terms.window.is_some(),
    };
    let reader = StreamReader { data, unread, outgoing: outgoing.clone(), terms };
    let writer = StreamWriter { outgoing: outgoing.clone(), credit, terms };
    (incoming, reader, writer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(window: Option<u32>) -> (Incoming, StreamReader, StreamWriter, mpsc::Receiver<Packet>) {
        let (outgoing, packets) = mpsc::channel(16);
        let (incoming, reader, writer) =
            open_stream(Terms { local: 1, remote: 2, limit: 4, window }, &outgoing);
        (incoming, reader, writer, packets)
    }

    #[tokio::test]
    async fn without_delayed_ack_a_packet_waits_for_the_last_to_be_taken() {
        let (incoming, _reader, mut writer, mut packets) = stream(None);
        let writing = tokio::spawn(async move { writer.write(Bytes::from_static(b"12345678")).await });
        assert_eq!(&packets.recv().await.unwrap().payload[..], b"1234");
        assert!(packets.try_recv().is_err());
        assert!(incoming.acknowledge(b""));
        assert_eq!(&packets.recv().await.unwrap().payload[..], b"5678");
        assert!(writing.await.unwrap());
    }

    #[tokio::test]
    async fn with_delayed_ack_packets_go_until_the_credit_is_gone() {
        let (incoming, mut reader, mut writer, mut packets) = stream(Some(5));
        let writing = tokio::spawn(async move { writer.write(Bytes::from_static(b"123456789abc")).await });
        assert_eq!(&packets.recv().await.unwrap().payload[..], b"1234");
        assert_eq!(&packets.recv().await.unwrap().payload[..], b"5678");
        assert!(incoming.acknowledge(&2_i32.to_le_bytes()));
        assert!(packets.try_recv().is_err(), "it was overdrawn by three");
        assert!(!incoming.acknowledge(b""), "how much must be said");
        assert!(incoming.acknowledge(&2_i32.to_le_bytes()));
        assert_eq!(&packets.recv().await.unwrap().payload[..], b"9abc");
        assert!(writing.await.unwrap());

        assert!(incoming.deliver(Bytes::from_static(b"xyz")));
        assert_eq!(reader.next().await.unwrap(), "xyz");
        assert_eq!(packets.recv().await.unwrap().payload, &3_u32.to_le_bytes()[..]);
    }

    #[test]
    fn a_host_that_sends_beyond_its_credit_is_noticed() {
        let (incoming, _reader, _writer, _packets) = stream(None);
        assert!(incoming.deliver(Bytes::new()) && incoming.deliver(Bytes::new()));
        assert!(!incoming.deliver(Bytes::new()));
        let (incoming, _reader, _writer, _packets) = stream(Some(1));
        let half = Bytes::from(vec![0; UNREAD_BYTES / 2]);
        assert!(incoming.deliver(half.clone()) && incoming.deliver(half));
        assert!(!incoming.deliver(Bytes::from_static(b"x")));
    }
}
