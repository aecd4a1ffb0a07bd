//! The layers of windows: what is between the user and the apps is over all activities.

use chrono::{DateTime, Utc};

use crate::ui::activity::activities::Activities;
use crate::ui::activity::tasks::Tasks;
use crate::ui::app::{Scene, Swipe};
use crate::ui::fault::Fault;
use crate::ui::window::key::Key;
use crate::ui::window::lock::Lock;
use crate::ui::window::snapshot::Snapshot;
use crate::ui::window::text_input::TextInput;

/// The windows of the phone, of which the one in front takes the input.
pub struct Layers {
    /// The display's power, and what is between the user and the apps.
    pub lock: Lock,
    pub(crate) activities: Activities,
}

impl Layers {
    pub(crate) fn new(tasks: Tasks) -> Self {
        Self { lock: Lock::default(), activities: Activities::new(tasks) }
    }

    /// Arms a fault: of the lock, or in all apps.
    pub(crate) fn arm(&mut self, fault: Fault) {
        match fault {
            Fault::Lock { kind } => self.lock.arm(kind),
            fault => self.activities.tasks.arm(fault),
        }
    }

    /// Ends all faults.
    pub(crate) fn clear_faults(&mut self) {
        self.lock = Lock::default();
        self.activities.tasks.apps.clear_faults();
    }

    /// The window in front.
    pub(crate) fn scene(&self, now: DateTime<Utc>) -> Scene {
        self.lock.scene(now).unwrap_or_else(|| self.activities.scene(now))
    }

    /// What is on the screen. `top` is the window in front, with the focus marked.
    pub(crate) fn snapshot(&self, top: Scene, shows_keyboard: bool, now: DateTime<Utc>) -> Snapshot {
        let (behind, overlay) = (self.behind(now), self.overlay(now));
        Snapshot { is_awake: self.lock.is_awake(), top, behind, overlay, shows_keyboard, now }
    }

    /// Handles a tap on a view with this action.
    pub(crate) fn act(&mut self, action: &str, now: DateTime<Utc>) {
        if self.lock.covers() {
            self.lock.act(action);
        } else {
            self.activities.act(action, now);
        }
    }

    /// Handles a swipe.
    pub(crate) fn swipe(&mut self, swipe: Swipe) {
        if self.lock.covers() {
            self.lock.swipe(swipe);
        } else {
            self.activities.swipe(swipe);
        }
    }

    /// Handles a key that is not for an input field, with the keyboard closed.
    pub(crate) fn press(&mut self, key: Key, now: DateTime<Utc>) {
        match key {
            Key::WakeUp => self.lock.set_awake(true),
            Key::Sleep => self.lock.set_awake(false),
            Key::Power => self.lock.set_awake(!self.lock.is_awake()),
            _ if self.lock.covers() => {}
            Key::Home => self.activities.go_home(),
            Key::Back => self.activities.go_back(now),
            Key::Tab | Key::Enter | Key::Escape | Key::Delete | Key::Character(_) => {}
        }
    }

    /// The input field of this name in the app in front.
    pub(crate) fn field(&mut self, name: &str) -> Option<TextInput<'_>> {
        self.activities.tasks.front_mut().field(name)
    }

    /// The small window of the app in front.
    fn overlay(&self, now: DateTime<Utc>) -> Option<Scene> {
        if self.lock.covers() { None } else { self.activities.tasks.front().overlay(now) }
    }

    /// The app's screen behind a modal window.
    fn behind(&self, now: DateTime<Utc>) -> Option<Scene> {
        if self.lock.covers() { None } else { self.activities.behind(now) }
    }
}
