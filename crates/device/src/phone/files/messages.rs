//! The two directions of a `sync:` stream: bytes that are sent, and the answers in what arrives.

use std::task::Poll;

use bytes::Bytes;

use crate::adb::AdbCause;
use crate::adb::sync::{ListVersion, Response, ResponseDecoder, SyncError};
use crate::adb::transport::{AdbTransport, Stream};

/// One `sync:` stream.
pub(super) struct Messages {
    stream: Stream,
    responses: ResponseDecoder,
}

impl Messages {
    pub(super) async fn open(transport: &AdbTransport) -> Result<Self, AdbCause> {
        Ok(Self { stream: transport.stream("sync:").await?, responses: ResponseDecoder::new() })
    }

    pub(super) async fn send(&mut self, bytes: Bytes) -> Result<(), AdbCause> {
        self.stream.send(bytes).await
    }

    /// Sets whether the answers are the entries of a list, whose end is as long as they are.
    pub(super) fn expect_list(&mut self, version: Option<ListVersion>) {
        self.responses.expect_list(version);
    }

    /// Waits for the next answer.
    pub(super) async fn next(&mut self) -> Result<Response, AdbCause> {
        loop {
            if let Some(response) = self.responses.next().map_err(broken)? {
                return Ok(response);
            }
            let bytes = self.stream.receive().await?.ok_or(AdbCause::StreamEnded)?;
            self.responses.push(bytes);
        }
    }

    /// Sends while watching for the FAIL that may come in the middle of an upload.
    pub(super) async fn send_unless_refused(&mut self, mut bytes: Bytes) -> Result<(), AdbCause> {
        while !bytes.is_empty() {
            let early = std::future::poll_fn(|context| {
                if let Poll::Ready(arrived) = self.stream.poll_receive(context) {
                    return Poll::Ready(arrived.map(Some));
                }
                self.stream.poll_send(context, &mut bytes).map_ok(|()| None)
            })
            .await?;
            match early {
                None => {}
                Some(Some(arrived)) => {
                    self.responses.push(arrived);
                    if let Some(response) = self.responses.next().map_err(broken)? {
                        return Err(unexpected(&response));
                    }
                }
                Some(None) => return Err(AdbCause::StreamEnded),
            }
        }
        Ok(())
    }
}

/// Describes an answer that ends the conversation.
pub(super) fn unexpected(response: &Response) -> AdbCause {
    match response {
        Response::Fail(reason) => AdbCause::rejected(reason),
        _ => AdbCause::Protocol("an answer that was not asked for".to_owned()),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is an adapter for map_err")]
fn broken(error: SyncError) -> AdbCause {
    AdbCause::Protocol(error.to_string())
}
