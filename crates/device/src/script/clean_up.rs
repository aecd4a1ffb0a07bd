//! What has to be undone on a phone after a script, as data: it is still known when the script itself was dropped.

use std::fmt;

use crate::android::{self, AndroidError, KeyboardState, MediaFile};
use crate::deadline::Deadline;
use crate::phone::Phone;

/// One thing to undo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CleanUp {
    /// End an app.
    CloseApp(String),
    /// Give the user the keyboards back.
    RestoreKeyboard(KeyboardState),
    /// Remove a pushed file and its entry in the media library.
    RemoveMedia(MediaFile),
}

impl CleanUp {
    /// Does it. Doing it twice does no harm.
    pub(super) async fn perform(&self, phone: &Phone, deadline: Deadline) -> Result<(), AndroidError> {
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
