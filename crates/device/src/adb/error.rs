//! The errors of operations on a phone, and which of them a retry may solve.

use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;
use tikmatrix_domain::{clean, clean_to};

use super::keys::KeyStoreError;
use crate::deadline::DeadlinePassed;

/// An operation on a phone failed.
#[derive(Debug, Clone, Error)]
#[error("{}", describe("phone", phone, attempt, cause))]
pub struct AdbError {
    phone: Arc<str>,
    attempt: String,
    cause: AdbCause,
}

impl AdbError {
    pub(crate) fn new(phone: &Arc<str>, attempt: impl Into<String>, cause: impl Into<AdbCause>) -> Self {
        Self { phone: Arc::clone(phone), attempt: attempt.into(), cause: cause.into() }
    }

    /// Returns the phone: its serial number, or its address while that is all that is known.
    #[must_use]
    pub fn phone(&self) -> &str {
        &self.phone
    }

    /// Returns the operation, such as ``push to `/sdcard/a.mp4` ``.
    #[must_use]
    pub fn attempt(&self) -> &str {
        &self.attempt
    }

    /// Returns the cause.
    #[must_use]
    pub fn cause(&self) -> &AdbCause {
        &self.cause
    }

    /// Returns whether the same operation may succeed later without a change.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        self.cause.is_transient()
    }

    /// Returns the code of the cause.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.cause.code()
    }
}

/// Describes a failed attempt. That there is no adb server is all that is to be said of it, whatever was attempted.
pub(crate) fn describe(kind: &str, name: &str, attempt: &str, cause: &AdbCause) -> String {
    match cause {
        AdbCause::NoServer(_) => cause.to_string(),
        cause => format!("{kind} {name}: {attempt}: {cause}"),
    }
}

/// The cause of a failed operation.
#[derive(Debug, Clone, Error)]
pub enum AdbCause {
    /// No connection could be made.
    #[error("it cannot be reached: {0}")]
    Unreachable(String),
    /// There is no adb server.
    #[error("no adb server at {0}")]
    NoServer(String),
    /// The phone shows the dialog by which a person trusts this machine, and no answer has come.
    #[error(
        "it asks whether to trust the key {fingerprint} and no answer has come: unlock the phone and tap Allow, with \"Always allow from this computer\""
    )]
    Authorizing {
        /// The key, as the phone's dialog shows it.
        fingerprint: String,
    },
    /// The phone does not trust this machine, and shows no dialog (any more).
    #[error("it does not trust this machine: {0}")]
    Unauthorized(String),
    /// The phone asks for a key and there is none to show.
    #[error("it asks for authorisation: {0}")]
    NoKey(KeyStoreError),
    /// The deadline passed; open streams were closed.
    #[error("not done within {0:.1?}")]
    DeadlinePassed(Duration),
    /// The connection ended.
    #[error("the connection was lost: {0}")]
    ConnectionLost(String),
    /// The phone refused to open the service.
    #[error("the phone refused to open it")]
    Refused,
    /// The stream ended before its result.
    #[error("the phone closed the stream before the result")]
    StreamEnded,
    /// The error that the phone reported.
    #[error("the phone says: {0}")]
    Rejected(String),
    /// The phone lacks a feature that is needed.
    #[error("the phone does not support {0}, Android 7 or later is needed")]
    Unsupported(&'static str),
    /// The phone broke the protocol.
    #[error("the phone broke the protocol: {0}")]
    Protocol(String),
    /// The output is larger than the maximum that is held in memory.
    #[error("more than {0} bytes of output")]
    TooMuchOutput(usize),
    /// The request is invalid, and was not sent.
    #[error("{0}")]
    BadArgument(String),
    /// Reading the source or writing to the sink failed on this machine.
    #[error("on this side: {0}")]
    Local(String),
}

impl AdbCause {
    /// Returns whether the same operation may succeed later without a change. A dialog may still be answered; a key that was
    /// refused stays refused until a person allows it.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::Authorizing { .. }
                | Self::Unreachable(_)
                | Self::NoServer(_)
                | Self::DeadlinePassed(_)
                | Self::ConnectionLost(_)
                | Self::StreamEnded
        )
    }
}

impl AdbCause {
    /// Creates [`AdbCause::Rejected`] from what the phone, or the adb server, said.
    pub(crate) fn rejected(said: &str) -> Self {
        Self::Rejected(clean(said))
    }

    /// Returns a stable name of the cause, for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreachable(_) | Self::NoServer(_) => "unreachable",
            Self::Authorizing { .. } => "authorizing",
            Self::Unauthorized(_) => "unauthorized",
            Self::NoKey(_) => "no_key",
            Self::DeadlinePassed(_) => "deadline_passed",
            Self::ConnectionLost(_) => "connection_lost",
            Self::Refused => "refused",
            Self::StreamEnded => "stream_ended",
            Self::Rejected(_) => "rejected",
            Self::Unsupported(_) => "unsupported",
            Self::Protocol(_) => "protocol",
            Self::TooMuchOutput(_) => "too_much_output",
            Self::BadArgument(_) => "bad_argument",
            Self::Local(_) => "local",
        }
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

/// Returns the clean beginning of a command or a path, for a message that names it.
pub(crate) fn shorten(text: &str) -> String {
    clean_to(text, 120)
}
