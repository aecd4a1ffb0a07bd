//! One connection between its socket and the HTTP library. The library gets one request at a time, complete in its head,
//! and the next one only when the client has taken the answer to the last. So what a client makes the server keep is
//! bounded, and what is no request is answered here, in the form of the API, without a look at any byte of an answer.

mod goodbye;
mod requests;
pub(crate) mod table;
pub(crate) mod turn;

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use actix_http::ServiceConfig;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

use crate::http::connection::goodbye::{Goodbye, Refusal};
use crate::http::connection::requests::{Requests, Step};
use crate::http::connection::table::{ConnectionTable, Entry};
use crate::http::connection::turn::Turn;
use crate::http::pace::Pace;

/// How long a client may take to send the head of a request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a connection is kept between two requests.
const IDLE_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a client may take nothing of its answer. A slow line empties the socket's buffer only now and then.
const WRITE_GRACE: Duration = Duration::from_secs(30);

/// A socket that can be closed without what it still holds for the client.
pub(crate) trait Socket: AsyncRead + AsyncWrite + Unpin {
    /// Lets the system forget unsent bytes when the socket is closed.
    fn discard_unsent(&self) -> io::Result<()>;
}

impl Socket for TcpStream {
    fn discard_unsent(&self) -> io::Result<()> {
        self.set_zero_linger()
    }
}

/// A client's connection.
pub(crate) struct Connection<Io> {
    io: Io,
    requests: Requests,
    turn: Turn,
    entry: Entry,
    /// The time that the client has to take what is sent.
    pace: Pace,
    /// Answered bytes that the client has not taken.
    unsent: usize,
    wait: Wait,
    is_closed_by_client: bool,
    /// Set when no further request is read.
    goodbye: Option<Goodbye>,
}

/// The wait for the head of a request, which has a time.
#[derive(Default)]
struct Wait(Option<(Phase, Pin<Box<Sleep>>)>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// The connection is new.
    First,
    /// Nothing has come since the last request.
    Idle,
    /// A head has begun.
    Begun,
}

impl Phase {
    fn of(requests: &Requests) -> Self {
        match (requests.are_first(), requests.are_begun()) {
            (true, _) => Self::First,
            (false, true) => Self::Begun,
            (false, false) => Self::Idle,
        }
    }
}

impl Wait {
    /// Waits in this phase: ready, with the way in which the connection ends, when its time is over.
    fn poll(&mut self, phase: Phase, context: &mut Context<'_>) -> Poll<Goodbye> {
        let begin = || {
            let time = if phase == Phase::Idle { IDLE_TIMEOUT } else { HEAD_TIMEOUT };
            (phase, Box::pin(sleep(time)))
        };
        if self.0.as_ref().is_some_and(|(begun, _)| *begun != phase) {
            self.0 = None;
        }
        let (_, timer) = self.0.get_or_insert_with(begin);
        timer.as_mut().poll(context).map(|()| match phase {
            Phase::Idle => Goodbye::silent(),
            Phase::First | Phase::Begun => Goodbye::refusing(Refusal::Late),
        })
    }
}

impl<Io: Socket> Connection<Io> {
    /// Takes charge of a new connection; `config` is that of the HTTP library.
    pub(crate) fn new(io: Io, config: ServiceConfig, table: &Arc<ConnectionTable>) -> Self {
        Self {
            io,
            requests: Requests::new(config),
            turn: Turn::default(),
            entry: table.enter(),
            pace: Pace::new(WRITE_GRACE),
            unsent: 0,
            wait: Wait::default(),
            is_closed_by_client: false,
            goodbye: None,
        }
    }

    /// Returns the turn that the handling of each request holds.
    pub(crate) fn turn(&self) -> Turn {
        self.turn.clone()
    }

    /// Waits for the head of a request: ready when none is to be waited for any longer.
    fn poll_wait(&mut self, context: &mut Context<'_>) -> Poll<()> {
        self.entry.wait();
        if self.entry.is_cut(context) {
            self.goodbye = Some(Goodbye::silent());
            return Poll::Ready(());
        }
        self.wait.poll(Phase::of(&self.requests), context).map(|goodbye| self.goodbye = Some(goodbye))
    }

    /// Notes how much of what was to be written is left.
    fn note_unsent(&mut self, unsent: usize) {
        self.unsent = unsent;
        self.entry.keep(unsent);
        if unsent == 0 {
            self.turn.wake();
        }
    }
}

impl<Io: Socket> AsyncRead for Connection<Io> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        loop {
            if this.goodbye.is_some() {
                return Poll::Ready(Ok(()));
            }
            let may_begin = this.unsent == 0 && this.turn.is_free();
            match this.requests.step(may_begin, this.is_closed_by_client) {
                Step::Head => {
                    this.wait = Wait::default();
                    this.entry.work();
                    this.turn.take();
                    if this.entry.is_cut(context) {
                        this.goodbye = Some(Goodbye::silent());
                    }
                }
                Step::Ready => {
                    this.requests.read_into(buffer);
                    return Poll::Ready(Ok(()));
                }
                Step::Withheld => {
                    this.turn.wake_later(context.waker());
                    if this.is_closed_by_client || this.requests.are_far_ahead() {
                        return Poll::Pending;
                    }
                }
                Step::Wanting if this.is_closed_by_client => this.goodbye = Some(Goodbye::silent()),
                Step::Wanting => {
                    if !may_begin {
                        // The wait for the next request begins with the end of the answer to this one.
                        this.turn.wake_later(context.waker());
                    } else if !this.requests.are_in_body() && this.poll_wait(context).is_ready() {
                        continue;
                    }
                }
                Step::Ended => this.goodbye = Some(Goodbye::silent()),
                Step::Refused(refusal) => this.goodbye = Some(Goodbye::refusing(refusal)),
            }
            if this.goodbye.is_none() && !this.requests.are_ready() {
                let count = ready!(this.requests.poll_receive(Pin::new(&mut this.io), context))?;
                this.is_closed_by_client = count == 0;
            }
        }
    }
}

impl<Io: Socket> AsyncWrite for Connection<Io> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if let Poll::Ready(written) = Pin::new(&mut this.io).poll_write(context, bytes) {
            let count = written?;
            this.pace.progress(count);
            this.note_unsent(bytes.len() - count);
            return Poll::Ready(Ok(count));
        }
        if this.unsent != bytes.len() {
            this.note_unsent(bytes.len());
        }
        if this.pace.poll_late(context).is_ready() || this.entry.is_cut(context) {
            if let Err(error) = this.io.discard_unsent() {
                log::debug!("a connection that is cut keeps its unsent bytes for now: {error}");
            }
            let reason = "the client does not take its answers";
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, reason)));
        }
        Poll::Pending
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some(bytes) = self.goodbye.as_ref().and_then(Goodbye::unsent) {
            let count = ready!(self.as_mut().poll_write(context, &bytes))?;
            if let Some(goodbye) = &mut self.goodbye {
                goodbye.advance(count);
            }
        }
        let this = self.get_mut();
        ready!(Pin::new(&mut this.io).poll_shutdown(context))?;
        match &mut this.goodbye {
            Some(goodbye) => goodbye.poll_linger(Pin::new(&mut this.io), context).map(Ok),
            None => Poll::Ready(Ok(())),
        }
    }
}

#[cfg(test)]
mod tests;
