//! The errors of requests.

use std::fmt;
use std::time::Duration;

use thiserror::Error;
use tikmatrix_api_types::Problem;

/// Why a request has no result.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// The URL or the token cannot be part of a request.
    #[error("{url} or its token cannot be used: a URL is like http://127.0.0.1:50809")]
    Unusable {
        /// The server's URL.
        url: String,
        /// What is wrong with it.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The server cannot be reached, or the connection broke.
    #[error("cannot reach a server at {url}")]
    Unreachable {
        /// The server's URL.
        url: String,
        /// What went wrong.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// What answers at the URL is not a TikMatrix server.
    #[error("the answer of {url} (HTTP {status}) is not TikMatrix's")]
    Foreign {
        /// The server's URL.
        url: String,
        /// The HTTP status of the answer.
        status: u16,
    },
    /// The data of an answer is not of the expected type, as from a server of another version.
    #[error("the answer of {url} has another form than expected")]
    Unexpected {
        /// The server's URL.
        url: String,
        /// What is different.
        source: serde_json::Error,
    },
    /// A body could not be read to its end.
    #[error("cannot read the answer")]
    Read(#[from] std::io::Error),
    /// The server refused the request.
    #[error(transparent)]
    Refused(#[from] ApiError),
    /// What was waited for did not happen in time.
    #[error("task {task_id} has not finished within {} s", .timeout.as_secs())]
    Timeout {
        /// The task that was waited for.
        task_id: i64,
        /// How long it was waited for.
        timeout: Duration,
    },
}

impl Error {
    /// Returns the code of the API (40001, 40401, …) when the server refused the request.
    #[must_use]
    pub fn code(&self) -> Option<u32> {
        match self {
            Self::Refused(refusal) => Some(refusal.code),
            _ => None,
        }
    }

    /// Whether the same request may succeed later: the server was not reached, was busy, or failed internally.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Read(_) | Self::Timeout { .. } => true,
            Self::Refused(refusal) => matches!(refusal.status, 429 | 500..=599),
            Self::Unusable { .. } | Self::Foreign { .. } | Self::Unexpected { .. } => false,
        }
    }
}

/// A request that the server refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiError {
    /// The HTTP status.
    pub status: u16,
    /// The code of the API.
    pub code: u32,
    /// One sentence that a person can act on.
    pub message: String,
    /// Everything that is wrong with the request, field by field; empty when the refusal is not about single fields.
    pub problems: Vec<Problem>,
    /// When the request may be sent again, if the server named a time.
    pub retry_after: Option<Duration>,
}

impl fmt::Display for ApiError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the server refuses (code {}): ", self.code)?;
        if self.problems.len() < 2 {
            return formatter.write_str(&self.message);
        }
        // The message names the first one alone.
        self.problems
            .iter()
            .try_for_each(|Problem { field, reason }| write!(formatter, "\n  {field}: {reason}"))
    }
}

impl std::error::Error for ApiError {}
