//! Signed messages to receivers, and what their answers mean.

use std::time::Duration;

use http_body_util::Full;
use hyper::header::{CONNECTION, CONTENT_TYPE, HOST, USER_AGENT};
use hyper::{Method, Request};
use tikmatrix_domain::{Secret, clean, clean_to};
use tokio::sync::Notify;
use tokio::time::Instant;
use url::{Position, Url};

use super::signature::sign;
use super::target::{self, Targets};
use super::transport::{Reply, Transport};

/// How much of an answer is shown, in characters.
const MAX_SHOWN: usize = 1000;

/// What handlers and the dispatcher share: the way to the receivers, and the wake-up of the dispatcher.
pub(crate) struct Webhooks {
    transport: Transport,
    /// Wakes the dispatcher: a delivery may be due.
    pub(crate) wakeup: Notify,
}

/// A message to a receiver.
pub(crate) struct Message<'a> {
    /// The URL of the webhook.
    pub(crate) url: &'a str,
    /// The secret of the webhook.
    pub(crate) secret: &'a Secret,
    /// `webhook-id`.
    pub(crate) id: &'a str,
    /// The time of the attempt, in seconds since 1970.
    pub(crate) timestamp: i64,
    /// The JSON.
    pub(crate) body: &'a str,
}

/// The result of sending a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sent {
    /// The HTTP status, if there was an answer.
    pub(crate) http_status: Option<u16>,
    /// The beginning of the answer.
    pub(crate) answer: Option<String>,
    /// Why the receiver has not accepted it; `None` if it has.
    pub(crate) error: Option<String>,
    /// How long it took.
    pub(crate) duration: Duration,
}

impl Webhooks {
    /// Creates the way to receivers, to private ones too if `private` is set.
    pub(crate) fn new(private: bool) -> Self {
        Self { transport: Transport::new(Targets { private }), wakeup: Notify::new() }
    }

    /// Checks that a text is a URL that may be called.
    ///
    /// # Errors
    /// The reason, for a client.
    pub(crate) async fn check(&self, url: &str) -> Result<(), String> {
        self.transport.check(&target::parse(url)?).await
    }

    /// Sends a message. A status from 200 to 299 means that it was accepted; redirects are not followed.
    pub(crate) async fn send(&self, message: &Message<'_>) -> Sent {
        let begin = Instant::now();
        let sent = self.attempt(message).await;
        let duration = begin.elapsed();
        match sent {
            Ok(Reply { status, text }) => {
                let answer = Some(clean_to(&text, MAX_SHOWN));
                Sent { http_status: Some(status), answer, error: refusal(status, &text), duration }
            }
            Err(error) => Sent { http_status: None, answer: None, error: Some(clean(&error)), duration },
        }
    }

    async fn attempt(&self, message: &Message<'_>) -> Result<Reply, String> {
        let url = target::parse(message.url).map_err(|reason| format!("the URL {reason}"))?;
        let request = request(&url, message)?;
        self.transport.send(&url, request).await.map_err(|error| error.to_string())
    }
}

/// Builds the request with the headers of Standard Webhooks ("Webhook headers").
fn request(url: &Url, message: &Message<'_>) -> Result<Request<Full<hyper::body::Bytes>>, String> {
    let Message { secret, id, timestamp, body, .. } = *message;
    let signature = sign(secret, id, timestamp, body).ok_or("the secret of the webhook cannot be used")?;
    Request::builder()
        .method(Method::POST)
        .uri(&url[Position::BeforePath..Position::AfterQuery])
        .header(HOST, &url[Position::BeforeHost..Position::AfterPort])
        .header(USER_AGENT, concat!("TikMatrix/", env!("CARGO_PKG_VERSION")))
        .header(CONTENT_TYPE, "application/json")
        .header(CONNECTION, "close")
        .header("webhook-id", id)
        .header("webhook-timestamp", timestamp)
        .header("webhook-signature", signature)
        .body(Full::from(body.to_owned()))
        .map_err(|error| error.to_string())
}

/// Describes an answer that does not accept the message.
fn refusal(status: u16, text: &str) -> Option<String> {
    let text = clean_to(text, 200);
    let told = if text.is_empty() { text } else { format!(": {text}") };
    match status {
        200..300 => None,
        300..400 => Some(format!(
            "HTTP {status}: redirects are not followed; give the webhook the URL that it leads to"
        )),
        410 => Some(format!("HTTP 410 Gone{told}")),
        _ => Some(format!("HTTP {status}{told}")),
    }
}
