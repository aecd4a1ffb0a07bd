//! What an app teaches the engine about its screens, so that every look at the screen sees popups and dead ends. Which
//! screens there are is the app crates' knowledge.

use crate::ui::{Selector, UiTree};

/// How a popup is made to go away.
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
        /// What people call it.
        name: String,
        /// How it goes away.
        dismissal: Dismissal,
    },
    /// Only a person can go on from here.
    Blocked {
        /// One sentence that names the screen.
        remark: String,
    },
}

/// Knows an app's screens.
pub trait ScreenGuard: Send + Sync {
    /// What the screen means for a script.
    fn judge(&self, tree: &UiTree) -> ScreenVerdict;

    /// What people call the screen, if it is known.
    fn name(&self, tree: &UiTree) -> Option<String>;
}
