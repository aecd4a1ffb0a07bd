//! What all operations of a phone share.

use std::sync::Arc;

use super::transport::Transport;
use crate::adb::error::{AdbCause, AdbError};
use crate::adb::transport::AdbTransport;
use crate::deadline::Deadline;

/// The phone's name for messages, and what its operations run over.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    name: Arc<str>,
    pub(crate) transport: Arc<dyn Transport>,
}

impl Link {
    pub(super) fn new(name: &str, transport: Arc<dyn Transport>) -> Self {
        Self { name: name.into(), transport }
    }

    /// Returns the same over another transport.
    #[cfg(feature = "scripts")]
    pub(super) fn over(&self, transport: Arc<dyn Transport>) -> Self {
        Self { name: Arc::clone(&self.name), transport }
    }

    /// Returns the connection, for operations that no tape holds.
    pub(super) fn adb(&self) -> Result<&AdbTransport, AdbCause> {
        self.transport.connection()
    }

    /// Does `work` until the deadline; `attempt` describes it, in the imperative, when it fails.
    pub(super) async fn within<T>(
        &self,
        deadline: Deadline,
        attempt: impl FnOnce() -> String,
        work: impl Future<Output = Result<T, AdbCause>>,
    ) -> Result<T, AdbError> {
        let cause = match deadline.run(work).await {
            Ok(Ok(done)) => return Ok(done),
            Ok(Err(cause)) => cause,
            Err(passed) => passed.into(),
        };
        Err(self.error(attempt(), cause))
    }

    pub(super) fn error(&self, attempt: impl Into<String>, cause: AdbCause) -> AdbError {
        AdbError::new(&self.name, attempt, cause)
    }
}
