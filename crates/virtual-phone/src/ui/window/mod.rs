//! The window system: windows, input, and the accessibility dump.

pub mod dump;
pub(crate) mod focus;
pub mod key;
pub mod keyboard;
pub mod layers;
pub mod lock;
pub mod snapshot;
pub(crate) mod system_windows;
pub mod text_input;
pub mod window_system;
