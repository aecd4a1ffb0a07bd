//! What the operations of a phone run over: its connection, a recording of it, or a tape in its place. Which of them it is
//! no operation asks.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::io::AsyncRead;
use tokio::time::{Instant, sleep};

use super::files::remote_file::PushOptions;
use super::files::transfer;
use super::shell::{self, ShellOutput};
use crate::adb::error::AdbCause;
use crate::adb::transport::AdbTransport;
use crate::deadline::Deadline;

/// The operations that scripts use, and the connection for all others.
#[async_trait]
pub(crate) trait Transport: fmt::Debug + Send + Sync {
    /// Runs a command in the phone's shell and waits for its end, or for more than `max_output` bytes of output.
    async fn shell(
        &self,
        command: &str,
        max_output: usize,
        deadline: Deadline,
    ) -> Result<ShellOutput, AdbCause>;

    /// Stores `source` as the file `path`. `progress` is called with the number of bytes sent so far.
    async fn push(
        &self,
        source: &mut (dyn AsyncRead + Send + Unpin),
        path: &str,
        options: PushOptions,
        progress: &mut (dyn FnMut(u64) + Send),
        deadline: Deadline,
    ) -> Result<(), AdbCause>;

    /// Waits for the phone to do something.
    async fn pause(&self, time: Duration);

    /// Returns the time since `started`.
    fn elapsed(&self, started: Instant) -> Duration;

    /// Returns the connection, for the operations that no tape holds.
    ///
    /// # Errors
    /// There is none.
    fn connection(&self) -> Result<&AdbTransport, AdbCause>;
}

#[async_trait]
impl Transport for AdbTransport {
    async fn shell(
        &self,
        command: &str,
        max_output: usize,
        deadline: Deadline,
    ) -> Result<ShellOutput, AdbCause> {
        deadline.run(shell::run(self, command, max_output)).await?
    }

    async fn push(
        &self,
        source: &mut (dyn AsyncRead + Send + Unpin),
        path: &str,
        options: PushOptions,
        progress: &mut (dyn FnMut(u64) + Send),
        deadline: Deadline,
    ) -> Result<(), AdbCause> {
        deadline.run(transfer::push(self, source, path, options, progress)).await?
    }

    async fn pause(&self, time: Duration) {
        sleep(time).await;
    }

    fn elapsed(&self, started: Instant) -> Duration {
        started.elapsed()
    }

    fn connection(&self) -> Result<&AdbTransport, AdbCause> {
        Ok(self)
    }
}

/// Measures the time of something that is done with a phone: the same time when a tape replays it.
#[derive(Debug, Clone)]
pub struct Stopwatch {
    started: Instant,
    transport: Arc<dyn Transport>,
}

impl Stopwatch {
    pub(super) fn start(transport: Arc<dyn Transport>) -> Self {
        Self { started: Instant::now(), transport }
    }

    /// Returns the time since its start.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.transport.elapsed(self.started)
    }
}
