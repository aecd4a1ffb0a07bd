//! The screen as a script uses it: reading it past popups, waiting for elements, tapping them, and typing into them.

mod guard;
mod state;
mod text_input;
mod wait;

pub use guard::{Dismissal, ScreenGuard, ScreenVerdict};
pub(super) use state::{ScreenState, TOOL_TIMEOUT};
pub use text_input::TextInput;
pub use wait::{Found, Screen};
