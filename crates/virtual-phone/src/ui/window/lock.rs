//! The display's power, and the windows of the system that keep a user from the apps: the lock screen, the first setup, and
//! the question whether to trust a computer.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};

use crate::ui::app::{Scene, Swipe};
use crate::ui::fault::LockKind;
use crate::ui::layout::{Layout, Values};

const SYSTEM: &str = "com.android.systemui";
const SETUP: &str = "com.google.android.setupwizard";
const USB_DEBUGGING: &str = "com.android.systemui.usb.UsbDebuggingActivity";
/// How far a finger has to move up, in pixels, to dismiss the lock screen.
const UNLOCK_SWIPE: i32 = 400;

static KEYGUARD: LazyLock<Layout> =
    LazyLock::new(|| Layout::carried(SYSTEM, include_str!("../../../layouts/android/keyguard.xml")));
static PIN: LazyLock<Layout> =
    LazyLock::new(|| Layout::carried(SYSTEM, include_str!("../../../layouts/android/keyguard_pin.xml")));
static WIZARD: LazyLock<Layout> =
    LazyLock::new(|| Layout::carried(SETUP, include_str!("../../../layouts/android/setup_wizard.xml")));
static USB: LazyLock<Layout> =
    LazyLock::new(|| Layout::carried(SYSTEM, include_str!("../../../layouts/android/usb_debugging.xml")));

/// What is between the user and the apps.
#[derive(Debug, Default)]
pub struct Lock {
    is_asleep: bool,
    window: Option<LockKind>,
    /// Whether the lock screen asks for the secret.
    asks: bool,
}

impl Lock {
    /// Brings the phone into this state, as if it had lain around.
    pub(crate) fn arm(&mut self, kind: LockKind) {
        let is_asleep = matches!(kind, LockKind::Off | LockKind::Swipe | LockKind::Pin);
        *self = Self { is_asleep, window: Some(kind).filter(|kind| *kind != LockKind::Off), asks: false };
    }

    /// The window over everything else, if there is one.
    pub(crate) fn scene(&self, now: DateTime<Utc>) -> Option<Scene> {
        let (package, activity, name, layout) = match self.window? {
            LockKind::Off => return None,
            LockKind::Pin if self.asks => (SYSTEM, "", "pin", &PIN),
            LockKind::Swipe | LockKind::Pin => (SYSTEM, "", "keyguard", &KEYGUARD),
            LockKind::Setup => {
                (SETUP, "com.google.android.setupwizard.SetupWizardActivity", "setup", &WIZARD)
            }
            LockKind::UsbDebugging => (SYSTEM, USB_DEBUGGING, "usb debugging", &USB),
        };
        let values = Values::new()
            .text("time", now.format("%H:%M").to_string())
            .text("date", now.format("%a, %b %-d").to_string());
        Some(Scene {
            package: package.to_owned(),
            activity: activity.to_owned(),
            name: name.to_owned(),
            animated: false,
            root: layout.build(&values),
        })
    }

    /// Whether a window is over everything else.
    pub(crate) fn covers(&self) -> bool {
        self.window.is_some()
    }

    /// Whether the lock screen is shown, also while the display is off.
    pub fn is_locked(&self) -> bool {
        matches!(self.window, Some(LockKind::Swipe | LockKind::Pin))
    }

    /// Whether the display is on.
    pub fn is_awake(&self) -> bool {
        !self.is_asleep
    }

    /// Switches the display on or off; the lock screen asks for its secret anew.
    pub fn set_awake(&mut self, is_awake: bool) {
        self.is_asleep = !is_awake;
        self.asks &= is_awake;
    }

    /// Handles a swipe over its window.
    pub(crate) fn swipe(&mut self, swipe: Swipe) {
        if swipe.upward() >= UNLOCK_SWIPE {
            self.dismiss();
        }
    }

    /// Handles a tap on a view of its window.
    pub(crate) fn act(&mut self, action: &str) {
        if action == "answer" {
            self.window = None;
        }
    }

    /// Dismisses the lock screen, or makes it ask for its secret, as `wm dismiss-keyguard` does.
    pub fn dismiss(&mut self) {
        match self.window {
            Some(LockKind::Swipe) => self.window = None,
            Some(LockKind::Pin) => self.asks = true,
            _ => {}
        }
    }
}
