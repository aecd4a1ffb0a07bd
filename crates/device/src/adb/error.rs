//! What can go wrong on the way to a phone and back, and which of it may pass by itself.

use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;

use super::keys::KeyStoreError;
use crate::deadline::DeadlinePassed;

/// An operation on a phone failed.
#[derive(Debug, Clone, Error)]
#[error("phone {phone}: {attempt}: {cause}")]
pub struct AdbError {
    phone: Arc<str>,
    attempt: String,
    cause: AdbCause,
}

impl AdbError {
    pub(crate) fn new(phone: &Arc<str>, attempt: impl Into<String>, cause: impl Into<AdbCause>) -> Self {
        Self { phone: Arc::clone(phone), attempt: attempt.into(), cause: cause.into() }
    }

    /// The phone: its serial number, or its address as long as no more is known.
    #[must_use]
    pub fn phone(&self) -> &str {
        &self.phone
    }

    /// What was attempted, such as ``push to `/sdcard/a.mp4` ``.
    #[must_use]
    pub fn attempt(&self) -> &str {
        &self.attempt
    }

    /// Why it failed.
    #[must_use]
    pub fn cause(&self) -> &AdbCause {
        &self.cause
    }

    /// Whether the same operation may succeed later without anybody changing anything.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        self.cause.is_transient()
    }
}

/// Why an operation on a phone failed.
#[derive(Debug, Clone, Error)]
pub enum AdbCause {
    /// No connection could be made.
    #[error("it cannot be reached: {0}")]
    Unreachable(String),
    /// The phone asks its person whether to trust this machine, and nobody has answered yet.
    #[error(
        "it asks whether to trust the key {fingerprint} and nobody has answered: unlock the phone and tap Allow, with \"Always allow from this computer\""
    )]
    Authorizing {
        /// The key, as the phone's dialog shows it.
        fingerprint: String,
    },
    /// The phone does not trust this machine, and does not ask anybody (any more).
    #[error("it does not trust this machine: {0}")]
    Unauthorized(String),
    /// The phone asks for a key and there is none to show.
    #[error("it asks for authorisation: {0}")]
    NoKey(KeyStoreError),
    /// It took too long; what was open was closed.
    #[error("not done within {0:.1?}")]
    DeadlinePassed(Duration),
    /// The connection ended.
    #[error("the connection was lost: {0}")]
    ConnectionLost(String),
    /// The phone would not open the service.
    #[error("the phone refused to open it")]
    Refused,
    /// The stream ended before its result.
    #[error("the phone closed the stream before the result")]
    StreamEnded,
    /// What the phone said, in its own words.
    #[error("the phone says: {0}")]
    Rejected(String),
    /// The phone lacks a feature that is needed.
    #[error("the phone does not support {0}, Android 7 or later is needed")]
    Unsupported(&'static str),
    /// What the phone sent makes no sense.
    #[error("the phone broke the protocol: {0}")]
    Protocol(String),
    /// More output than is taken into memory.
    #[error("more than {0} bytes of output")]
    TooMuchOutput(usize),
    /// What was asked for cannot be put to a phone at all.
    #[error("{0}")]
    BadArgument(String),
    /// Reading what to send, or writing what was received, failed on this side.
    #[error("on this side: {0}")]
    Local(String),
}

impl AdbCause {
    /// Whether the same may succeed later without anybody changing anything. A person may still answer a phone that
    /// asks; one that was refused stays refused until somebody does something about it.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::Authorizing { .. }
                | Self::Unreachable(_)
                | Self::DeadlinePassed(_)
                | Self::ConnectionLost(_)
                | Self::StreamEnded
        )
    }
}

impl From<DeadlinePassed> for AdbCause {
    fn from(passed: DeadlinePassed) -> Self {
        Self::DeadlinePassed(passed.0)
    }
}

impl From<AdbCause> for std::io::Error {
    fn from(cause: AdbCause) -> Self {
        use std::io::ErrorKind;
        let kind = match &cause {
            AdbCause::StreamEnded => ErrorKind::BrokenPipe,
            AdbCause::ConnectionLost(_) => ErrorKind::ConnectionReset,
            AdbCause::Protocol(_) => ErrorKind::InvalidData,
            _ => ErrorKind::Other,
        };
        Self::new(kind, cause)
    }
}

/// The beginning of a long text, on one line, for a message.
pub(crate) fn shorten(text: &str) -> String {
    const MAX_CHARS: usize = 120;
    let mut short: String =
        text.chars().take(MAX_CHARS).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(MAX_CHARS).is_some() {
        short.push('…');
    }
    short
}
