//! The handle of one stream of a direct connection. Dropping it closes it on the phone.

use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};

use crate::adb::connection::Connection;
use crate::adb::error::AdbCause;

/// A service of the phone, opened: bytes both ways. What was written is on its way once the write returned; credit from
/// the phone, not a flush, confirms it.
#[derive(Debug)]
pub(crate) struct DirectStream {
    connection: Connection,
    id: u32,
}

impl DirectStream {
    /// Asks for a service and waits until the phone has opened it.
    pub(crate) async fn open(connection: Connection, service: &str) -> Result<Self, AdbCause> {
        let max_payload = connection.agreement().max_payload;
        if service.len() >= max_payload {
            let reason = format!("it is {} bytes long, the phone takes {}", service.len(), max_payload - 1);
            return Err(AdbCause::BadArgument(reason));
        }
        connection.shared().send_queue.wait_for_room().await;
        let (id, packet) = connection.shared().streams().open(service)?;
        // From here on the stream exists, so that dropping this future closes it.
        let stream = Self { connection, id };
        stream.connection.shared().send_queue.put(packet);
        stream.connection.shared().send_queue.flush();
        std::future::poll_fn(|context| stream.connection.shared().streams().poll_opened(id, context)).await?;
        Ok(stream)
    }

    /// Creates the handle of a stream that the phone opened.
    pub(crate) fn called(connection: Connection, id: u32) -> Self {
        Self { connection, id }
    }

    /// Returns the largest payload of one packet.
    fn max_payload(&self) -> usize {
        self.connection.agreement().max_payload
    }

    /// Returns the next bytes as they arrived, `None` at the end.
    pub(crate) fn poll_receive(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Result<Option<Bytes>, AdbCause>> {
        let shared = self.connection.shared();
        let arrived = shared.streams().poll_data(self.id, context);
        let Some(arrival) = ready!(arrived)? else { return Poll::Ready(Ok(None)) };
        if let Some(credit) = arrival.credit {
            shared.send_queue.put(credit);
            shared.send_queue.flush();
        }
        Poll::Ready(Ok(Some(arrival.data)))
    }

    /// Sends one packet from the front of `bytes`, which must not be empty.
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

    /// Sends one packet from the front of `bytes`, which must not be empty, and returns its length.
    pub(crate) fn poll_write(
        &mut self,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<Result<usize, AdbCause>> {
        let length = bytes.len().min(self.max_payload());
        loop {
            ready!(self.poll_ready(context))?;
            if self.queue(Bytes::copy_from_slice(&bytes[..length])) {
                return Poll::Ready(Ok(length));
            }
        }
    }

    /// Ready while the phone takes data of this stream and the connection has room for it.
    fn poll_ready(&self, context: &mut Context<'_>) -> Poll<Result<(), AdbCause>> {
        let shared = self.connection.shared();
        ready!(shared.streams().poll_credit(self.id, context))?;
        shared.send_queue.poll_room(self.id, context).map(Ok)
    }

    /// Sends a packet unless the credit is gone or the stream has ended meanwhile.
    fn queue(&self, payload: Bytes) -> bool {
        let shared = self.connection.shared();
        // One lock over both, so that packets are queued in the order in which the stream spent its credit.
        let mut streams = shared.streams();
        let queued = streams.send(self.id, payload).map(|packet| shared.send_queue.put(packet));
        drop(streams);
        shared.send_queue.flush();
        queued.is_some()
    }
}

impl Drop for DirectStream {
    fn drop(&mut self) {
        let shared = self.connection.shared();
        shared.send_queue.stop_waiting(self.id);
        let close = shared.streams().abandon(self.id);
        if let Some(close) = close {
            shared.send_queue.put(close);
            // A caller that drops a stream often opens the next: both go together then.
            shared.send_queue.flush_soon();
        }
    }
}
