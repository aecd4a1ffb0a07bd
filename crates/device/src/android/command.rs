//! Running one of Android's tools, and detecting its failures.

use std::time::Duration;

use thiserror::Error;
use tikmatrix_domain::clean;

use crate::deadline::Deadline;
use crate::phone::{AdbError, Phone, ShellOutput};
use crate::ui::UiTreeError;

/// The maximum output in bytes of a tool that prints a few words.
const MAX_WORDS: usize = 64 * 1024;

/// Why an operation of Android failed.
#[derive(Debug, Error)]
pub enum AndroidError {
    /// The connection to the phone failed.
    #[error(transparent)]
    Adb(#[from] AdbError),
    /// One of Android's tools refused.
    #[error("the phone could not {attempt}: {said}")]
    Refused {
        /// The operation, to follow `could not`.
        attempt: String,
        /// What the tool printed.
        said: String,
    },
    /// The screen was never idle long enough to be read.
    #[error("the screen could not be read: {said} ({attempts} attempts)")]
    NotIdle {
        /// The number of attempts.
        attempts: u32,
        /// What the tool printed last.
        said: String,
    },
    /// The dump is not one of a screen.
    #[error(transparent)]
    Screen(#[from] UiTreeError),
    /// MediaStore does not list a file that was pushed.
    #[error("the phone's media library does not list {path} after {} s", waited.as_secs())]
    NotListed {
        /// The file on the phone.
        path: String,
        /// The time that was waited.
        waited: Duration,
    },
    /// The text needs a keyboard that the phone does not have.
    #[error("the text holds {0:?}, which needs the ADBKeyBoard app on the phone; install it and try again")]
    NeedsKeyboard(char),
}

impl AndroidError {
    /// Returns whether the same operation may succeed later without a change.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Adb(error) => error.is_transient(),
            Self::NotIdle { .. } | Self::Screen(_) | Self::NotListed { .. } => true,
            Self::Refused { .. } | Self::NeedsKeyboard(_) => false,
        }
    }

    /// Returns a stable name of the cause, for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Adb(error) => error.code(),
            Self::Refused { .. } => "tool_refused",
            Self::NotIdle { .. } => "screen_not_idle",
            Self::Screen(_) => "screen_unreadable",
            Self::NotListed { .. } => "media_not_listed",
            Self::NeedsKeyboard(_) => "needs_keyboard",
        }
    }
}

/// Returns the output of one command line, with any exit status.
pub(super) async fn output_of(
    phone: &Phone,
    command: &str,
    deadline: Deadline,
) -> Result<ShellOutput, AndroidError> {
    Ok(phone.shell(command, deadline).await?)
}

/// Returns the output of one command line that exits with 0; `attempt` follows `could not` in the error.
pub(super) async fn run(
    phone: &Phone,
    attempt: &str,
    command: &str,
    deadline: Deadline,
) -> Result<String, AndroidError> {
    text_of(&phone.shell(command, deadline).await?, attempt)
}

/// Does what [`run`] does for a tool that prints a few words.
pub(super) async fn run_briefly(
    phone: &Phone,
    attempt: &str,
    command: &str,
    deadline: Deadline,
) -> Result<String, AndroidError> {
    text_of(&phone.shell_up_to(command, MAX_WORDS, deadline).await?, attempt)
}

fn text_of(output: &ShellOutput, attempt: &str) -> Result<String, AndroidError> {
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let complained = String::from_utf8_lossy(&output.stderr);
    if output.exit_status == 0 {
        // `am` prints some of its errors to stderr and exits with 0.
        return Ok(printed + &complained);
    }
    let said = [complained.trim(), printed.trim()].into_iter().find(|text| !text.is_empty());
    let status = format!("exit status {}", output.exit_status);
    Err(refused(attempt, said.and_then(|text| text.lines().next()).unwrap_or(&status)))
}

/// Creates [`AndroidError::Refused`] from what a tool printed.
pub(super) fn refused(attempt: impl Into<String>, said: &str) -> AndroidError {
    AndroidError::Refused { attempt: attempt.into(), said: clean(said) }
}
