//! One stream of a connection, as a caller holds it. Dropping it closes it on the phone.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::connection::Connection;
use super::error::AdbCause;

/// A service of the phone, opened: bytes both ways.
///
/// ADB has no half-close: shutting the writing side down only flushes, and dropping the stream closes both. What was
/// written is on its way once the write returned; credit from the phone, not a flush, says that it was taken.
#[derive(Debug)]
pub struct Stream {
    connection: Connection,
    id: u32,
    /// What a reader with a small buffer has left over.
    left_over: Bytes,
}

impl Stream {
    /// Asks for a service and waits until the phone has opened it.
    pub(crate) async fn open(connection: Connection, service: &str) -> Result<Self, AdbCause> {
        if service.contains('\0') {
            return Err(AdbCause::BadArgument("it holds a NUL character".to_owned()));
        }
        let max_payload = connection.agreement().max_payload;
        if service.len() >= max_payload {
            let reason = format!("it is {} bytes long, the phone takes {}", service.len(), max_payload - 1);
            return Err(AdbCause::BadArgument(reason));
        }
        connection.shared().outbox.wait_for_room().await;
        let (id, packet) = connection.shared().streams().open(service)?;
        // From here on the stream exists, so that dropping this future closes it.
        let stream = Self { connection, id, left_over: Bytes::new() };
        stream.connection.shared().outbox.put(packet);
        std::future::poll_fn(|context| stream.connection.shared().streams().poll_opened(id, context)).await?;
        Ok(stream)
    }

    /// The largest piece that [`Stream::send`] puts into one packet.
    pub(crate) fn max_payload(&self) -> usize {
        self.connection.agreement().max_payload
    }

    /// The next bytes as they arrived, `None` at the end.
    pub(crate) async fn receive(&mut self) -> Result<Option<Bytes>, AdbCause> {
        std::future::poll_fn(|context| self.poll_receive(context)).await
    }

    pub(crate) fn poll_receive(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Result<Option<Bytes>, AdbCause>> {
        if !self.left_over.is_empty() {
            return Poll::Ready(Ok(Some(std::mem::take(&mut self.left_over))));
        }
        let shared = self.connection.shared();
        let arrived = shared.streams().poll_data(self.id, context);
        let Some(arrival) = ready!(arrived)? else { return Poll::Ready(Ok(None)) };
        if let Some(credit) = arrival.credit {
            shared.outbox.put(credit);
        }
        Poll::Ready(Ok(Some(arrival.data)))
    }

    /// Sends all of `bytes`, waiting for credit and for room. Dropped half-way, it has sent whole packets only.
    pub(crate) async fn send(&mut self, mut bytes: Bytes) -> Result<(), AdbCause> {
        while !bytes.is_empty() {
            std::future::poll_fn(|context| self.poll_send(context, &mut bytes)).await?;
        }
        Ok(())
    }

    /// Sends one packet from the front of `bytes`, which must hold something.
    pub(crate) fn poll_send(
        &mut self,
        context: &mut Context<'_>,
        bytes: &mut Bytes,
    ) -> Poll<Result<(), AdbCause>> {
        let length = bytes.len().min(self.max_payload());
        loop {
            ready!(self.poll_ready(context))?;
            if self.queue(bytes.slice(..length)) {
                bytes.advance(length);
                return Poll::Ready(Ok(()));
            }
        }
    }

    /// Ready while the phone takes data of this stream and the connection has room for it.
    fn poll_ready(&self, context: &mut Context<'_>) -> Poll<Result<(), AdbCause>> {
        let shared = self.connection.shared();
        ready!(shared.streams().poll_credit(self.id, context))?;
        shared.outbox.poll_room(self.id, context).map(Ok)
    }

    /// Queues a packet unless the credit is gone or the stream has ended meanwhile.
    fn queue(&self, payload: Bytes) -> bool {
        let shared = self.connection.shared();
        // One lock over both, so that packets are queued in the order in which the stream spent its credit.
        let mut streams = shared.streams();
        let packet = streams.send(self.id, payload);
        packet.map(|packet| shared.outbox.put(packet)).is_some()
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        let shared = self.connection.shared();
        shared.outbox.stop_waiting(self.id);
        let close = shared.streams().abandon(self.id);
        if let Some(close) = close {
            shared.outbox.put(close);
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Some(mut bytes) = ready!(self.poll_receive(context))? else { return Poll::Ready(Ok(())) };
        let taken = bytes.split_to(bytes.len().min(buffer.remaining()));
        buffer.put_slice(&taken);
        self.left_over = bytes;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if bytes.is_empty() {
            return Poll::Ready(Ok(0));
        }
        let length = bytes.len().min(self.max_payload());
        loop {
            ready!(self.poll_ready(context))?;
            if self.queue(Bytes::copy_from_slice(&bytes[..length])) {
                return Poll::Ready(Ok(length));
            }
        }
    }

    fn poll_flush(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
