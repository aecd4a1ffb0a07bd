//! One stream of a connection, with ADB's flow control: one packet in flight each way, acknowledged when it was
//! consumed; or with `delayed_ack` as many bytes as the other side has granted. Source: AOSP packages/modules/adb,
//! `sockets.cpp`, `docs/dev/delayed_ack.md`.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use parking_lot::Mutex;
use tikmatrix_device::adb::packet::{Command, MAX_PAYLOAD, Packet};
use tokio::sync::{Notify, mpsc};

/// Packets that a host may send before an acknowledgement, without `delayed_ack`: one, and one more while the
/// acknowledgement is on its way.
const UNREAD_PACKETS: usize = 2;
/// Bytes that a host may send before an acknowledgement, with `delayed_ack`.
pub(super) const WINDOW: u32 = 1024 * 1024;
/// The last packet may exceed the window: a sender waits only once its credit is used up.
const UNREAD_BYTES: usize = WINDOW as usize + MAX_PAYLOAD;

/// The parameters of a stream.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms {
    pub(super) local: u32,
    pub(super) remote: u32,
    /// The limit of bytes in one packet.
    pub(super) limit: usize,
    /// With `delayed_ack`, the bytes that the host granted at first.
    pub(super) window: Option<u32>,
}

impl Terms {
    /// The payload of an OKAY that grants `length` bytes.
    fn credit(&self, length: u32) -> Bytes {
        self.window.map_or_else(Bytes::new, |_| Bytes::copy_from_slice(&length.to_le_bytes()))
    }

    /// The packet that accepts the stream.
    pub(super) fn acceptance(&self) -> Packet {
        Packet::new(Command::Okay, self.local, self.remote, self.credit(WINDOW))
    }
}

/// The connection's side of a stream.
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
    /// Passes data to the service; `false` when the host exceeded its window.
    pub(super) fn deliver(&self, data: Bytes) -> bool {
        let bytes = self.unread.bytes.fetch_add(data.len(), Ordering::Relaxed) + data.len();
        let packets = self.unread.packets.fetch_add(1, Ordering::Relaxed) + 1;
        // An error means that the service has ended; its stream is about to be closed.
        let _ended = self.data.send(data);
        if self.delayed { bytes <= UNREAD_BYTES } else { packets <= UNREAD_PACKETS }
    }

    /// Records an acknowledgement; `false` when it lacks the number of bytes.
    pub(super) fn acknowledge(&self, payload: &[u8]) -> bool {
        match (self.delayed, <[u8; 4]>::try_from(payload)) {
            (false, _) => self.credit.set(1),
            (true, Ok(bytes)) => self.credit.add(i32::from_le_bytes(bytes).into()),
            (true, Err(_)) => return false,
        }
        true
    }
}

/// What may be sent to the host: packets without `delayed_ack`, else bytes. May be overdrawn by one packet.
struct Credit {
    /// `None` once the stream is closed.
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

    /// Sets the credit, so that acknowledgements of nothing grant nothing.
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

    /// Waits until there is credit; `false` once the stream is closed.
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
    /// Closes the stream: a service that waits to write is woken, one that reads gets the remaining data first.
    fn drop(&mut self) {
        self.credit.close();
    }
}

/// The service's side: data from the host.
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
        // The length of a packet fits.
        let taken = self.terms.credit(u32::try_from(data.len()).unwrap_or(u32::MAX));
        let okay = Packet::new(Command::Okay, self.terms.local, self.terms.remote, taken);
        self.outgoing.send(okay).await.ok()?;
        Some(data)
    }
}

/// The service's side: data to the host.
pub(super) struct StreamWriter {
    outgoing: mpsc::Sender<Packet>,
    credit: Arc<Credit>,
    terms: Terms,
}

impl StreamWriter {
    /// The limit of bytes in one packet.
    pub(super) fn limit(&self) -> usize {
        self.terms.limit
    }

    /// Sends all of `data`, waiting for credit; `false` once the stream is closed.
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

    /// Closes the stream with two CLSE, as real adbd does, unless the host has closed it.
    pub(super) async fn close(&mut self) {
        // After the acknowledgement of the last data: a host drops data of a closed stream.
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

/// Reports the end of a stream to the connection when dropped.
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
        // An error means that the connection is gone.
        let _gone = self.connection.send(self.local);
    }
}

/// Creates both sides of a stream.
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
    async fn without_delayed_ack_a_packet_waits_for_the_acknowledgement() {
        let (incoming, _reader, mut writer, mut packets) = stream(None);
        let writing = tokio::spawn(async move { writer.write(Bytes::from_static(b"12345678")).await });
        assert_eq!(&packets.recv().await.unwrap().payload[..], b"1234");
        assert!(packets.try_recv().is_err());
        assert!(incoming.acknowledge(b""));
        assert_eq!(&packets.recv().await.unwrap().payload[..], b"5678");
        assert!(writing.await.unwrap());
    }

    #[tokio::test]
    async fn with_delayed_ack_packets_are_sent_until_the_credit_is_used_up() {
        let (incoming, mut reader, mut writer, mut packets) = stream(Some(5));
        let writing = tokio::spawn(async move { writer.write(Bytes::from_static(b"123456789abc")).await });
        assert_eq!(&packets.recv().await.unwrap().payload[..], b"1234");
        assert_eq!(&packets.recv().await.unwrap().payload[..], b"5678");
        assert!(incoming.acknowledge(&2_i32.to_le_bytes()));
        assert!(packets.try_recv().is_err(), "it was overdrawn by three");
        assert!(!incoming.acknowledge(b""), "the number of bytes is missing");
        assert!(incoming.acknowledge(&2_i32.to_le_bytes()));
        assert_eq!(&packets.recv().await.unwrap().payload[..], b"9abc");
        assert!(writing.await.unwrap());

        assert!(incoming.deliver(Bytes::from_static(b"xyz")));
        assert_eq!(reader.next().await.unwrap(), "xyz");
        assert_eq!(packets.recv().await.unwrap().payload, &3_u32.to_le_bytes()[..]);
    }

    #[test]
    fn a_host_that_exceeds_its_window_is_detected() {
        let (incoming, _reader, _writer, _packets) = stream(None);
        assert!(incoming.deliver(Bytes::new()) && incoming.deliver(Bytes::new()));
        assert!(!incoming.deliver(Bytes::new()));
        let (incoming, _reader, _writer, _packets) = stream(Some(1));
        let half = Bytes::from(vec![0; UNREAD_BYTES / 2]);
        assert!(incoming.deliver(half.clone()) && incoming.deliver(half));
        assert!(!incoming.deliver(Bytes::from_static(b"x")));
    }
}
