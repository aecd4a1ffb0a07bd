//! The windows of the system in the accessibility tree: the status bar and the keyboard.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};

use crate::ui::app::Scene;
use crate::ui::layout::{Layout, Values};

const SYSTEM: &str = "com.android.systemui";
const KEYBOARD: &str = "com.google.android.inputmethod.latin";

static STATUS_BAR: LazyLock<Layout> =
    LazyLock::new(|| Layout::carried(SYSTEM, include_str!("../../../layouts/android/status_bar.xml")));
static KEYS: LazyLock<Layout> =
    LazyLock::new(|| Layout::carried(KEYBOARD, include_str!("../../../layouts/android/keyboard.xml")));

/// The bar at the top, with the time.
pub(crate) fn status_bar(now: DateTime<Utc>) -> Scene {
    let values = Values::new().text("time", now.format("%H:%M").to_string());
    window(SYSTEM, "status bar", &STATUS_BAR, &values)
}

/// The standard keyboard.
pub(crate) fn keyboard() -> Scene {
    window(KEYBOARD, "keyboard", &KEYS, &Values::new())
}

fn window(package: &str, name: &str, layout: &Layout, values: &Values) -> Scene {
    Scene {
        package: package.to_owned(),
        activity: String::new(),
        name: name.to_owned(),
        animated: false,
        root: layout.build(values),
    }
}
