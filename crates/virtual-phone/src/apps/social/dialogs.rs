//! The modal windows of an app: the permission dialog of a first start, popups that a fault armed, questions and
//! sheets. Each is modal: nothing under it can be reached.

use std::sync::LazyLock;

use crate::ui::app::Scene;
use crate::ui::fault::{PopupKind, PopupTime, UploadEnd};
use crate::ui::layout::{Layout, Values};

const PERMISSION_PACKAGE: &str = "com.google.android.permissioncontroller";
const PERMISSION_ACTIVITY: &str = "com.android.permissioncontroller.permission.ui.GrantPermissionsActivity";

static PERMISSION: LazyLock<Layout> = LazyLock::new(|| {
    Layout::carried(PERMISSION_PACKAGE, include_str!("../../../layouts/android/permission.xml"))
});

/// A permission that Android asks for in an app's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Permission {
    Contacts,
    Notifications,
}

/// A modal window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialog {
    Permission(Permission),
    Popup(PopupKind),
    /// The question whether to discard a draft.
    Discard,
    /// The sheet behind "Following".
    Unfollow,
    /// The message that an upload led to no post.
    UploadEnd(UploadEnd),
    /// The sheet with the accounts that are signed in.
    Switcher,
    /// The question whether to save the login of the account that was switched to.
    SaveLogin,
    /// The notice that the account is limited for a while.
    Limited,
}

impl Dialog {
    /// Whether it stays until the faults are cleared.
    pub(crate) fn is_blocking(self) -> bool {
        matches!(self, Self::Popup(kind) if kind.is_blocking())
    }
}

/// The modal windows that are open, and those that wait to be shown.
#[derive(Debug)]
pub(crate) struct Dialogs {
    /// The one on top last.
    open: Vec<Dialog>,
    /// Shown over the next screen.
    waiting: Vec<PopupKind>,
    /// The permission that a first start asks for. `None` once it was asked.
    permission: Option<Permission>,
    /// Whether the next tap on Post opens a question.
    confirm_post: bool,
}

impl Dialogs {
    pub(crate) fn new(seed: u64) -> Self {
        let permission =
            if seed.is_multiple_of(2) { Permission::Contacts } else { Permission::Notifications };
        Self { open: Vec::new(), waiting: Vec::new(), permission: Some(permission), confirm_post: false }
    }

    /// The window that taps reach.
    pub(crate) fn top(&self) -> Option<Dialog> {
        self.open.last().copied()
    }

    pub(crate) fn open(&mut self, dialog: Dialog) {
        self.open.push(dialog);
    }

    /// Opens the message that an upload led to no post.
    pub(crate) fn open_upload_end(&mut self, end: UploadEnd) {
        self.open(Dialog::UploadEnd(end));
    }

    /// Closes the window on top.
    pub(crate) fn close(&mut self) {
        self.open.pop();
    }

    /// Handles a tap on the window on top, if one is open: each button but those of blocking windows closes it. Whether
    /// the app acts on the tap.
    pub(crate) fn passes(&mut self, action: &str) -> bool {
        let acts = action != "nothing";
        if acts {
            self.close();
        }
        acts
    }

    /// Reports whether a tap on Post opens a question first, and opens it.
    pub(crate) fn asks_before_post(&mut self) -> bool {
        let asks = std::mem::take(&mut self.confirm_post);
        if asks {
            self.open(Dialog::Popup(PopupKind::ConfirmPost));
        }
        asks
    }

    /// Opens the permission dialog at the first start of the app.
    pub(crate) fn app_started(&mut self) {
        self.open.extend(self.permission.take().map(Dialog::Permission));
    }

    /// Opens the windows that waited for another screen.
    pub(crate) fn screen_changed(&mut self) {
        self.open.extend(self.waiting.drain(..).map(Dialog::Popup));
    }

    /// Closes the harmless windows, as when the process dies; blocking ones are back at the next start.
    pub(crate) fn process_died(&mut self) {
        self.open.retain(|dialog| dialog.is_blocking());
    }

    pub(crate) fn arm(&mut self, kind: PopupKind, when: PopupTime, in_front: bool) {
        if kind == PopupKind::ConfirmPost {
            self.confirm_post = true;
        } else if when == PopupTime::Now && in_front {
            self.open(Dialog::Popup(kind));
        } else {
            self.waiting.push(kind);
        }
    }

    pub(crate) fn clear_faults(&mut self) {
        self.waiting.clear();
        self.confirm_post = false;
        self.open.retain(|dialog| !matches!(dialog, Dialog::Popup(_)));
    }

    /// How many windows are open.
    pub(crate) fn count(&self) -> usize {
        self.open.len()
    }
}

/// Android's dialog that asks for a permission in the name of the app `label`.
pub(crate) fn permission_scene(permission: Permission, label: &str, depth: usize) -> Scene {
    let (name, question) = match permission {
        Permission::Contacts => ("contacts", format!("Allow {label} to access your contacts?")),
        Permission::Notifications => ("notifications", format!("Allow {label} to send you notifications?")),
    };
    Scene {
        package: PERMISSION_PACKAGE.to_owned(),
        activity: PERMISSION_ACTIVITY.to_owned(),
        name: format!("{name} permission {depth}"),
        animated: false,
        root: PERMISSION.build(&Values::new().text("message", question)),
    }
}
