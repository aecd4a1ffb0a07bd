//! Drawing of views.

pub mod canvas;
pub mod color;
pub mod frame;
pub mod icon;
pub mod paint;
pub mod painter;
pub mod typeface;
