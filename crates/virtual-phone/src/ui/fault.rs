//! The faults of the screen.

use serde::{Deserialize, Serialize};
use strum::VariantNames;

/// A fault of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum Fault {
    /// A window over the app: `{"fault": "popup", "kind": "rate", "when": "now"}`.
    Popup {
        /// Which one.
        kind: PopupKind,
        /// When it shows.
        #[serde(default)]
        when: PopupTime,
    },
    /// Uploads take this long: `{"fault": "slow_upload", "seconds": 20}`.
    SlowUpload {
        /// From the tap on Post to the published post.
        #[serde(default = "slow_upload_seconds")]
        seconds: u32,
    },
    /// The app reverts every follow a second after it showed it: `{"fault": "follow_refused"}`.
    FollowRefused,
    /// The current account may follow no one for a while: `{"fault": "follow_limited"}`.
    FollowLimited,
    /// The phone is not ready for a user: `{"fault": "lock", "kind": "swipe"}`.
    Lock {
        /// What is in the way.
        kind: LockKind,
    },
    /// The account's profile shows no video, nor that it has none: `{"fault": "profile_loading"}`.
    ProfileLoading,
}

/// What is between a user and the apps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, VariantNames)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum LockKind {
    /// The display is off, and nothing is locked.
    Off,
    /// The display is off, and the lock screen goes away with a swipe.
    Swipe,
    /// The display is off, and the lock screen wants a PIN. Stays until the faults are cleared.
    Pin,
    /// The first setup of a new phone. Stays until the faults are cleared.
    Setup,
    /// "Allow USB debugging?", about another computer. Stays until it is answered.
    UsbDebugging,
}

/// A window over an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, VariantNames)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum PopupKind {
    /// "Open settings" / "Don't allow" about contacts.
    Contacts,
    /// "Enjoying TikTok?"
    Rate,
    /// "Turn on notifications?"
    Notifications,
    /// A hint with "Got it".
    GotIt,
    /// "Publish video publicly?", asked when Post is tapped the next time; nothing is published until it is answered.
    ConfirmPost,
    /// Blocking: the account was signed out. Stays until the faults are cleared.
    SignedOut,
    /// Blocking: a puzzle to prove that a person is there. Stays until the faults are cleared.
    Captcha,
    /// Blocking: the account is disabled. Stays until the faults are cleared.
    AccountDisabled,
    /// Blocking: the app wants to be updated. Stays until the faults are cleared.
    UpdateRequired,
}

impl PopupKind {
    /// Whether the window does not lead back to the app.
    pub fn is_blocking(self) -> bool {
        matches!(self, Self::SignedOut | Self::Captcha | Self::AccountDisabled | Self::UpdateRequired)
    }
}

/// When a popup shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PopupTime {
    /// Over the next screen that the app changes to.
    #[default]
    NextScreen,
    /// At once when the app is in front, else as soon as it is.
    Now,
}

fn slow_upload_seconds() -> u32 {
    30
}
