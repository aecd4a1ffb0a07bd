//! The home screen: icons that start the apps.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};

use crate::ui::app::{App, Identity, Outcome, Scene};
use crate::ui::bounds::Bounds;
use crate::ui::draw::color::Color;
use crate::ui::draw::paint::{Align, Picture, TextSize};
use crate::ui::intent::{ACTION_MAIN, Delivery, Intent};
use crate::ui::layout::{Layout, Values};
use crate::ui::view::View;

const PACKAGE: &str = "com.google.android.apps.nexuslauncher";
const ACTIVITY: &str = "com.google.android.apps.nexuslauncher.NexusLauncherActivity";
const ICON_WIDTH: i32 = 240;

static LAYOUT: LazyLock<Layout> =
    LazyLock::new(|| Layout::carried(PACKAGE, include_str!("../../layouts/android/launcher.xml")));

/// The launcher.
#[derive(Debug)]
pub(crate) struct Launcher {
    entries: Vec<Identity>,
}

impl Launcher {
    /// A launcher with an icon for each of these apps.
    pub(crate) fn new(entries: Vec<Identity>) -> Self {
        Self { entries }
    }
}

impl App for Launcher {
    fn identity(&self) -> Identity {
        Identity {
            package: PACKAGE,
            label: "Home",
            version: "13",
            main_activity: ACTIVITY,
            activities: &[ACTIVITY],
            is_system: true,
        }
    }

    fn resolve(&self, intent: &Intent) -> Option<&'static str> {
        let is_home = intent.categories.iter().any(|category| category == "android.intent.category.HOME");
        (is_home && intent.action.as_deref() == Some(ACTION_MAIN)).then_some(ACTIVITY)
    }

    fn open(&mut self, _delivery: &Delivery, _now: DateTime<Utc>) {}

    fn scene(&self, now: DateTime<Utc>) -> Scene {
        let icons = self.entries.iter().zip(0..).map(|(entry, column)| icon(entry, column)).collect();
        let values = Values::new().text("date", now.format("%a, %b %-d").to_string()).slot("apps", icons);
        Scene {
            package: PACKAGE.to_owned(),
            activity: ACTIVITY.to_owned(),
            name: "home".to_owned(),
            animated: false,
            root: LAYOUT.build(&values),
        }
    }

    fn act(&mut self, action: &str, _now: DateTime<Utc>) -> Outcome {
        action.strip_prefix("open:").map_or(Outcome::Stay, |package| Outcome::Open(Intent::launch(package)))
    }

    fn back(&mut self, _now: DateTime<Utc>) -> Outcome {
        Outcome::Stay
    }

    fn stop(&mut self) {}
}

fn icon(entry: &Identity, column: i32) -> View {
    let left = 60 + column * (ICON_WIDTH + 60);
    let mut picture = View::new("android.view.View", Bounds::new(left + 50, 1840, left + 190, 1980));
    picture.paint.picture = Some(Picture::named(&format!("avatar:{}", entry.package)));
    let mut view = View::new("android.widget.TextView", Bounds::new(left, 1840, left + ICON_WIDTH, 2170));
    view.text = entry.label.to_owned();
    view.content_desc = entry.label.to_owned();
    view.flags.clickable = true;
    view.flags.focusable = true;
    view.flags.long_clickable = true;
    view.action = Some(format!("open:{}", entry.package));
    view.paint.ink = Some(Color::WHITE);
    view.paint.size = TextSize::Bold;
    view.paint.align = Align::Center;
    view.children = vec![picture];
    view
}
