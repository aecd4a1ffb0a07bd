//! One stream inside a connection, with ADB's flow control: one piece of data in flight each way, acknowledged when it
//! was taken. Packets' way to the socket is left to the connection.

use std::sync::Arc;

use bytes::Bytes;
use tikmatrix_device::adb::packet::{Command, Packet};
use tokio::sync::{Semaphore, mpsc};

/// What a host may send before it is acknowledged: one packet, and one more while the acknowledgement is on its way.
const UNREAD: usize = 2;

/// The connection's end of a stream.
pub(super) struct Incoming {
    data: mpsc::Sender<Bytes>,
    turns: Arc<Semaphore>,
}

impl Incoming {
    /// Hands data to the service; `false` when the host did not wait for its acknowledgement.
    pub(super) fn deliver(&self, data: Bytes) -> bool {
        !matches!(self.data.try_send(data), Err(mpsc::error::TrySendError::Full(_)))
    }

    /// The host took what was sent.
    pub(super) fn acknowledge(&self) {
        // A host that acknowledges what was never sent gains nothing by it.
        if self.turns.available_permits() == 0 {
            self.turns.add_permits(1);
        }
    }
}

/// The service's end: what the host sends.
pub(super) struct StreamReader {
    data: mpsc::Receiver<Bytes>,
    outgoing: mpsc::Sender<Packet>,
    local: u32,
    remote: u32,
}

impl StreamReader {
    /// The next data, acknowledged; `None` when the host closed the stream.
    pub(super) async fn next(&mut self) -> Option<Bytes> {
        let data = self.data.recv().await?;
        self.outgoing.send(Packet::bare(Command::Okay, self.local, self.remote)).await.ok()?;
        Some(data)
    }
}

/// The service's end: what the host gets.
pub(super) struct StreamWriter {
    outgoing: mpsc::Sender<Packet>,
    turns: Arc<Semaphore>,
    limit: usize,
    local: u32,
    remote: u32,
}

impl StreamWriter {
    /// The most bytes that go in one packet.
    pub(super) fn limit(&self) -> usize {
        self.limit
    }

    /// Sends all of `data`, waiting for each packet's turn; `false` once the stream is closed.
    pub(super) async fn write(&mut self, mut data: Bytes) -> bool {
        while !data.is_empty() {
            let Ok(turn) = self.turns.acquire().await else { return false };
            turn.forget();
            let piece = data.split_to(data.len().min(self.limit));
            let packet = Packet::new(Command::Wrte, self.local, self.remote, piece);
            if self.outgoing.send(packet).await.is_err() {
                return false;
            }
        }
        true
    }

    /// Closes the stream as real adbd does: it says so twice.
    pub(super) async fn close(&mut self) {
        // The last data must have arrived: a host drops what comes for a stream that it saw closed.
        let _last = self.turns.acquire().await;
        for _ in 0..2 {
            if self.outgoing.send(Packet::bare(Command::Clse, self.local, self.remote)).await.is_err() {
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
    local: u32,
    remote: u32,
    limit: usize,
    outgoing: &mpsc::Sender<Packet>,
) -> (Incoming, StreamReader, StreamWriter) {
    let (sender, data) = mpsc::channel(UNREAD);
    let turns = Arc::new(Semaphore::new(1));
    let incoming = Incoming { data: sender, turns: Arc::clone(&turns) };
    let reader = StreamReader { data, outgoing: outgoing.clone(), local, remote };
    let writer = StreamWriter { outgoing: outgoing.clone(), turns, limit, local, remote };
    (incoming, reader, writer)
}
