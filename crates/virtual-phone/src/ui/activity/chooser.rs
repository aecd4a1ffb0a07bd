//! The system's chooser of an app for a request ("Just once" / "Always").

use std::sync::LazyLock;

use crate::ui::app::Scene;
use crate::ui::bounds::Bounds;
use crate::ui::draw::color::Color;
use crate::ui::draw::paint::TextSize;
use crate::ui::intent::{Component, Delivery, Intent, MediaItem};
use crate::ui::layout::{Layout, Values};
use crate::ui::view::View;

const PACKAGE: &str = "android";
const ACTIVITY: &str = "com.android.internal.app.ResolverActivity";
const FIRST_ROW: i32 = 1650;
const ROW_HEIGHT: i32 = 150;

static LAYOUT: LazyLock<Layout> =
    LazyLock::new(|| Layout::carried(PACKAGE, include_str!("../../../layouts/android/chooser.xml")));

/// An app that can take the request.
#[derive(Debug, Clone)]
pub(crate) struct Choice {
    /// The app's index in the window system.
    pub(crate) app: usize,
    /// The activity that would be started.
    pub(crate) class: &'static str,
    /// The app's name.
    pub(crate) label: &'static str,
}

/// The open chooser.
#[derive(Debug, Clone)]
pub(crate) struct Chooser {
    intent: Intent,
    media: Option<MediaItem>,
    choices: Vec<Choice>,
    picked: Option<usize>,
}

impl Chooser {
    /// A chooser for the request.
    pub(crate) fn new(intent: Intent, media: Option<MediaItem>, choices: Vec<Choice>) -> Self {
        Self { intent, media, choices, picked: None }
    }

    /// Its activity.
    pub(crate) fn component() -> Component {
        Component::new(PACKAGE, ACTIVITY)
    }

    /// Its window.
    pub(crate) fn scene(&self) -> Scene {
        let rows = self.choices.iter().zip(0..).map(|(choice, row)| self.row(choice, row)).collect();
        let values = Values::new().flag("picked", self.picked.is_some()).slot("choices", rows);
        Scene {
            package: PACKAGE.to_owned(),
            activity: ACTIVITY.to_owned(),
            name: "chooser".to_owned(),
            animated: false,
            root: LAYOUT.build(&values),
        }
    }

    /// Handles a tap. Returns the app and its request, once it is chosen.
    pub(crate) fn act(&mut self, action: &str) -> Option<(usize, Delivery)> {
        if let Some(row) = action.strip_prefix("choice:") {
            self.picked = row.parse().ok();
            return None;
        }
        // "Always" is not remembered.
        let choice = self.choices.get(self.picked?)?;
        let delivery = Delivery {
            intent: self.intent.clone(),
            class: choice.class.to_owned(),
            media: self.media.clone(),
        };
        Some((choice.app, delivery))
    }

    fn row(&self, choice: &Choice, row: i32) -> View {
        let top = FIRST_ROW + row * ROW_HEIGHT;
        let is_picked = usize::try_from(row).ok() == self.picked;
        let mut label = View::new("android.widget.TextView", Bounds::new(180, top + 50, 1000, top + 110));
        label.resource_id = "android:id/text1".to_owned();
        label.text = choice.label.to_owned();
        label.paint.size = TextSize::Medium;
        let mut view = View::new("android.widget.LinearLayout", Bounds::new(0, top, 1080, top + ROW_HEIGHT));
        view.flags.clickable = true;
        view.flags.focusable = true;
        view.flags.selected = is_picked;
        view.action = Some(format!("choice:{row}"));
        view.paint.fill = is_picked.then_some(Color::new(225, 236, 250));
        view.children = vec![label];
        view
    }
}
