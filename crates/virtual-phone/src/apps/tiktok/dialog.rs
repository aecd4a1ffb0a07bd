//! The windows over the app: the permission dialog of a first start, popups that a fault armed, blocking screens,
//! "Discard?", the sheet to unfollow. Each is modal: nothing under it can be reached.

use std::sync::LazyLock;

use super::PACKAGE;
use crate::ui::app::Scene;
use crate::ui::fault::{PopupKind, PopupTime};
use crate::ui::layout::{Layout, Values};

const PERMISSION_PACKAGE: &str = "com.google.android.permissioncontroller";
const PERMISSION_ACTIVITY: &str = "com.android.permissioncontroller.permission.ui.GrantPermissionsActivity";

static PERMISSION: LazyLock<Layout> = LazyLock::new(|| {
    Layout::carried(PERMISSION_PACKAGE, include_str!("../../../layouts/android/permission.xml"))
});
static TWO_BUTTONS: LazyLock<Layout> =
    LazyLock::new(|| Layout::carried(PACKAGE, include_str!("../../../layouts/tiktok/popup_two_buttons.xml")));
static ONE_BUTTON: LazyLock<Layout> =
    LazyLock::new(|| Layout::carried(PACKAGE, include_str!("../../../layouts/tiktok/popup_one_button.xml")));
static UNFOLLOW: LazyLock<Layout> =
    LazyLock::new(|| Layout::carried(PACKAGE, include_str!("../../../layouts/tiktok/unfollow_sheet.xml")));
static BLOCKING: LazyLock<Layout> =
    LazyLock::new(|| Layout::carried(PACKAGE, include_str!("../../../layouts/tiktok/blocking.xml")));

/// A modal window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialog {
    ContactsPermission,
    NotificationsPermission,
    Popup(PopupKind),
    Discard,
    /// The sheet behind "Following".
    Unfollow,
}

impl Dialog {
    /// Whether it stays until the faults are cleared.
    pub(super) fn is_blocking(self) -> bool {
        matches!(self, Self::Popup(kind) if kind.is_blocking())
    }
}

/// The modal windows that are open, and those that wait for their moment.
#[derive(Debug)]
pub(super) struct Dialogs {
    /// The one on top last.
    open: Vec<Dialog>,
    /// Shown over the next place.
    waiting: Vec<PopupKind>,
    /// The permission that a first start asks for; none once it was asked.
    permission: Option<Dialog>,
    /// Whether the next tap on Post is questioned.
    confirm_post: bool,
    /// Decides which popup shows when a fault names none.
    choice: usize,
}

impl Dialogs {
    pub(super) fn new(seed: u64) -> Self {
        let permission =
            if seed.is_multiple_of(2) { Dialog::ContactsPermission } else { Dialog::NotificationsPermission };
        let choice = usize::try_from(seed % 1024).unwrap_or_default();
        Self {
            open: Vec::new(),
            waiting: Vec::new(),
            permission: Some(permission),
            confirm_post: false,
            choice,
        }
    }

    /// The one that taps reach.
    pub(super) fn top(&self) -> Option<Dialog> {
        self.open.last().copied()
    }

    pub(super) fn open(&mut self, dialog: Dialog) {
        self.open.push(dialog);
    }

    /// Closes the one on top.
    pub(super) fn close(&mut self) {
        self.open.pop();
    }

    /// Post was tapped: whether a question comes first.
    pub(super) fn asks_before_post(&mut self) -> bool {
        let asks = std::mem::take(&mut self.confirm_post);
        if asks {
            self.open(Dialog::Popup(PopupKind::ConfirmPost));
        }
        asks
    }

    /// The app was started: the first time it asks for a permission.
    pub(super) fn app_started(&mut self) {
        self.open.extend(self.permission.take());
    }

    /// The app shows another place: what waited for that appears.
    pub(super) fn place_changed(&mut self) {
        self.open.extend(self.waiting.drain(..).map(Dialog::Popup));
    }

    /// The process died: harmless windows die with it, blocking ones are back at the next start.
    pub(super) fn process_died(&mut self) {
        self.open.retain(|dialog| dialog.is_blocking());
    }

    pub(super) fn arm(&mut self, kind: Option<PopupKind>, when: PopupTime, in_front: bool) {
        let kind = kind.unwrap_or_else(|| {
            self.choice = self.choice.wrapping_add(1);
            let at = self.choice % PopupKind::HARMLESS.len();
            PopupKind::HARMLESS.get(at).copied().unwrap_or(PopupKind::Rate)
        });
        if kind == PopupKind::ConfirmPost {
            self.confirm_post = true;
        } else if when == PopupTime::Now && in_front {
            self.open(Dialog::Popup(kind));
        } else {
            self.waiting.push(kind);
        }
    }

    pub(super) fn clear_faults(&mut self) {
        self.waiting.clear();
        self.confirm_post = false;
        self.open.retain(|dialog| !matches!(dialog, Dialog::Popup(_)));
    }

    /// The window on top; `activity` is the one beneath, to which the app's own windows belong.
    pub(super) fn scene(&self, activity: &str) -> Option<Scene> {
        let dialog = self.top()?;
        let (name, root) = match dialog {
            Dialog::ContactsPermission => {
                ("contacts permission", PERMISSION.build(&message("Allow TikTok to access your contacts?")))
            }
            Dialog::NotificationsPermission => (
                "notifications permission",
                PERMISSION.build(&message("Allow TikTok to send you notifications?")),
            ),
            Dialog::Discard => (
                "discard",
                TWO_BUTTONS.build(&buttons("Discard edits?", "Discard", "discard", "Keep editing")),
            ),
            Dialog::Unfollow => ("unfollow", UNFOLLOW.build(&Values::new())),
            Dialog::Popup(kind) => popup(kind),
        };
        let is_permission = matches!(dialog, Dialog::ContactsPermission | Dialog::NotificationsPermission);
        let (package, activity) =
            if is_permission { (PERMISSION_PACKAGE, PERMISSION_ACTIVITY) } else { (PACKAGE, activity) };
        Some(Scene {
            package: package.to_owned(),
            activity: activity.to_owned(),
            name: format!("{name} {}", self.open.len()),
            animated: false,
            root,
        })
    }
}

fn popup(kind: PopupKind) -> (&'static str, crate::ui::view::View) {
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
            TWO_BUTTONS.build(&buttons("Publish video publicly?", "Post now", "publish", "Cancel")),
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

fn blocking(title: &str, text: &str, button: &str) -> (&'static str, crate::ui::view::View) {
    ("blocking", BLOCKING.build(&blocking_values(title, text, button)))
}
