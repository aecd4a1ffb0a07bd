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
    /// Uploads end without a post: `{"fault": "upload_end", "kind": "refused"}`.
    UploadEnd {
        /// How.
        kind: UploadEnd,
    },
    /// Where the progress of uploads is shown: `{"fault": "upload_sign", "kind": "window"}`.
    UploadSign {
        /// Where.
        kind: UploadSign,
    },
    /// An option of a post is other than usual: `{"fault": "option", "kind": "audience_refused"}`.
    Option {
        /// Which, and how.
        kind: OptionFault,
    },
}

/// What is other than usual on the way to Post. Several may be armed. The words of the sheets of products and of missing
/// sounds are assumed: no dump of them is public.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, VariantNames)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum OptionFault {
    /// The rows below the caption are below the lower end of the screen.
    SmallScreen,
    /// The caption screen has no title field.
    NoTitle,
    /// The empty description shows a tip.
    Tip,
    /// A post is for its account alone unless another audience is chosen.
    PrivateByDefault,
    /// A choice of the audience changes nothing.
    AudienceRefused,
    /// The switch for AI-generated content does not go on.
    AiLabelRefused,
    /// There is no such switch.
    AiLabelMissing,
    /// The app asks before it switches the label on.
    AiNotice,
    /// A search finds no sound.
    NoSound,
    /// The app takes another sound than the one that was tapped.
    OtherSound,
    /// The caption screen has no row for links.
    LinkMissing,
    /// The account has no products.
    NoProduct,
    /// The product is sold out.
    SoldOut,
    /// The product cannot be had.
    ProductUnavailable,
    /// The app does not take the product's name.
    ProductNameRefused,
    /// The account may not sell.
    BarredFromSelling,
}

/// How an upload ends without a post. No dump of these is public: their words are assumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, VariantNames)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum UploadEnd {
    /// The servers do not take it.
    Refused,
    /// The app cannot decode the file.
    Undecodable,
    /// It is kept as a draft.
    SavedToDrafts,
}

/// Where the app shows the progress of an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, VariantNames)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum UploadSign {
    /// In a badge on the feed, as in 43.
    #[default]
    Badge,
    /// In the badge, on the Friends tab.
    Friends,
    /// In a window of its own, on the Friends tab, and in a cell of the profile, as in 47.
    Window,
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
