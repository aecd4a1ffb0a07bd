//! The adb server of a computer, through which phones on its USB ports are reached. A running server of any version is
//! used; none is ever started or stopped.

use std::fmt;
use std::sync::Arc;

use thiserror::Error;

use super::conversation::Conversation;
use super::device_list::{self, ListedPhone};
use crate::adb::error::{AdbCause, describe, shorten};
use crate::deadline::Deadline;

/// A request to an adb server failed.
#[derive(Debug, Clone, Error)]
#[error("{}", describe("adb server", server.address(), attempt, cause))]
pub struct ServerError {
    server: AdbServer,
    attempt: String,
    cause: AdbCause,
}

impl ServerError {
    /// Returns the cause.
    #[must_use]
    pub fn cause(&self) -> &AdbCause {
        &self.cause
    }

    /// Returns whether the same request may succeed later without a change.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        self.cause.is_transient()
    }
}

/// An adb server, which need not be there: each call connects to it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AdbServer {
    address: Arc<str>,
}

impl AdbServer {
    /// The default address of an adb server.
    pub const DEFAULT_ADDRESS: &str = "127.0.0.1:5037";

    /// Returns the adb server at an address (`HOST:PORT`).
    #[must_use]
    pub fn at(address: &str) -> Self {
        Self { address: address.into() }
    }

    /// Returns its address, `HOST:PORT`.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Returns the version of its protocol, such as 41.
    ///
    /// # Errors
    /// There is no server, or it does not answer in time.
    pub async fn version(&self, deadline: Deadline) -> Result<u32, ServerError> {
        let work = async {
            let digits = self.ask("host:version").await?.text().await?;
            u32::from_str_radix(&digits, 16)
                .map_err(|_| AdbCause::Protocol(format!("{:?} is no hexadecimal version", shorten(&digits))))
        };
        self.within(deadline, "report its version", work).await
    }

    /// Returns the phones that it lists now.
    ///
    /// # Errors
    /// There is no server, or it does not answer in time.
    pub async fn phones(&self, deadline: Deadline) -> Result<Vec<ListedPhone>, ServerError> {
        let work = async { Ok(device_list::parse(&self.ask("host:devices-l").await?.text().await?)) };
        self.within(deadline, "list its phones", work).await
    }

    /// Starts to watch its list of phones.
    ///
    /// # Errors
    /// There is no server, or it does not answer in time.
    pub async fn track(&self, deadline: Deadline) -> Result<PhoneTracker, ServerError> {
        let work = async {
            let conversation = self.ask("host:track-devices-l").await?;
            Ok(PhoneTracker { server: self.clone(), conversation })
        };
        self.within(deadline, "follow its phones", work).await
    }

    /// Makes it connect to the adbd at `address` (`HOST:PORT`) by TCP. [`crate::phone::Phone::connect`], which connects
    /// directly, is better: one dead phone delays all others of an adb server.
    ///
    /// # Errors
    /// It could not, for the reason that it reports; there is no server, or it is not done in time.
    pub async fn connect(&self, address: &str, deadline: Deadline) -> Result<(), ServerError> {
        let work = async {
            let said = self.ask(&format!("host:connect:{address}")).await?.text().await?;
            // A failure comes as a success whose text reports it.
            let done = said.starts_with("connected to") || said.starts_with("already connected to");
            if done { Ok(()) } else { Err(AdbCause::rejected(&said)) }
        };
        self.within(deadline, &format!("connect to {}", shorten(address)), work).await
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
    /// Waits for the next list: the first comes at once, then one with every change, always of all phones. Safe to
    /// cancel.
    ///
    /// # Errors
    /// The connection to the server was lost.
    pub async fn next(&mut self) -> Result<Vec<ListedPhone>, ServerError> {
        let list = self.conversation.text().await;
        let list = list.map_err(|cause| self.server.error("follow its phones", cause))?;
        Ok(device_list::parse(&list))
    }
}
