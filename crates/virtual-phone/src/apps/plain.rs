//! System apps with only a front page: Bluetooth, which takes shared files too, so that sharing opens the chooser; and
//! Settings, to which "Open settings" leads.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};

use crate::ui::app::{App, Identity, Outcome, Scene};
use crate::ui::intent::{ACTION_SEND, Delivery, Intent};
use crate::ui::layout::{Layout, Values};

static LAYOUT: LazyLock<Layout> =
    LazyLock::new(|| Layout::carried("android", include_str!("../../layouts/android/plain.xml")));

/// An app of one page.
#[derive(Debug)]
pub(crate) struct PlainApp {
    identity: Identity,
    message: &'static str,
    takes_shares: bool,
}

/// The app that sends files to nearby devices.
pub(crate) fn bluetooth() -> PlainApp {
    const LAUNCHER: &str = "com.android.bluetooth.opp.BluetoothOppLauncherActivity";
    PlainApp {
        identity: Identity {
            package: "com.android.bluetooth",
            label: "Bluetooth",
            version: "13",
            main_activity: LAUNCHER,
            activities: &[LAUNCHER],
            is_system: true,
        },
        message: "Bluetooth is off. Turn it on to send files.",
        takes_shares: true,
    }
}

/// The settings of the phone.
pub(crate) fn settings() -> PlainApp {
    const MAIN: &str = "com.android.settings.Settings";
    PlainApp {
        identity: Identity {
            package: "com.android.settings",
            label: "Settings",
            version: "13",
            main_activity: MAIN,
            activities: &[MAIN],
            is_system: true,
        },
        message: "App permissions",
        takes_shares: false,
    }
}

impl App for PlainApp {
    fn identity(&self) -> Identity {
        self.identity
    }

    fn resolve(&self, intent: &Intent) -> Option<&'static str> {
        let is_share = intent.action.as_deref() == Some(ACTION_SEND) && intent.mime_type.is_some();
        (self.takes_shares && is_share).then_some(self.identity.main_activity)
    }

    fn open(&mut self, _delivery: &Delivery, _now: DateTime<Utc>) {}

    fn scene(&self, _now: DateTime<Utc>) -> Scene {
        let values = Values::new().text("title", self.identity.label).text("message", self.message);
        Scene {
            package: self.identity.package.to_owned(),
            activity: self.identity.main_activity.to_owned(),
            name: "front page".to_owned(),
            animated: false,
            root: LAYOUT.build(&values),
        }
    }

    fn act(&mut self, action: &str, _now: DateTime<Utc>) -> Outcome {
        if action == "close" { Outcome::Leave } else { Outcome::Stay }
    }

    fn back(&mut self, _now: DateTime<Utc>) -> Outcome {
        Outcome::Leave
    }

    fn stop(&mut self) {}
}
