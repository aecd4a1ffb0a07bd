//! The phone's screen: views, windows, input, the accessibility dump and drawing.

pub mod activity;
pub mod app;
pub mod bounds;
pub mod draw;
pub mod fault;
pub mod gallery;
pub mod intent;
pub mod layout;
pub mod report;
pub mod view;
pub mod window;

pub use draw::frame::Frame;
pub use fault::{Fault, LockKind, OptionFault, PopupKind, PopupTime, UploadEnd, UploadSign};
pub use gallery::{Gallery, GalleryItem};
pub use intent::{Component, Intent, MediaItem, MediaSource, StartResult};
pub use report::{AccountReport, AppReport, AppsReport, Placement, Post};
pub use window::dump::NotIdle;
pub use window::window_system::WindowSystem;

/// Width of the screen in pixels.
pub const SCREEN_WIDTH: i32 = 1080;
/// Height of the screen in pixels.
pub const SCREEN_HEIGHT: i32 = 2400;
/// Dots per inch, also `ro.sf.lcd_density`.
pub const DENSITY: i32 = 420;
