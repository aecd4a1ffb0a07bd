//! Running one of Android's tools and telling success from failure; quoting is [`crate::shell_quote`]'s.

use std::time::Duration;

use thiserror::Error;

use crate::deadline::Deadline;
use crate::phone::{AdbError, Phone, ShellOutput};
use crate::ui::UiTreeError;

/// Why a phone did not do what it was asked to.
#[derive(Debug, Error)]
pub enum AndroidError {
    /// The connection to the phone failed.
    #[error(transparent)]
    Adb(#[from] AdbError),
    /// One of Android's tools refused.
    #[error("the phone could not {attempt}: {said}")]
    Refused {
        /// What was asked of it, to follow `could not`.
        attempt: String,
        /// What the tool printed.
        said: String,
    },
    /// The screen never held still long enough to be read.
    #[error("the screen could not be read: {said} ({attempts} attempts)")]
    NotIdle {
        /// How often it was tried.
        attempts: u32,
        /// What the tool printed last.
        said: String,
    },
    /// What was read is no screen.
    #[error(transparent)]
    Screen(#[from] UiTreeError),
    /// MediaStore does not list a file that was pushed.
    #[error("the phone's media library does not list {path} after {} s", waited.as_secs())]
    NotListed {
        /// The file on the phone.
        path: String,
        /// How long it was waited for.
        waited: Duration,
    },
    /// The text needs a keyboard that the phone does not have.
    #[error("the text holds {0:?}, which needs the ADBKeyBoard app on the phone; install it and try again")]
    NeedsKeyboard(char),
}

impl AndroidError {
    /// Whether the same may succeed later without anybody doing anything.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Adb(error) => error.is_transient(),
            Self::NotIdle { .. } | Self::Screen(_) | Self::NotListed { .. } => true,
            Self::Refused { .. } | Self::NeedsKeyboard(_) => false,
        }
    }
}

/// What one command line printed, whatever its exit status.
pub(super) async fn output_of(
    phone: &Phone,
    command: &str,
    deadline: Deadline,
) -> Result<ShellOutput, AndroidError> {
    Ok(phone.shell(command, deadline).await?)
}

/// What one command line printed, when it exited with 0; `attempt` follows `could not` in the error.
pub(super) async fn run(
    phone: &Phone,
    attempt: &str,
    command: &str,
    deadline: Deadline,
) -> Result<String, AndroidError> {
    let output = phone.shell(command, deadline).await?;
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let complained = String::from_utf8_lossy(&output.stderr);
    if output.exit_status == 0 {
        // `am` prints some of its errors to stderr and exits with 0.
        return Ok(printed + &complained);
    }
    let said = [complained.trim(), printed.trim()].into_iter().find(|text| !text.is_empty());
    let said = said.map_or_else(|| format!("exit status {}", output.exit_status), first_line);
    Err(AndroidError::Refused { attempt: attempt.to_owned(), said })
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().trim().to_owned()
}
