//! One socket to the adb server: a request at a time, each answered before the next, since the server drops earlier
//! requests.

use bytes::Bytes;
use tikmatrix_domain::clean;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::smart_socket::{AnswerDecoder, SmartSocketError, Verdict, request};
use crate::adb::error::AdbCause;

/// Bytes of one read; most answers are far smaller.
const READ_STEP: usize = 1024;

#[derive(Debug)]
pub(super) struct Conversation {
    socket: TcpStream,
    answers: AnswerDecoder,
}

impl Conversation {
    pub(super) async fn open(server: &str) -> Result<Self, AdbCause> {
        let unreachable = |error: std::io::Error| AdbCause::NoServer(format!("{server} ({error})"));
        let socket = TcpStream::connect(server).await.map_err(unreachable)?;
        socket.set_nodelay(true).map_err(unreachable)?;
        Ok(Self { socket, answers: AnswerDecoder::new() })
    }

    /// Sends the request `text` and waits until it is granted.
    pub(super) async fn ask(&mut self, text: &str) -> Result<(), AdbCause> {
        let request = request(text).map_err(|error| AdbCause::BadArgument(error.to_string()))?;
        self.socket.write_all(&request).await.map_err(lost)?;
        match self.next(AnswerDecoder::verdict).await? {
            Verdict::Okay => Ok(()),
            Verdict::Fail => Err(refusal(&self.text().await?)),
        }
    }

    /// Returns the next text. Safe to cancel.
    pub(super) async fn text(&mut self) -> Result<String, AdbCause> {
        self.next(AnswerDecoder::text).await
    }

    /// Returns the next number.
    pub(super) async fn number(&mut self) -> Result<u64, AdbCause> {
        self.next(|answers| Ok(answers.number())).await
    }

    /// Returns the socket, and the bytes that have arrived of the service that was requested last.
    pub(super) fn into_service(self) -> (TcpStream, Bytes) {
        (self.socket, self.answers.into_rest())
    }

    async fn next<T>(
        &mut self,
        part: impl Fn(&mut AnswerDecoder) -> Result<Option<T>, SmartSocketError>,
    ) -> Result<T, AdbCause> {
        loop {
            let arrived = part(&mut self.answers);
            let arrived = arrived.map_err(|error| AdbCause::Protocol(format!("adb server: {error}")))?;
            if let Some(part) = arrived {
                return Ok(part);
            }
            if self.socket.read_buf(self.answers.space(READ_STEP)).await.map_err(lost)? == 0 {
                return Err(AdbCause::ConnectionLost("the adb server closed it".to_owned()));
            }
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is an adapter for map_err")]
fn lost(error: std::io::Error) -> AdbCause {
    AdbCause::ConnectionLost(format!("adb server: {error}"))
}

/// Converts a FAIL of the server. Source: AOSP packages/modules/adb, `transport.cpp` (`acquire_one_transport`) and
/// `sockets.cpp` (`local_socket_close`, which says `closed` for a service that the phone refused).
fn refusal(reason: &str) -> AdbCause {
    let is_about_phone = |words: &str| reason.starts_with("device ") && reason.contains(words);
    if reason == "closed" {
        AdbCause::Refused
    } else if is_about_phone("unauthorized") {
        AdbCause::Unauthorized("allow USB debugging on its screen".to_owned())
    } else if is_about_phone("not found")
        || is_about_phone("offline")
        || is_about_phone("still")
        || reason.starts_with("no device")
    {
        AdbCause::ConnectionLost(format!("the adb server says: {}", clean(reason)))
    } else {
        AdbCause::rejected(reason)
    }
}
