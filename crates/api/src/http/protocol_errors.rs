//! Protocol errors in the form of the API. Requests that the HTTP library cannot parse, or that do not come in time, it
//! answers itself, below the application and without a body; here such an answer gets a body as it is written.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use actix_web::http::StatusCode;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::http::envelope::text_of_failure;
use crate::http::error::ErrorCode;

const END_OF_HEAD: &[u8] = b"\r\n\r\n";
const BEGINNING: &[u8] = b"HTTP/1.";

/// A connection on which every answer gets a body.
pub(crate) struct WithErrorBodies<Io> {
    io: Io,
    /// The bytes that were accepted and are still to be sent.
    unsent: Vec<u8>,
    sent: usize,
}

impl<Io> WithErrorBodies<Io> {
    pub(crate) fn new(io: Io) -> Self {
        Self { io, unsent: Vec::new(), sent: 0 }
    }
}

impl<Io: AsyncWrite + Unpin> WithErrorBodies<Io> {
    fn poll_unsent(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some(unsent) = self.unsent.get(self.sent..).filter(|unsent| !unsent.is_empty()) {
            match ready!(Pin::new(&mut self.io).poll_write(context, unsent))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                count => self.sent += count,
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl<Io: AsyncRead + Unpin> AsyncRead for WithErrorBodies<Io> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_read(context, buffer)
    }
}

impl<Io: AsyncWrite + Unpin> AsyncWrite for WithErrorBodies<Io> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        ready!(this.poll_unsent(context))?;
        let Some(in_form) = in_form(bytes) else {
            return Pin::new(&mut this.io).poll_write(context, bytes);
        };
        // All of it is taken; it goes out with the flush that follows every answer.
        (this.unsent, this.sent) = (in_form, 0);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_unsent(context))?;
        Pin::new(&mut this.io).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_unsent(context))?;
        Pin::new(&mut this.io).poll_shutdown(context)
    }
}

/// `bytes` with a body for the answer of the library that they end with; none if they do not. The application's own
/// refusals have bodies, and no other answer without one has these statuses.
fn in_form(bytes: &[u8]) -> Option<Vec<u8>> {
    let head = bytes.strip_suffix(END_OF_HEAD)?;
    let begin = head.windows(BEGINNING.len()).rposition(|window| window == BEGINNING)?;
    let text = std::str::from_utf8(head.get(begin..)?).ok()?;
    let status: u16 = text.get("HTTP/1.1 ".len()..)?.get(..3)?.parse().ok()?;
    let message = message(StatusCode::from_u16(status).ok()?)?;
    let is_empty = |line: &str| line.eq_ignore_ascii_case("content-length: 0");
    if !text.split("\r\n").any(is_empty) {
        return None;
    }
    let body = text_of_failure(ErrorCode::InvalidParameter.table().0, message);
    let mut answer = bytes.get(..begin)?.to_vec();
    for line in text.split("\r\n").filter(|line| !is_empty(line)) {
        answer.extend_from_slice(line.as_bytes());
        answer.extend_from_slice(b"\r\n");
    }
    let length = format!("content-length: {}\r\n", body.len());
    for part in ["content-type: application/json\r\ncache-control: no-store\r\n", &length, "\r\n", &body] {
        answer.extend_from_slice(part.as_bytes());
    }
    Some(answer)
}

fn message(status: StatusCode) -> Option<&'static str> {
    match status {
        StatusCode::BAD_REQUEST => {
            Some("what came is no HTTP request: its first line, a header or its body is malformed")
        }
        StatusCode::REQUEST_TIMEOUT => Some("the head of the request did not come in time"),
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => {
            Some("the head of the request is too large: at most 96 headers and 131072 bytes are read")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    const REFUSAL: &str =
        "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\ndate: now\r\n\r\n";

    fn body(answer: &str) -> Value {
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("content-length: {}", body.len())), "{answer}");
        assert_eq!(head.matches("content-length").count(), 1, "{answer}");
        serde_json::from_str(body).unwrap()
    }

    #[test]
    fn an_answer_without_a_body_gets_one_and_keeps_its_head() {
        for status in ["400 Bad Request", "408 Request Timeout", "431 Request Header Fields Too Large"] {
            let answer = in_form(REFUSAL.replace("400 Bad Request", status).as_bytes()).unwrap();
            let answer = String::from_utf8(answer).unwrap();
            assert!(
                answer.starts_with(&format!("HTTP/1.1 {status}\r\nconnection: close\r\ndate: now\r\n")),
                "{answer}"
            );
            let body = body(&answer);
            assert_eq!((&body["code"], &body["data"]), (&40001.into(), &Value::Null), "{answer}");
        }
    }

    #[test]
    fn only_the_last_of_several_answers_is_one_of_the_library() {
        let first = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
        let both = in_form(format!("{first}{REFUSAL}").as_bytes()).unwrap();
        assert!(both.starts_with(first.as_bytes()));
        for other in [
            "HTTP/1.1 304 Not Modified\r\netag: \"a\"\r\n\r\n",
            "HTTP/1.1 100 Continue\r\n\r\n",
            "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
            "HTTP/1.1 400 Bad Request\r\ncontent-length: 2\r\n\r\n",
            "HTTP/1.1 400 Bad Request\r\ncontent-length: 2\r\n\r\n{}",
            "0\r\n\r\n",
            "\r\n\r\n",
            "HTTP/1.\r\n\r\n",
            "",
        ] {
            assert_eq!(in_form(other.as_bytes()), None, "{other:?}");
        }
    }

    #[tokio::test]
    async fn it_comes_whole_however_little_the_connection_takes_at_once() {
        let (near, mut far) = duplex(7);
        let send = async {
            let mut answering = WithErrorBodies::new(near);
            answering.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await.unwrap();
            answering.write_all(REFUSAL.as_bytes()).await.unwrap();
            answering.shutdown().await.unwrap();
        };
        let mut came = String::new();
        let (_, count) = tokio::join!(send, far.read_to_string(&mut came));
        count.unwrap();
        let second = came.strip_prefix("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").unwrap();
        assert_eq!(body(second)["code"], 40001);
    }
}
