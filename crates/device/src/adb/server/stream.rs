//! One stream to a phone through the adb server: a socket that the server has led to a service of the phone. Dropping
//! it closes the stream on the phone.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes, BytesMut};
use tokio::net::TcpStream;
use tokio_util::sync::WaitForCancellationFutureOwned;

use super::link::ServerLink;
use crate::adb::error::AdbCause;

/// Bytes made room for at once. None are kept while nothing arrives.
const READ_STEP: usize = 64 * 1024;
/// With less room than this left, more is made.
const LEAST_ROOM: usize = 4 * 1024;

#[derive(Debug)]
pub(crate) struct ServerStream {
    link: ServerLink,
    socket: TcpStream,
    buffer: BytesMut,
    /// What came together with the server's answer.
    first: Bytes,
    gone: Pin<Box<WaitForCancellationFutureOwned>>,
}

impl ServerStream {
    pub(in crate::adb) fn new(link: ServerLink, socket: TcpStream, first: Bytes) -> Self {
        let gone = Box::pin(link.gone().clone().cancelled_owned());
        Self { link, socket, buffer: BytesMut::new(), first, gone }
    }

    /// The next bytes as they arrived, `None` at the end.
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
            if self.buffer.capacity() - self.buffer.len() < LEAST_ROOM {
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

    /// Sends what the socket takes from the front of `bytes`, which must hold something.
    pub(crate) fn poll_send(
        &mut self,
        context: &mut Context<'_>,
        bytes: &mut Bytes,
    ) -> Poll<Result<(), AdbCause>> {
        let sent = ready!(self.poll_write(context, bytes))?;
        bytes.advance(sent);
        Poll::Ready(Ok(()))
    }

    /// Sends what the socket takes from the front of `bytes` and gives how much that is.
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

    /// Ready with the reason once the phone was given up.
    fn poll_gone(&mut self, context: &mut Context<'_>) -> Poll<AdbCause> {
        self.gone.as_mut().poll(context).map(|()| self.link.cause())
    }
}

fn ended(error: &io::Error) -> AdbCause {
    AdbCause::ConnectionLost(format!("the adb server ended the stream: {error}"))
}
