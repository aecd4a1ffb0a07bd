//! Commands on a phone through `shell,v2,raw`: output, error output and exit status apart.

use std::borrow::Cow;
use std::time::Duration;

use crate::adb::error::AdbCause;
use crate::adb::handshake::SHELL_V2;
use crate::adb::shell_protocol::{FrameDecoder, FrameKind};
use crate::adb::transport::AdbTransport;
use crate::deadline::Deadline;

/// The maximum output of one command in bytes, both kinds together, unless its caller takes more: a dump of the largest
/// screen is less.
pub(super) const MAX_OUTPUT: usize = 8 * 1024 * 1024;
/// The maximum output of a command that prints a few words.
pub(super) const MAX_WORDS: usize = 64 * 1024;
/// The timeout of killing what a dropped command left running.
const KILL_TIMEOUT: Duration = Duration::from_secs(5);

/// The result of a command.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ShellOutput {
    /// Its output.
    pub stdout: Vec<u8>,
    /// Its error output.
    pub stderr: Vec<u8>,
    /// Its exit status; many commands of Android return 0 on failure.
    pub exit_status: u8,
}

impl ShellOutput {
    /// Returns the output as text; bytes that are not UTF-8 are replaced.
    #[must_use]
    pub fn stdout_text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.stdout)
    }

    /// Returns the error output as text; bytes that are not UTF-8 are replaced.
    #[must_use]
    pub fn stderr_text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.stderr)
    }
}

/// Runs `command` with no input and waits for its end, which more than `max_output` bytes of output are too. When the future
/// is dropped, every process that the command started is killed.
pub(super) async fn run(
    transport: &AdbTransport,
    command: &str,
    max_output: usize,
) -> Result<ShellOutput, AdbCause> {
    if !transport.agreement().banner.offers(SHELL_V2) {
        return Err(AdbCause::Unsupported(SHELL_V2));
    }
    let mut leftover =
        Leftover { transport, mark: format!("tikmatrix-{:016x}", rand::random::<u64>()), over: false };
    let output = follow(transport, command, &leftover.mark, max_output).await;
    // A refusal or a lost connection leaves nothing that could be killed.
    leftover.over = !matches!(output, Err(AdbCause::TooMuchOutput(_) | AdbCause::Protocol(_)));
    output
}

async fn follow(
    transport: &AdbTransport,
    command: &str,
    mark: &str,
    max_output: usize,
) -> Result<ShellOutput, AdbCause> {
    // adbd puts TERM into the environment of the command and so of all that it starts; nothing else reads it.
    // Input is closed by the shell itself: a CLOSE_STDIN frame that finds a command just ended makes adbd drop the rest
    // of the output, the exit status included (35 of 2,000 calls with adbd 34).
    let service = format!("shell,v2,TERM={mark},raw:exec </dev/null;{command}");
    let mut stream = transport.stream(&service).await?;
    let mut frames = FrameDecoder::new();
    let mut output = ShellOutput::default();
    while let Some(bytes) = stream.receive().await? {
        frames.push(&bytes);
        while let Some(frame) = frames.next().map_err(|error| AdbCause::Protocol(error.to_string()))? {
            // Before it is kept: many phones may print without an end at the same time.
            if output.stdout.len() + output.stderr.len() + frame.payload.len() > max_output {
                return Err(AdbCause::TooMuchOutput(max_output));
            }
            match frame.kind {
                FrameKind::Stdout => output.stdout.extend_from_slice(&frame.payload),
                FrameKind::Stderr => output.stderr.extend_from_slice(&frame.payload),
                FrameKind::Exit => {
                    output.exit_status = frame.payload.first().copied().unwrap_or(u8::MAX);
                    return Ok(output);
                }
                FrameKind::Stdin | FrameKind::CloseStdin | FrameKind::WindowSize => {}
            }
        }
    }
    Err(AdbCause::StreamEnded)
}

/// The processes of a command, which are killed when its caller is gone.
struct Leftover<'a> {
    transport: &'a AdbTransport,
    mark: String,
    over: bool,
}

impl Drop for Leftover<'_> {
    fn drop(&mut self) {
        let (false, Ok(runtime)) = (self.over, tokio::runtime::Handle::try_current()) else { return };
        let transport = self.transport.clone();
        let mark = std::mem::take(&mut self.mark);
        // The mark is in no command line, so this command does not find itself.
        let command = format!(
            "for found in $(grep -lsF {mark} /proc/[0-9]*/environ); do \
             process=${{found#/proc/}}; kill -9 ${{process%/environ}}; done"
        );
        runtime.spawn(async move {
            let stopping = follow(&transport, &command, "dumb", MAX_WORDS);
            if let Ok(Err(cause)) = Deadline::after(KILL_TIMEOUT).run(stopping).await {
                log::debug!("the processes of a dropped command could not be killed: {cause}");
            }
        });
    }
}
