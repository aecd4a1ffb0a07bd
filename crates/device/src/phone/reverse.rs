//! Sockets on the phone whose clients reach this program (`reverse:`). A stream that a phone opens to anything else than a
//! listener is refused.

use std::task::{Context, Waker};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};

use super::link::Link;
use super::phone::Phone;
use crate::adb::connection::Connection;
use crate::adb::error::{AdbCause, AdbError, shorten};
use crate::adb::reverse_protocol::{Answer, AnswerDecoder};
use crate::adb::server::ServerLink;
use crate::adb::transport::{AdbTransport, Stream};
use crate::deadline::Deadline;

/// The timeout of closing the socket on the phone when its listener is dropped.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// A socket on the phone that this program listens on. Dropping it closes the socket and refuses waiting clients.
#[derive(Debug)]
pub struct ReverseListener {
    link: Link,
    socket: String,
    calls: Calls,
}

/// How connections arrive.
#[derive(Debug)]
enum Calls {
    /// The phone opens a stream to `destination` over our own connection.
    Direct { connection: Connection, destination: String, streams: mpsc::Receiver<u32> },
    /// The adb server connects to a port of this machine.
    Server { link: ServerLink, port: TcpListener },
}

impl Calls {
    /// Prepares for connections, and returns the destination to which the phone connects.
    async fn expect(transport: &AdbTransport) -> Result<(Self, String), AdbCause> {
        match transport {
            AdbTransport::Direct(connection) => {
                // A name that cannot be guessed is a destination of this listener alone.
                let destination = format!("localabstract:tikmatrix-{:016x}", rand::random::<u64>());
                let connection = connection.clone();
                let streams = connection.expect_calls(&destination);
                Ok((Self::Direct { connection, destination: destination.clone(), streams }, destination))
            }
            AdbTransport::Server(link) if link.is_on_this_machine() => {
                let local = |error: std::io::Error| AdbCause::Local(error.to_string());
                let port = TcpListener::bind("127.0.0.1:0").await.map_err(local)?;
                let destination = format!("tcp:{}", port.local_addr().map_err(local)?.port());
                Ok((Self::Server { link: link.clone(), port }, destination))
            }
            AdbTransport::Server(_) => {
                let reason = "through the adb server of another machine a phone cannot connect back: connect to its address";
                Err(AdbCause::BadArgument(reason.to_owned()))
            }
        }
    }
}

impl ReverseListener {
    /// Makes a phone listen on `socket`, such as `tcp:7000`, `tcp:0` for any free port, or `localabstract:name`. [`ReverseListener::accept`]
    /// returns each connection of a program on the phone. Through an adb server they arrive at a free port of 127.0.0.1, to
    /// which other programs of this machine can connect as well.
    ///
    /// # Errors
    /// The phone cannot listen there, as when another program does; it is reached through the adb server of another machine,
    /// which connects to programs of that machine only; it is gone, or does not answer in time.
    pub async fn bind(phone: &Phone, socket: &str, deadline: Deadline) -> Result<Self, AdbError> {
        let attempt = || format!("listen on `{}`", shorten(socket));
        phone.link.within(deadline, attempt, Self::listen(&phone.link, socket)).await
    }

    async fn listen(link: &Link, socket: &str) -> Result<Self, AdbCause> {
        if socket.contains([';', '\0']) {
            return Err(AdbCause::BadArgument("a socket's name has no `;` and no NUL character".to_owned()));
        }
        let connection = link.adb()?;
        let (calls, destination) = Calls::expect(connection).await?;
        let (sender, bound) = oneshot::channel();
        tokio::spawn(bind(connection.clone(), socket.to_owned(), destination, sender));
        let socket = bound.await.unwrap_or(Err(AdbCause::StreamEnded))?;
        Ok(Self { link: link.clone(), socket, calls })
    }

    /// Returns the socket on which the phone listens, with the chosen port for `tcp:0`.
    #[must_use]
    pub fn socket(&self) -> &str {
        &self.socket
    }

    /// Waits for the next stream that a program on the phone opens. Safe to cancel.
    ///
    /// # Errors
    /// The connection to the phone was lost.
    pub async fn accept(&mut self) -> Result<Stream, AdbError> {
        let lost = match &mut self.calls {
            Calls::Direct { connection, streams, .. } => tokio::select! {
                // A client that connected before the loss gets a stream that reports it.
                biased;
                Some(id) = streams.recv() => return Ok(Stream::called(connection.clone(), id)),
                lost = connection.lost() => lost,
            },
            Calls::Server { link, port } => tokio::select! {
                biased;
                called = port.accept() => match called {
                    Ok((socket, _)) => return Ok(Stream::called_by_server(link, socket)),
                    Err(error) => AdbCause::Local(error.to_string()),
                },
                lost = link.lost() => lost,
            },
        };
        Err(self.link.error(format!("accept from `{}`", shorten(&self.socket)), lost))
    }
}

impl Drop for Calls {
    fn drop(&mut self) {
        if let Self::Direct { connection, destination, streams } = self {
            connection.forget_calls(destination);
            while let Ok(id) = streams.try_recv() {
                drop(Stream::called(connection.clone(), id));
            }
        }
    }
}

impl Drop for ReverseListener {
    fn drop(&mut self) {
        let (Ok(runtime), Ok(connection)) = (tokio::runtime::Handle::try_current(), self.link.adb().cloned())
        else {
            return;
        };
        let mut closing = Box::pin(close(connection, std::mem::take(&mut self.socket)));
        // The request is sent now: the next listener on the same socket must not be ahead of it.
        if closing.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending() {
            runtime.spawn(closing);
        }
    }
}

/// Makes the phone listen on `socket` and sends the actual socket. When the receiver is gone, the phone's answer is still
/// awaited: only then is it known which socket to close, if any.
async fn bind(
    transport: AdbTransport,
    socket: String,
    destination: String,
    mut sender: oneshot::Sender<Result<String, AdbCause>>,
) {
    // Not in the place of another listener: it would lose its clients unnoticed, and its end would close the socket of this
    // one.
    let request = format!("reverse:forward:norebind:{socket};{destination}");
    let answer = {
        let mut asking = std::pin::pin!(ask(&transport, &request));
        tokio::select! {
            answer = &mut asking => answer,
            () = sender.closed() => match Deadline::after(CLOSE_TIMEOUT).run(asking).await {
                Ok(answer) => answer,
                Err(passed) => Err(passed.into()),
            },
        }
    };
    let bound = answer.map(|answer| match answer {
        Answer::Okay(port) if !port.is_empty() => format!("tcp:{port}"),
        Answer::Okay(_) | Answer::Fail(_) => socket,
    });
    if let Err(Ok(unwanted)) = sender.send(bound) {
        close(transport, unwanted).await;
    }
}

/// Makes the phone no longer listen on `socket`.
async fn close(transport: AdbTransport, socket: String) {
    let request = format!("reverse:killforward:{socket}");
    if let Ok(Err(cause)) = Deadline::after(CLOSE_TIMEOUT).run(ask(&transport, &request)).await {
        log::debug!("a socket on the phone could not be closed: {cause}");
    }
}

/// Sends a request and returns the answer of success.
async fn ask(transport: &AdbTransport, request: &str) -> Result<Answer, AdbCause> {
    let mut stream = transport.stream(request).await?;
    let mut decoder = AnswerDecoder::default();
    while let Some(bytes) = stream.receive().await? {
        decoder.push(&bytes).map_err(|error| AdbCause::Protocol(error.to_string()))?;
    }
    match decoder.finish().map_err(|error| AdbCause::Protocol(error.to_string()))? {
        Answer::Fail(reason) => Err(AdbCause::rejected(&reason)),
        answer @ Answer::Okay(_) => Ok(answer),
    }
}
