//! The screen as a script uses it: reading it past popups, waiting for elements, tapping them, and typing into them.

pub(super) mod guard;
mod text_input;
mod wait;

pub use guard::{Dismissal, ScreenGuard, ScreenVerdict};
pub use wait::Found;
