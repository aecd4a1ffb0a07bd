//! The phone's screen: views, windows, input, the accessibility dump and drawing. It leaves bytes on wires to the
//! adbd side, commands to the shell, and what an app shows and does to `apps`.

pub mod app;
pub mod canvas;
pub mod clipboard;
pub mod dump;
pub mod fault;
pub mod frame;
pub mod icon;
pub mod input;
pub mod intent;
pub mod layout;
pub mod paint;
pub mod painter;
pub mod report;
pub(crate) mod system_windows;
pub(crate) mod tasks;
pub mod text;
pub mod typeface;
pub mod view;
pub mod window;

pub use self::dump::NotIdle;
pub use self::fault::{Fault, PopupKind, PopupTime};
pub use self::frame::Frame;
pub use self::intent::{Component, Intent, MediaItem, MediaSource, StartResult};
pub use self::report::{AccountReport, AppReport, AppsReport, Placement, Post};
pub use self::window::{WindowOptions, WindowSystem};

/// Width of the screen in pixels.
pub const SCREEN_WIDTH: i32 = 1080;
/// Height of the screen in pixels.
pub const SCREEN_HEIGHT: i32 = 2400;
/// Dots per inch, also `ro.sf.lcd_density`.
pub const DENSITY: i32 = 420;
