//! How an app's knowledge of its screens reaches the engine, so that every read of the screen notices popups and dead
//! ends. The screens themselves are known to the `apps` crate.

use tikmatrix_domain::StandardFailure;

use crate::ui::{Selector, UiTree};

/// How a popup is dismissed.
#[derive(Debug, Clone, PartialEq)]
pub enum Dismissal {
    /// By a tap on this element.
    Tap(Box<Selector>),
    /// By the back key.
    Back,
}

/// What a screen means for a script that wants to go on.
#[derive(Debug, Clone, PartialEq)]
pub enum ScreenVerdict {
    /// Nothing is in the way.
    Clear,
    /// Something harmless is in the way.
    Popup {
        /// Its name in messages.
        name: String,
        /// How it is dismissed.
        dismissal: Dismissal,
    },
    /// Only a person can go on from here, unless it can be dismissed.
    Blocked {
        /// Why, for programs.
        code: StandardFailure,
        /// One sentence that names the screen.
        remark: String,
        /// Whether it may be a lock screen without a secret, which is dismissed first.
        dismissible: bool,
    },
}

/// The knowledge of an app's screens.
pub trait ScreenGuard: Send + Sync {
    /// Judges the screen.
    fn judge(&self, tree: &UiTree) -> ScreenVerdict;

    /// Returns the name of the screen in messages, if it is known.
    fn name(&self, tree: &UiTree) -> Option<String>;

    /// Returns what a person should check when an element was not found on this screen, to follow a semicolon.
    fn hint(&self, tree: &UiTree) -> Option<String>;
}
