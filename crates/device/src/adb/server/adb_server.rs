//! The adb server of a computer, by which phones on its USB ports are reached. It is used as it is found: none is ever
//! started, and none is ended, whatever its version. What is done with a phone is [`crate::phone`]'s.

use std::fmt;
use std::sync::Arc;

use thiserror::Error;

use super::conversation::Conversation;
use super::device_list::{self, ListedPhone};
use crate::adb::error::AdbCause;
use crate::deadline::Deadline;

/// Something asked of an adb server failed.
#[derive(Debug, Clone, Error)]
#[error("adb server {server}: {attempt}: {cause}")]
pub struct ServerError {
    server: AdbServer,
    attempt: String,
    cause: AdbCause,
}

impl ServerError {
    /// Why it failed.
    #[must_use]
    pub fn cause(&self) -> &AdbCause {
        &self.cause
    }

    /// Whether the same may succeed later without anybody changing anything.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        self.cause.is_transient()
    }
}

/// An adb server, which need not be there: each call finds out for itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AdbServer {
    address: Arc<str>,
}

impl AdbServer {
    /// Where an adb server listens unless it was told otherwise.
    pub const DEFAULT_ADDRESS: &str = "127.0.0.1:5037";

    /// The adb server at an address (`HOST:PORT`).
    #[must_use]
    pub fn at(address: &str) -> Self {
        Self { address: address.into() }
    }

    /// `HOST:PORT`.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The version of its protocol, such as 41.
    ///
    /// # Errors
    /// There is none, or it is not done in time.
    pub async fn version(&self, deadline: Deadline) -> Result<u32, ServerError> {
        let work = async {
            let digits = self.ask("host:version").await?.text().await?;
            u32::from_str_radix(&digits, 16)
                .map_err(|_| AdbCause::Protocol(format!("{digits:?} is no hexadecimal version")))
        };
        self.within(deadline, "tell its version", work).await
    }

    /// The phones that it knows now.
    ///
    /// # Errors
    /// There is none, or it is not done in time.
    pub async fn phones(&self, deadline: Deadline) -> Result<Vec<ListedPhone>, ServerError> {
        let work = async { Ok(device_list::parse(&self.ask("host:devices-l").await?.text().await?)) };
        self.within(deadline, "list its phones", work).await
    }

    /// Begins to follow which phones it knows.
    ///
    /// # Errors
    /// There is none, or it is not done in time.
    pub async fn track(&self, deadline: Deadline) -> Result<PhoneTracker, ServerError> {
        let work = async {
            let conversation = self.ask("host:track-devices-l").await?;
            Ok(PhoneTracker { server: self.clone(), conversation })
        };
        self.within(deadline, "follow its phones", work).await
    }

    /// Has it connect to the adbd at `address` (`HOST:PORT`) by TCP. A phone of one's own is better connected directly
    /// with [`crate::phone::Phone::connect`]: one dead phone holds up all others of an adb server.
    ///
    /// # Errors
    /// It could not, in its own words; there is no server, or it is not done in time.
    pub async fn connect(&self, address: &str, deadline: Deadline) -> Result<(), ServerError> {
        let work = async {
            let said = self.ask(&format!("host:connect:{address}")).await?.text().await?;
            // What could not be done comes as a success that says so.
            let done = said.starts_with("connected to") || said.starts_with("already connected to");
            if done { Ok(()) } else { Err(AdbCause::Rejected(said.trim().to_owned())) }
        };
        self.within(deadline, &format!("connect to {address}"), work).await
    }

    pub(super) async fn ask(&self, request: &str) -> Result<Conversation, AdbCause> {
        let mut conversation = Conversation::open(&self.address).await?;
        conversation.ask(request).await?;
        Ok(conversation)
    }

    async fn within<T>(
        &self,
        deadline: Deadline,
        attempt: &str,
        work: impl Future<Output = Result<T, AdbCause>>,
    ) -> Result<T, ServerError> {
        let cause = match deadline.run(work).await {
            Ok(Ok(done)) => return Ok(done),
            Ok(Err(cause)) => cause,
            Err(passed) => passed.into(),
        };
        Err(self.error(attempt, cause))
    }

    fn error(&self, attempt: &str, cause: AdbCause) -> ServerError {
        ServerError { server: self.clone(), attempt: attempt.to_owned(), cause }
    }
}

impl fmt::Display for AdbServer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.address)
    }
}

/// The phones of an adb server as they come and go.
#[derive(Debug)]
pub struct PhoneTracker {
    server: AdbServer,
    conversation: Conversation,
}

impl PhoneTracker {
    /// Waits for the next list: the first comes at once, then one with every change, always of all phones. It may be
    /// dropped at any point and called again.
    ///
    /// # Errors
    /// The server went away.
    pub async fn next(&mut self) -> Result<Vec<ListedPhone>, ServerError> {
        let list = self.conversation.text().await;
        let list = list.map_err(|cause| self.server.error("follow its phones", cause))?;
        Ok(device_list::parse(&list))
    }
}
