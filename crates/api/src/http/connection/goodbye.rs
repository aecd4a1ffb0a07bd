//! The end of a connection by the server: the last answer where what came is no request, and the time in which the client
//! gets it.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::web::Bytes;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::time::{Sleep, sleep};

use crate::http::envelope::text_of_failure;
use crate::http::error::ErrorCode;

/// How long a client may take to end a connection that the server has ended.
const LINGER_TIMEOUT: Duration = Duration::from_secs(1);

/// Why a connection is ended with an answer that no handler gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It is no HTTP request.
    Malformed,
    /// The head did not come in time.
    Late,
    /// The head is larger than what is read.
    TooLarge,
}

/// What is left to do before a connection is closed.
pub(super) struct Goodbye {
    unsent: Bytes,
    /// `None` where the client was told nothing that it could miss.
    linger: Option<Pin<Box<Sleep>>>,
}

impl Goodbye {
    /// Ends a connection without an answer.
    pub(super) fn silent() -> Self {
        Self { unsent: Bytes::new(), linger: None }
    }

    /// Ends a connection with an answer.
    pub(super) fn refusing(refusal: Refusal) -> Self {
        Self { unsent: answer(refusal).into(), linger: Some(Box::pin(sleep(LINGER_TIMEOUT))) }
    }

    /// Returns what has not been written yet.
    pub(super) fn unsent(&self) -> Option<Bytes> {
        (!self.unsent.is_empty()).then(|| self.unsent.clone())
    }

    /// Notes that so many bytes were written.
    pub(super) fn advance(&mut self, count: usize) {
        self.unsent = self.unsent.split_off(count.min(self.unsent.len()));
    }

    /// Discards what the client still sends: a socket that is closed before it was read makes systems discard the answer
    /// with it.
    pub(super) fn poll_linger(
        &mut self,
        mut io: Pin<&mut impl AsyncRead>,
        context: &mut Context<'_>,
    ) -> Poll<()> {
        let Some(timer) = &mut self.linger else { return Poll::Ready(()) };
        let mut discarded = [0; 4096];
        loop {
            if timer.as_mut().poll(context).is_ready() {
                return Poll::Ready(());
            }
            let mut buffer = ReadBuf::new(&mut discarded);
            match io.as_mut().poll_read(context, &mut buffer) {
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => {}
                Poll::Ready(_) => return Poll::Ready(()),
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}

fn answer(refusal: Refusal) -> String {
    let (status, message) = match refusal {
        Refusal::Malformed => (
            StatusCode::BAD_REQUEST,
            "what came is no HTTP request: its first line, a header or its body is malformed",
        ),
        Refusal::Late => (StatusCode::REQUEST_TIMEOUT, "the head of the request did not come in time"),
        Refusal::TooLarge => (
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            "the head of the request is too large: at most 96 headers and 131072 bytes are read",
        ),
    };
    let body = text_of_failure(ErrorCode::InvalidParameter.table().0, message);
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncache-control: no-store\r\nconnection: close\r\n\
         content-length: {length}\r\n\r\n{body}"
    )
}
