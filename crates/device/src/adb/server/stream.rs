//! One stream to a phone through the adb server: a socket that the server has connected to a service of the phone.
//! Dropping it closes the stream on the phone.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes, BytesMut};
use tokio::net::TcpStream;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

use crate::adb::error::AdbCause;

/// Bytes reserved at once. None are kept while nothing arrives.
const READ_STEP: usize = 64 * 1024;
/// Below this capacity the buffer is extended.
const MIN_CAPACITY: usize = 4 * 1024;

/// Whether the use of one phone of a server has ended, and why.
#[derive(Debug, Default)]
pub(super) struct Closing {
    reason: OnceLock<AdbCause>,
    token: CancellationToken,
}

impl Closing {
    /// Ends every stream to the phone. The first reason holds.
    pub(super) fn close(&self, reason: &str) {
        self.reason.get_or_init(|| AdbCause::ConnectionLost(reason.to_owned()));
        self.token.cancel();
    }

    /// Awaits `work`, or returns the reason once the phone is closed.
    pub(super) async fn interrupt<T>(
        &self,
        work: impl Future<Output = Result<T, AdbCause>>,
    ) -> Result<T, AdbCause> {
        match self.token.run_until_cancelled(work).await {
            Some(done) => done,
            None => Err(self.reason()),
        }
    }

    /// Waits until the phone is closed, and returns the reason.
    pub(super) async fn closed(&self) -> AdbCause {
        self.token.cancelled().await;
        self.reason()
    }

    fn reason(&self) -> AdbCause {
        let closed = || AdbCause::ConnectionLost("it was closed on this side".to_owned());
        self.reason.get().cloned().unwrap_or_else(closed)
    }
}

/// A service of a phone behind an adb server, opened.
#[derive(Debug)]
pub(crate) struct ServerStream {
    closing: Arc<Closing>,
    socket: TcpStream,
    buffer: BytesMut,
    /// The bytes that arrived together with the server's answer.
    first: Bytes,
    gone: Pin<Box<WaitForCancellationFutureOwned>>,
}

impl ServerStream {
    pub(super) fn new(closing: Arc<Closing>, socket: TcpStream, first: Bytes) -> Self {
        let gone = Box::pin(closing.token.clone().cancelled_owned());
        Self { closing, socket, buffer: BytesMut::new(), first, gone }
    }

    /// Returns the next bytes as they arrived, `None` at the end.
    pub(crate) fn poll_receive(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Result<Option<Bytes>, AdbCause>> {
        if !self.first.is_empty() {
            return Poll::Ready(Ok(Some(std::mem::take(&mut self.first))));
        }
        loop {
            if self.socket.poll_read_ready(context).is_pending() {
                return self.poll_gone(context).map(Err);
            }
            if self.buffer.capacity() - self.buffer.len() < MIN_CAPACITY {
                self.buffer.reserve(READ_STEP);
            }
            match self.socket.try_read_buf(&mut self.buffer) {
                Ok(0) => return Poll::Ready(Ok(None)),
                Ok(_) => return Poll::Ready(Ok(Some(self.buffer.split().freeze()))),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(ended(&error))),
            }
        }
    }

    /// Sends what the socket accepts from the front of `bytes`, which must not be empty.
    pub(crate) fn poll_send(
        &mut self,
        context: &mut Context<'_>,
        bytes: &mut Bytes,
    ) -> Poll<Result<(), AdbCause>> {
        let sent = ready!(self.poll_write(context, bytes))?;
        bytes.advance(sent);
        Poll::Ready(Ok(()))
    }

    /// Sends what the socket accepts from the front of `bytes` and returns its length.
    pub(crate) fn poll_write(
        &mut self,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<Result<usize, AdbCause>> {
        loop {
            if self.socket.poll_write_ready(context).is_pending() {
                return self.poll_gone(context).map(Err);
            }
            match self.socket.try_write(bytes) {
                Ok(sent) => return Poll::Ready(Ok(sent)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(ended(&error))),
            }
        }
    }

    /// Ready with the reason once the phone is closed.
    fn poll_gone(&mut self, context: &mut Context<'_>) -> Poll<AdbCause> {
        self.gone.as_mut().poll(context).map(|()| self.closing.reason())
    }
}

fn ended(error: &io::Error) -> AdbCause {
    AdbCause::ConnectionLost(format!("the adb server ended the stream: {error}"))
}
