//! The app's modal windows as they look: popups, blocking screens, "Discard?", the sheet to unfollow.

use std::sync::LazyLock;

use crate::apps::social::dialogs::{Dialog, Dialogs, permission_scene};
use crate::apps::tiktok::identity::{IDENTITY, PACKAGE};
use crate::ui::app::Scene;
use crate::ui::fault::{PopupKind, UploadEnd};
use crate::ui::layout::{Layout, Values};
use crate::ui::view::View;

static TWO_BUTTONS: LazyLock<Layout> =
    LazyLock::new(|| Layout::carried(PACKAGE, include_str!("../../../layouts/tiktok/popup_two_buttons.xml")));
static ONE_BUTTON: LazyLock<Layout> =
    LazyLock::new(|| Layout::carried(PACKAGE, include_str!("../../../layouts/tiktok/popup_one_button.xml")));
static UNFOLLOW: LazyLock<Layout> =
    LazyLock::new(|| Layout::carried(PACKAGE, include_str!("../../../layouts/tiktok/unfollow_sheet.xml")));
static BLOCKING: LazyLock<Layout> =
    LazyLock::new(|| Layout::carried(PACKAGE, include_str!("../../../layouts/tiktok/blocking.xml")));

/// The window on top, if one is open. The app's own windows belong to the `activity` beneath them.
pub(crate) fn scene(dialogs: &Dialogs, activity: &str) -> Option<Scene> {
    let (name, root) = match dialogs.top()? {
        Dialog::Permission(permission) => {
            return Some(permission_scene(permission, IDENTITY.label, dialogs.count()));
        }
        Dialog::Discard => {
            ("discard", TWO_BUTTONS.build(&buttons("Discard edits?", "Discard", "discard", "Keep editing")))
        }
        Dialog::Unfollow => ("unfollow", UNFOLLOW.build(&Values::new())),
        Dialog::UploadEnd(UploadEnd::Undecodable) => {
            let text = "This video can't be decoded. Choose another one.";
            ("undecodable", ONE_BUTTON.build(&buttons(text, "OK", "dismiss", "")))
        }
        Dialog::UploadEnd(_) => {
            let text = "Couldn't upload. Check your connection and try again.";
            ("refused", TWO_BUTTONS.build(&buttons(text, "Retry", "dismiss", "Cancel")))
        }
        Dialog::Popup(kind) => popup(kind),
        Dialog::Switcher | Dialog::SaveLogin | Dialog::Limited => return None,
    };
    Some(Scene {
        package: PACKAGE.to_owned(),
        activity: activity.to_owned(),
        name: format!("{name} {}", dialogs.count()),
        animated: false,
        root,
    })
}

fn popup(kind: PopupKind) -> (&'static str, View) {
    match kind {
        PopupKind::Contacts => {
            let text = "Allow access to contacts in your phone's settings to find people you know";
            ("contacts", TWO_BUTTONS.build(&buttons(text, "Open settings", "settings", "Don’t allow")))
        }
        PopupKind::Rate => {
            ("rate", TWO_BUTTONS.build(&buttons("Enjoying TikTok?", "Rate now", "dismiss", "Not now")))
        }
        PopupKind::Notifications => {
            let text = "Turn on notifications? Know when people like or comment on your videos.";
            ("notifications", TWO_BUTTONS.build(&buttons(text, "Turn on", "dismiss", "Not now")))
        }
        PopupKind::GotIt => {
            let text = "Your posts can now be longer. Swipe up to see more.";
            ("hint", ONE_BUTTON.build(&buttons(text, "Got it", "dismiss", "")))
        }
        PopupKind::ConfirmPost => (
            "confirm",
            TWO_BUTTONS.build(&buttons("Publish video publicly?", "Publish now", "publish", "Cancel")),
        ),
        PopupKind::SignedOut => {
            blocking("Log in to TikTok", "You have been logged out. Log in again.", "Log in")
        }
        PopupKind::Captcha => {
            let values = blocking_values("Verify to continue", "Drag the puzzle piece into place", "Refresh");
            ("captcha", BLOCKING.build(&values.flag("puzzle", true)))
        }
        PopupKind::AccountDisabled => {
            let text = "Your account was permanently banned due to violations of our Community Guidelines.";
            blocking("Account banned", text, "Submit an appeal")
        }
        PopupKind::UpdateRequired => {
            blocking("Update TikTok", "This version is no longer supported. Update to go on.", "Update now")
        }
    }
}

fn message(text: &str) -> Values {
    Values::new().text("message", text)
}

fn buttons(text: &str, yes: &str, yes_action: &str, no: &str) -> Values {
    message(text).text("yes", yes).text("yes_action", yes_action).text("no", no)
}

fn blocking_values(title: &str, text: &str, button: &str) -> Values {
    message(text).text("title", title).text("button", button)
}

fn blocking(title: &str, text: &str, button: &str) -> (&'static str, View) {
    ("blocking", BLOCKING.build(&blocking_values(title, text, button)))
}
