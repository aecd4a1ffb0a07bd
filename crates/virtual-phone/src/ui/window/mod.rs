//! Windows: which of them are on the screen, what they do with taps and text, and the accessibility dump of them.

pub(crate) mod chooser;
pub mod clipboard;
pub mod dump;
pub mod input;
pub(crate) mod system_windows;
pub(crate) mod tasks;
pub mod text;
pub mod window_system;
