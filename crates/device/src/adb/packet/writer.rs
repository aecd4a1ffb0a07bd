//! The writer of packets to one socket, plain or TLS: headers and payloads go together, many packets in one call, and
//! nothing is copied.

use std::fmt;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::AsyncWrite;

use super::codec::{HEADER_LEN, Packet};

/// The most packets in one call: each is two slices, and Linux takes 1024.
pub(super) const BATCH: usize = 64;

/// A socket and the packets that it is given. A packet that was begun is written to its end before
/// anything else.
pub(super) struct PacketWriter {
    socket: Pin<Box<dyn AsyncWrite + Send>>,
    checksums: bool,
    batch: Vec<([u8; HEADER_LEN], Packet)>,
    /// Bytes of the batch that the socket has taken.
    written: usize,
    /// Bytes that the socket has ever taken.
    taken: u64,
}

impl PacketWriter {
    pub(super) fn new(socket: impl AsyncWrite + Send + 'static, checksums: bool) -> Self {
        Self { socket: Box::pin(socket), checksums, batch: Vec::new(), written: 0, taken: 0 }
    }

    /// Adds packets, at most [`BATCH`] together; the batch before has to be written.
    pub(super) fn take(&mut self, packets: impl Iterator<Item = Packet>) {
        let checksums = self.checksums;
        self.batch.extend(packets.map(|packet| (packet.header(checksums), packet)));
    }

    /// Returns how many bytes the socket has accepted so far.
    pub(super) fn taken(&self) -> u64 {
        self.taken
    }

    /// Writes the batch to its end and returns its size in bytes.
    pub(super) fn poll_write(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let mut slices = [IoSlice::new(&[]); 2 * BATCH];
        let mut count = 0;
        for (header, packet) in &self.batch {
            for part in [&header[..], &packet.payload] {
                slices[count] = IoSlice::new(part);
                count += 1;
            }
        }
        let mut rest = &mut slices[..count];
        IoSlice::advance_slices(&mut rest, self.written);
        while !rest.is_empty() {
            let written = ready!(self.socket.as_mut().poll_write_vectored(context, rest))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.written += written;
            self.taken = self.taken.saturating_add(written as u64);
            IoSlice::advance_slices(&mut rest, written);
        }
        // Nothing to do for a socket; TLS may have kept the last of it.
        ready!(self.socket.as_mut().poll_flush(context))?;
        self.batch.clear();
        Poll::Ready(Ok(std::mem::take(&mut self.written)))
    }
}

impl fmt::Debug for PacketWriter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PacketWriter({} packets, {} bytes written)", self.batch.len(), self.written)
    }
}
