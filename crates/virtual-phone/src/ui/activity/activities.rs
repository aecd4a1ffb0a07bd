//! The activity in front: an app's, or the chooser that a request opened.

use chrono::{DateTime, Utc};

use crate::ui::activity::chooser::{Choice, Chooser};
use crate::ui::activity::tasks::Tasks;
use crate::ui::app::{Scene, Swipe};
use crate::ui::intent::{Delivery, EXTRA_STREAM, Intent, MediaSource, StartResult};

/// The apps, and the chooser over them.
pub(crate) struct Activities {
    pub(crate) tasks: Tasks,
    chooser: Option<Chooser>,
}

impl Activities {
    pub(crate) fn new(tasks: Tasks) -> Self {
        Self { tasks, chooser: None }
    }

    /// Starts the activity of a request. A shared item is read from `media` at once.
    pub(crate) fn start(
        &mut self,
        intent: &Intent,
        media: &dyn MediaSource,
        now: DateTime<Utc>,
    ) -> StartResult {
        let mut targets = self.tasks.apps.targets(intent);
        if let Some(component) = intent.component.as_ref().filter(|_| targets.is_empty()) {
            return StartResult::NoSuchActivity(component.clone());
        }
        let item = intent.extras.get(EXTRA_STREAM).and_then(|uri| media.find(uri));
        match targets.len() {
            0 => StartResult::Unresolved,
            1 => {
                let (index, class) = targets.remove(0);
                let delivery = Delivery { intent: intent.clone(), class: class.to_owned(), media: item };
                self.chooser = None;
                self.tasks.deliver(index, &delivery, now)
            }
            _ => {
                let label = |index| self.tasks.apps.get(index).identity().label;
                let choice = |(index, class)| Choice { app: index, class, label: label(index) };
                let choices = targets.into_iter().map(choice).collect();
                self.chooser = Some(Chooser::new(intent.clone(), item, choices));
                StartResult::Choosing(Chooser::component())
            }
        }
    }

    /// The window in front.
    pub(crate) fn scene(&self, now: DateTime<Utc>) -> Scene {
        match &self.chooser {
            Some(chooser) => chooser.scene(),
            None => self.tasks.front().dialog().unwrap_or_else(|| self.tasks.front().scene(now)),
        }
    }

    /// The app's screen behind a modal window.
    pub(crate) fn behind(&self, now: DateTime<Utc>) -> Option<Scene> {
        self.is_modal().then(|| self.tasks.front().scene(now))
    }

    /// Handles a tap on a view with this action.
    pub(crate) fn act(&mut self, action: &str, now: DateTime<Utc>) {
        if let Some(chooser) = &mut self.chooser {
            if let Some((index, delivery)) = chooser.act(action) {
                self.tasks.deliver(index, &delivery, now);
                self.chooser = None;
            }
            return;
        }
        let outcome = self.tasks.front_mut().act(action, now);
        self.tasks.follow(outcome, now);
    }

    /// Handles a swipe, which a modal window ignores.
    pub(crate) fn swipe(&mut self, swipe: Swipe) {
        if !self.is_modal() {
            self.tasks.front_mut().swipe(swipe);
        } else if self.chooser.is_none() {
            self.tasks.front_mut().swipe_dialog(swipe);
        }
    }

    /// Brings the launcher to the front.
    pub(crate) fn go_home(&mut self) {
        self.chooser = None;
        self.tasks.go_home();
    }

    /// Handles BACK, with the keyboard closed.
    pub(crate) fn go_back(&mut self, now: DateTime<Utc>) {
        if self.chooser.take().is_none() {
            let outcome = self.tasks.front_mut().back(now);
            self.tasks.follow(outcome, now);
        }
    }

    fn is_modal(&self) -> bool {
        self.chooser.is_some() || self.tasks.front().dialog().is_some()
    }
}
