//! The window system: windows, input, and the accessibility dump.

pub(crate) mod chooser;
pub mod clipboard;
pub mod display;
pub mod dump;
pub mod input;
pub(crate) mod lock;
pub(crate) mod system_windows;
pub(crate) mod tasks;
pub mod text;
pub mod window_system;
