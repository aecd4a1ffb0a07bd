//! The answers on a tape: text as text, other bytes as base64, repeated output as a reference to its first line, and
//! failures as far as a script can distinguish them.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::adb::AdbCause;

/// The result of an exchange.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Answer<T> {
    /// It succeeded.
    Gave(T),
    /// It failed.
    Failed(Failed),
}

/// The output of a command.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Printed {
    /// Its exit status.
    pub(crate) status: u8,
    /// Its output.
    pub(crate) out: Text,
    /// Its error output.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub(crate) err: Text,
}

/// Some bytes. Lines that refer to the same output share it: a small tape must not need much memory when it is read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Text {
    /// UTF-8.
    Plain(Arc<str>),
    /// Other bytes.
    Packed {
        /// The bytes, as base64.
        base64: Arc<str>,
    },
    /// The output of another entry.
    AsInLine {
        /// Its line, counted from 1.
        as_in_line: usize,
    },
}

impl Text {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::Plain(text.into()),
            Err(_) => Self::Packed { base64: STANDARD.encode(bytes).into() },
        }
    }

    /// Returns the bytes; a reference to another line is resolved when a tape is read, and is empty here.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Plain(text) => text.as_bytes().to_vec(),
            Self::Packed { base64 } => STANDARD.decode(&**base64).unwrap_or_default(),
            Self::AsInLine { .. } => Vec::new(),
        }
    }

    fn is_empty(&self) -> bool {
        matches!(self, Self::Plain(text) if text.is_empty())
    }
}

impl Default for Text {
    fn default() -> Self {
        Self::Plain("".into())
    }
}

/// Why an exchange failed. Causes that cannot occur once a phone is connected have no variant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Failed {
    DeadlinePassed { seconds: f64 },
    ConnectionLost(String),
    Unreachable(String),
    NoServer(String),
    Rejected(String),
    Refused,
    StreamEnded,
    Protocol(String),
    TooMuchOutput(usize),
    BadArgument(String),
    Local(String),
}

impl From<&AdbCause> for Failed {
    fn from(cause: &AdbCause) -> Self {
        match cause {
            AdbCause::DeadlinePassed(allowed) => Self::DeadlinePassed { seconds: allowed.as_secs_f64() },
            AdbCause::ConnectionLost(reason) => Self::ConnectionLost(reason.clone()),
            AdbCause::Unreachable(reason) => Self::Unreachable(reason.clone()),
            AdbCause::NoServer(server) => Self::NoServer(server.clone()),
            AdbCause::Rejected(reason) => Self::Rejected(reason.clone()),
            AdbCause::Refused => Self::Refused,
            AdbCause::StreamEnded => Self::StreamEnded,
            AdbCause::Protocol(reason) => Self::Protocol(reason.clone()),
            AdbCause::TooMuchOutput(most) => Self::TooMuchOutput(*most),
            AdbCause::Local(reason) => Self::Local(reason.clone()),
            other => Self::BadArgument(other.to_string()),
        }
    }
}

impl From<&Failed> for AdbCause {
    fn from(failed: &Failed) -> Self {
        match failed.clone() {
            Failed::DeadlinePassed { seconds } => {
                Self::DeadlinePassed(Duration::try_from_secs_f64(seconds).unwrap_or_default())
            }
            Failed::ConnectionLost(reason) => Self::ConnectionLost(reason),
            Failed::Unreachable(reason) => Self::Unreachable(reason),
            Failed::NoServer(server) => Self::NoServer(server),
            Failed::Rejected(reason) => Self::Rejected(reason),
            Failed::Refused => Self::Refused,
            Failed::StreamEnded => Self::StreamEnded,
            Failed::Protocol(reason) => Self::Protocol(reason),
            Failed::TooMuchOutput(most) => Self::TooMuchOutput(most),
            Failed::BadArgument(reason) => Self::BadArgument(reason),
            Failed::Local(reason) => Self::Local(reason),
        }
    }
}
