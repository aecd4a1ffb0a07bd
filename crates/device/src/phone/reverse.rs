//! Sockets on the phone whose callers reach this program (`reverse:`). Only what was registered here can be reached: a
//! stream that a phone opens to anything else is refused.

use std::time::Duration;

use tokio::sync::mpsc;

use super::{AdbCause, AdbError, Deadline, Phone, Stream, shorten};
use crate::adb::connection::Connection;
use crate::adb::reverse_protocol::{Answer, AnswerDecoder};
use crate::adb::transport::Transport;

/// The time to close the socket on the phone when its listener is dropped.
const CLOSE_TIME: Duration = Duration::from_secs(5);

/// A socket on the phone that this program listens on. Dropping it closes the socket and refuses who waits.
#[derive(Debug)]
pub struct ReverseListener {
    phone: Phone,
    connection: Connection,
    socket: String,
    destination: String,
    calls: mpsc::Receiver<u32>,
}

impl Phone {
    /// Has the phone listen on `socket`, such as `tcp:7000`, `tcp:0` for any free port, or `localabstract:name`. Each
    /// program on the phone that connects there is given by [`ReverseListener::accept`].
    ///
    /// # Errors
    /// The phone's own words if it cannot listen there; it is reached through the adb server, which calls programs of its
    /// own machine only; it is gone, or not done in time.
    pub async fn reverse(&self, socket: &str, deadline: Deadline) -> Result<ReverseListener, AdbError> {
        let attempt = || format!("listen on `{}`", shorten(socket));
        self.within(deadline, attempt, self.listen(socket)).await
    }

    async fn listen(&self, socket: &str) -> Result<ReverseListener, AdbCause> {
        if socket.contains([';', '\0']) {
            return Err(AdbCause::BadArgument("a socket's name has no `;` and no NUL character".to_owned()));
        }
        let Some(connection) = self.inner.transport.direct().cloned() else {
            let reason = "through the adb server a phone cannot call back: connect to its address";
            return Err(AdbCause::BadArgument(reason.to_owned()));
        };
        // The phone calls by the name that it was given: one that cannot be guessed is a destination of this listener alone.
        let destination = format!("localabstract:tikmatrix-{:016x}", rand::random::<u64>());
        let calls = connection.expect_calls(&destination);
        let mut listener = ReverseListener {
            phone: self.clone(),
            connection,
            socket: socket.to_owned(),
            destination,
            calls,
        };
        let request = format!("reverse:forward:{socket};{}", listener.destination);
        if let Answer::Okay(port) = ask(&self.inner.transport, &request).await?
            && !port.is_empty()
        {
            listener.socket = format!("tcp:{port}");
        }
        Ok(listener)
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
        let connection = &self.connection;
        let lost = tokio::select! {
            // Who called before the connection was lost is told so by the stream.
            biased;
            Some(id) = self.calls.recv() => return Ok(Stream::called(connection.clone(), id)),
            lost = connection.lost() => lost,
        };
        Err(AdbError::new(&self.phone.inner.name, format!("accept from `{}`", shorten(&self.socket)), lost))
    }
}

impl Drop for ReverseListener {
    fn drop(&mut self) {
        let connection = &self.connection;
        connection.forget_calls(&self.destination);
        while let Ok(id) = self.calls.try_recv() {
            drop(Stream::called(connection.clone(), id));
        }
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let (transport, request) =
            (self.phone.inner.transport.clone(), format!("reverse:killforward:{}", self.socket));
        runtime.spawn(async move {
            if let Ok(Err(cause)) = Deadline::after(CLOSE_TIME).run(ask(&transport, &request)).await {
                log::debug!("a socket on the phone could not be closed: {cause}");
            }
        });
    }
}

async fn ask(transport: &Transport, request: &str) -> Result<Answer, AdbCause> {
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
