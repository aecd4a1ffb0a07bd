//! A phone that is recorded, and a phone that a tape plays.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tikmatrix_domain::Serial;
use tokio::io::AsyncRead;
use tokio::time::Instant;

use super::player::Player;
use super::recorder::Recorder;
use crate::adb::AdbCause;
use crate::adb::transport::AdbTransport;
use crate::deadline::Deadline;
use crate::phone::{Phone, PushOptions, Route, ShellOutput, Transport};

/// Returns `phone` with its commands, pushed files and measured times recorded.
pub(crate) fn recorded(phone: &Phone, recorder: Arc<Recorder>) -> Phone {
    let transport = Arc::clone(&phone.link.transport);
    phone.over(Arc::new(Recording { transport, recorder }))
}

/// Returns a phone whose answers come from a tape. What no tape holds fails.
pub(crate) fn replayed(player: Arc<Player>, serial: Serial) -> Phone {
    let route = Route::Tape { serial: serial.to_string() };
    Phone::new(serial, route, player)
}

/// A transport whose operations are recorded.
#[derive(Debug)]
struct Recording {
    transport: Arc<dyn Transport>,
    recorder: Arc<Recorder>,
}

#[async_trait]
impl Transport for Recording {
    async fn shell(
        &self,
        command: &str,
        max_output: usize,
        deadline: Deadline,
    ) -> Result<ShellOutput, AdbCause> {
        let result = self.transport.shell(command, max_output, deadline).await;
        self.recorder.shell(command, &result);
        result
    }

    async fn push(
        &self,
        source: &mut (dyn AsyncRead + Send + Unpin),
        path: &str,
        options: PushOptions,
        progress: &mut (dyn FnMut(u64) + Send),
        deadline: Deadline,
    ) -> Result<(), AdbCause> {
        let mut sent = 0;
        let mut count = |so_far| {
            sent = so_far;
            progress(so_far);
        };
        let result = self.transport.push(source, path, options, &mut count, deadline).await;
        self.recorder.push(path, sent, &result);
        result
    }

    async fn pause(&self, time: Duration) {
        self.transport.pause(time).await;
    }

    fn elapsed(&self, started: Instant) -> Duration {
        self.recorder.elapsed(self.transport.elapsed(started))
    }

    fn connection(&self) -> Result<&AdbTransport, AdbCause> {
        self.transport.connection()
    }
}
