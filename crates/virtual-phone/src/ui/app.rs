//! The interface between the window system and an app.

use chrono::{DateTime, Utc};

use super::fault::Fault;
use super::intent::{Delivery, Intent};
use super::report::AppReport;
use super::view::View;
use super::window::text_input::TextInput;

/// One window's content.
#[derive(Debug, Clone)]
pub struct Scene {
    /// The package that the nodes belong to.
    pub package: String,
    /// The activity's full class name.
    pub activity: String,
    /// Distinguishes the screens of one activity. A change of it drops the input focus.
    pub name: String,
    /// Whether it is animated, so that the phone never becomes idle.
    pub animated: bool,
    /// The views.
    pub root: View,
}

impl Scene {
    /// Whether an input field of several lines has the focus.
    pub fn is_multiline(&self) -> bool {
        let focused = self.root.find(&|view| view.flags.focused);
        focused.and_then(|view| view.field.as_ref()).is_some_and(|field| field.multiline)
    }
}

/// The outcome of a tap or of BACK.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The app stays in front.
    Stay,
    /// The app goes to the back.
    Leave,
    /// Another activity is started.
    Open(Intent),
}

/// A swipe over the screen, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Swipe {
    /// Where the finger came down.
    pub from: (i32, i32),
    /// Where it left.
    pub to: (i32, i32),
}

impl Swipe {
    /// Moves shorter than this are taps, as `ViewConfiguration`'s touch slop of 8 dp says.
    const SLOP: i32 = 21;

    /// Whether the finger moved so little that it is a tap.
    pub fn is_tap(&self) -> bool {
        let (x, y) = (self.to.0.saturating_sub(self.from.0), self.to.1.saturating_sub(self.from.1));
        x.saturating_abs() <= Self::SLOP && y.saturating_abs() <= Self::SLOP
    }

    /// How far the content is pushed up.
    pub fn upward(&self) -> i32 {
        self.from.1.saturating_sub(self.to.1)
    }
}

/// The identity of an app.
#[derive(Debug, Clone, Copy)]
pub struct Identity {
    /// The package name.
    pub package: &'static str,
    /// The name below its icon.
    pub label: &'static str,
    /// `versionName`
    pub version: &'static str,
    /// The activity that the launcher starts.
    pub main_activity: &'static str,
    /// All activities that can be started by name, the main one included.
    pub activities: &'static [&'static str],
    /// Whether it came with the system.
    pub is_system: bool,
}

/// An installed app: plain state, to which time is passed in.
pub trait App: Send {
    /// Its identity.
    fn identity(&self) -> Identity;

    /// The activity that takes a request without a component, if any.
    fn resolve(&self, intent: &Intent) -> Option<&'static str>;

    /// Handles a request.
    fn open(&mut self, delivery: &Delivery, now: DateTime<Utc>);

    /// Its screen, without dialogs.
    fn scene(&self, now: DateTime<Utc>) -> Scene;

    /// The modal window over the scene.
    fn dialog(&self) -> Option<Scene> {
        None
    }

    /// A small window over the scene and the modal window, which takes neither the focus nor touches.
    fn overlay(&self, _now: DateTime<Utc>) -> Option<Scene> {
        None
    }

    /// Handles a tap on a view with this action.
    fn act(&mut self, action: &str, now: DateTime<Utc>) -> Outcome;

    /// Handles BACK, with the keyboard closed.
    fn back(&mut self, now: DateTime<Utc>) -> Outcome;

    /// Handles a swipe over the scene.
    fn swipe(&mut self, _swipe: Swipe) {}

    /// Handles a swipe over its modal window.
    fn swipe_dialog(&mut self, _swipe: Swipe) {}

    /// The input field of this name on the current scene.
    fn field(&mut self, _name: &str) -> Option<TextInput<'_>> {
        None
    }

    /// Advances its time: uploads go on, toasts vanish. Called before anything else, also in the background.
    fn advance(&mut self, _now: DateTime<Utc>) {}

    /// Kills its process.
    fn stop(&mut self);

    /// Arms a fault, if it applies to the app.
    fn arm(&mut self, _fault: Fault, _in_front: bool) {}

    /// Ends all faults.
    fn clear_faults(&mut self) {}

    /// Signs in a further account, if it is an app with accounts. The current one stays so.
    fn sign_in(&mut self, _username: &str) {}

    /// Its id, such as `tiktok`, and the report of its accounts.
    fn report(&self) -> Option<(&'static str, AppReport)> {
        None
    }
}
