//! What has to be undone on a phone after a script, as data, so that it outlives a script that was dropped.

use std::fmt;

use crate::android::{self, AndroidError, KeyboardState, MediaFile};
use crate::deadline::Deadline;
use crate::phone::Phone;

/// One thing to undo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CleanUp {
    /// End an app.
    CloseApp(String),
    /// Restore the user's keyboards.
    RestoreKeyboard(KeyboardState),
    /// Remove a pushed file and its entry in the media library.
    RemoveMedia(MediaFile),
}

impl CleanUp {
    /// Undoes it. Doing so twice does no harm.
    ///
    /// # Errors
    /// [`AndroidError`] when the phone is gone or refuses.
    pub async fn perform(&self, phone: &Phone, deadline: Deadline) -> Result<(), AndroidError> {
        match self {
            Self::CloseApp(package) => {
                android::force_stop(phone, package, deadline).await?;
                android::go_home(phone, deadline).await
            }
            Self::RestoreKeyboard(state) => android::restore_keyboard(phone, state, deadline).await,
            Self::RemoveMedia(file) => android::remove_media(phone, file, deadline).await,
        }
    }
}

impl fmt::Display for CleanUp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CloseApp(package) => write!(formatter, "close {package}"),
            Self::RestoreKeyboard(_) => formatter.write_str("restore the keyboard"),
            Self::RemoveMedia(file) => write!(formatter, "remove {}", file.path()),
        }
    }
}

/// What one run has to undo.
#[derive(Debug, Default)]
pub(super) struct CleanUps(Vec<CleanUp>);

impl CleanUps {
    /// Adds what is not in it yet.
    pub(super) fn add(&mut self, clean_up: CleanUp) {
        if !self.0.contains(&clean_up) {
            self.0.push(clean_up);
        }
    }

    /// Takes everything out in the order in which it is undone: the newest first.
    pub(super) fn take(&mut self) -> Vec<CleanUp> {
        let mut clean_ups = std::mem::take(&mut self.0);
        clean_ups.reverse();
        clean_ups
    }
}

/// Finds what earlier runs left on a phone because its connection or their server was lost. Must not be called during a run
/// on the phone.
///
/// # Errors
/// [`AndroidError`] when the phone is gone or refuses.
pub async fn leftovers(phone: &Phone, deadline: Deadline) -> Result<Vec<CleanUp>, AndroidError> {
    let keyboard = android::keyboard_not_given_back(phone, deadline).await?;
    let media = android::media_of_ours(phone, deadline).await?;
    let media = media.into_iter().map(CleanUp::RemoveMedia);
    Ok(keyboard.map(CleanUp::RestoreKeyboard).into_iter().chain(media).collect())
}
