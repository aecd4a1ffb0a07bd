//! Sockets on the phone whose callers reach this program (`reverse:`). Only what was registered here can be reached: a
//! stream that a phone opens to anything else is refused.

use std::task::{Context, Waker};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};

use super::phone::Phone;
use crate::adb::connection::Connection;
use crate::adb::error::{AdbCause, AdbError, shorten};
use crate::adb::reverse_protocol::{Answer, AnswerDecoder};
use crate::adb::server::ServerLink;
use crate::adb::transport::{AdbTransport, Stream};
use crate::deadline::Deadline;

/// The time to close the socket on the phone when its listener is dropped.
const CLOSE_TIME: Duration = Duration::from_secs(5);

/// A socket on the phone that this program listens on. Dropping it closes the socket and refuses who waits.
#[derive(Debug)]
pub struct ReverseListener {
    phone: Phone,
    socket: String,
    calls: Calls,
}

/// How calls come here.
#[derive(Debug)]
enum Calls {
    /// The phone opens a stream to `destination` over our own connection.
    Direct { connection: Connection, destination: String, streams: mpsc::Receiver<u32> },
    /// The adb server connects to a port of this machine.
    Server { link: ServerLink, port: TcpListener },
}

impl Phone {
    /// Has the phone listen on `socket`, such as `tcp:7000`, `tcp:0` for any free port, or `localabstract:name`. Each
    /// program on the phone that connects there is given by [`ReverseListener::accept`]. Through an adb server the calls
    /// come by a free port of 127.0.0.1, which other programs of this machine can connect to as well.
    ///
    /// # Errors
    /// The phone's own words if it cannot listen there, as when somebody else does; it is reached through the adb server of another machine, which calls
    /// programs of that machine only; it is gone, or not done in time.
    pub async fn reverse(&self, socket: &str, deadline: Deadline) -> Result<ReverseListener, AdbError> {
        let attempt = || format!("listen on `{}`", shorten(socket));
        self.within(deadline, attempt, self.listen(socket)).await
    }

    async fn listen(&self, socket: &str) -> Result<ReverseListener, AdbCause> {
        if socket.contains([';', '\0']) {
            return Err(AdbCause::BadArgument("a socket's name has no `;` and no NUL character".to_owned()));
        }
        let connection = self.connection()?;
        let (calls, destination) = Calls::expect(connection).await?;
        let (tell, bound) = oneshot::channel();
        tokio::spawn(bind(connection.clone(), socket.to_owned(), destination, tell));
        let socket = bound.await.unwrap_or(Err(AdbCause::StreamEnded))?;
        Ok(ReverseListener { phone: self.clone(), socket, calls })
    }
}

impl Calls {
    /// Ready for calls; and what the phone is told to call.
    async fn expect(transport: &AdbTransport) -> Result<(Self, String), AdbCause> {
        match transport {
            AdbTransport::Direct(connection) => {
                // The phone calls by the name that it was given: one that cannot be guessed is a destination of this
                // listener alone.
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
                let reason = "through the adb server of another machine a phone cannot call back: connect to its address";
                Err(AdbCause::BadArgument(reason.to_owned()))
            }
        }
    }
}

impl ReverseListener {
    /// Where the phone listens: `tcp:0` has become the port that was found.
    #[must_use]
    pub fn socket(&self) -> &str {
        &self.socket
    }

    /// The next stream that a program on the phone has opened. May be dropped without harm.
    ///
    /// # Errors
    /// The connection to the phone was lost.
    pub async fn accept(&mut self) -> Result<Stream, AdbError> {
        let lost = match &mut self.calls {
            Calls::Direct { connection, streams, .. } => tokio::select! {
                // Who called before the connection was lost is told so by the stream.
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
        Err(self.phone.error(format!("accept from `{}`", shorten(&self.socket)), lost))
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
        let (Ok(runtime), Ok(connection)) =
            (tokio::runtime::Handle::try_current(), self.phone.connection().cloned())
        else {
            return;
        };
        let mut closing = Box::pin(close(connection, std::mem::take(&mut self.socket)));
        // The phone is asked now: who listens on the same socket next must not be ahead of it.
        if closing.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending() {
            runtime.spawn(closing);
        }
    }
}

/// Has the phone listen on `socket` and tells on which one it does. When nobody waits for that any more, the phone's answer
/// is still heard: only then is it known whether there is a socket to close, and which.
async fn bind(
    transport: AdbTransport,
    socket: String,
    destination: String,
    mut tell: oneshot::Sender<Result<String, AdbCause>>,
) {
    // Not in the place of another listener: its callers would be taken from it without a word, and its end would close the
    // socket for this one.
    let request = format!("reverse:forward:norebind:{socket};{destination}");
    let answer = {
        let mut asking = std::pin::pin!(ask(&transport, &request));
        tokio::select! {
            answer = &mut asking => answer,
            () = tell.closed() => match Deadline::after(CLOSE_TIME).run(asking).await {
                Ok(answer) => answer,
                Err(passed) => Err(passed.into()),
            },
        }
    };
    let bound = answer.map(|answer| match answer {
        Answer::Okay(port) if !port.is_empty() => format!("tcp:{port}"),
        Answer::Okay(_) | Answer::Fail(_) => socket,
    });
    if let Err(Ok(unwanted)) = tell.send(bound) {
        close(transport, unwanted).await;
    }
}

/// Has the phone no longer listen on `socket`.
async fn close(transport: AdbTransport, socket: String) {
    let request = format!("reverse:killforward:{socket}");
    if let Ok(Err(cause)) = Deadline::after(CLOSE_TIME).run(ask(&transport, &request)).await {
        log::debug!("a socket on the phone could not be closed: {cause}");
    }
}

/// A request that the phone granted, and what it says of it.
async fn ask(transport: &AdbTransport, request: &str) -> Result<Answer, AdbCause> {
    let mut stream = transport.stream(request).await?;
    let mut decoder = AnswerDecoder::default();
    while let Some(bytes) = stream.receive().await? {
        decoder.push(&bytes).map_err(|error| AdbCause::Protocol(error.to_string()))?;
    }
    match decoder.finish().map_err(|error| AdbCause::Protocol(error.to_string()))? {
        Answer::Fail(reason) => Err(AdbCause::Rejected(reason)),
        answer @ Answer::Okay(_) => Ok(answer),
    }
}
