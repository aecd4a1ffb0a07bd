//! One phone's connection, direct or through an adb server. The operations of a phone go through here and do not see the
//! difference.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::connection::Connection;
use super::error::AdbCause;
use super::handshake::greeting::Agreement;
use super::server::{ServerLink, ServerStream};
use super::stream::direct::DirectStream;

/// An open connection to a phone; cheap to clone.
#[derive(Debug, Clone)]
pub(crate) enum AdbTransport {
    /// Our own connection to its adbd.
    Direct(Connection),
    /// Sockets of the adb server.
    Server(ServerLink),
}

impl AdbTransport {
    /// Asks for a service and waits until the phone has opened it.
    pub(crate) async fn stream(&self, service: &str) -> Result<Stream, AdbCause> {
        if service.contains('\0') {
            return Err(AdbCause::BadArgument("it holds a NUL character".to_owned()));
        }
        let wire = match self {
            Self::Direct(connection) => Wire::Direct(DirectStream::open(connection.clone(), service).await?),
            Self::Server(link) => Wire::Server(link.stream(service).await?),
        };
        Ok(Stream { wire, left_over: Bytes::new() })
    }

    pub(crate) fn agreement(&self) -> &Agreement {
        match self {
            Self::Direct(connection) => connection.agreement(),
            Self::Server(link) => link.agreement(),
        }
    }

    /// Returns the number of signs of life, as far as known.
    pub(crate) fn signs_of_life(&self) -> u64 {
        match self {
            Self::Direct(connection) => connection.signs_of_life(),
            Self::Server(_) => 0,
        }
    }

    /// Waits until the phone is lost, and returns the cause.
    pub(crate) async fn lost(&self) -> AdbCause {
        match self {
            Self::Direct(connection) => connection.lost().await,
            Self::Server(link) => link.lost().await,
        }
    }

    /// Closes the connection for every user of it, with `reason`.
    pub(crate) fn close(&self, reason: &str) {
        match self {
            Self::Direct(connection) => connection.close(reason),
            Self::Server(link) => link.close(reason),
        }
    }
}

/// A service of the phone, opened: bytes both ways. Dropping it closes it on the phone.
///
/// ADB has no half-close: shutting the writing side down only flushes, and dropping the stream closes both. What was
/// written is on its way once the write returned; only an answer of the service confirms it.
#[derive(Debug)]
pub struct Stream {
    wire: Wire,
    /// Received bytes that did not fit into the buffer of the reader.
    left_over: Bytes,
}

#[derive(Debug)]
enum Wire {
    Direct(DirectStream),
    Server(ServerStream),
}

impl Stream {
    /// Creates a stream that the phone opened over our own connection.
    pub(crate) fn called(connection: Connection, id: u32) -> Self {
        Self { wire: Wire::Direct(DirectStream::called(connection, id)), left_over: Bytes::new() }
    }

    /// Creates a stream that the phone opened through the adb server, which connected to `socket` for it.
    pub(crate) fn called_by_server(link: &ServerLink, socket: TcpStream) -> Self {
        Self { wire: Wire::Server(link.incoming(socket)), left_over: Bytes::new() }
    }

    /// Returns the next bytes as they arrived, `None` at the end.
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
        match &mut self.wire {
            Wire::Direct(stream) => stream.poll_receive(context),
            Wire::Server(stream) => stream.poll_receive(context),
        }
    }

    /// Sends all of `bytes`, waiting until they are taken. When dropped before, it may have sent a part of them.
    pub(crate) async fn send(&mut self, mut bytes: Bytes) -> Result<(), AdbCause> {
        while !bytes.is_empty() {
            std::future::poll_fn(|context| self.poll_send(context, &mut bytes)).await?;
        }
        Ok(())
    }

    /// Sends a part of `bytes` from its front, which must not be empty.
    pub(crate) fn poll_send(
        &mut self,
        context: &mut Context<'_>,
        bytes: &mut Bytes,
    ) -> Poll<Result<(), AdbCause>> {
        match &mut self.wire {
            Wire::Direct(stream) => stream.poll_send(context, bytes),
            Wire::Server(stream) => stream.poll_send(context, bytes),
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
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if bytes.is_empty() {
            return Poll::Ready(Ok(0));
        }
        let written = match &mut self.wire {
            Wire::Direct(stream) => stream.poll_write(context, bytes),
            Wire::Server(stream) => stream.poll_write(context, bytes),
        };
        written.map_err(io::Error::from)
    }

    fn poll_flush(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
