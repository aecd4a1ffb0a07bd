//! The operations of Android's own tools: functions over [`crate::phone::Phone`], each with a total deadline and errors that
//! name the tool. They detect failures that a tool reports as success.

mod activity;
mod command;
mod facts;
mod input;
mod keyboard;
mod lock;
mod media;
mod package;
mod screen;

pub use activity::{Focus, Intent, focus, force_stop, go_home, start};
pub use command::AndroidError;
pub use facts::facts;
pub use input::{Key, press, swipe, tap, type_ascii};
pub use keyboard::{
    Keyboard, KeyboardState, clear_field, is_keyboard_open, keyboard_not_given_back, keyboard_state,
    restore_keyboard, type_text, use_keyboard,
};
pub use lock::{dismiss_keyguard, is_locked, wake_if_asleep};
pub use media::{
    MediaFile, announce, announce_in_order, find_uri, media_of_ours, newest_media, push_media, remove_media,
};
pub use package::{screen_size, version_name};
pub use screen::{ScreenReader, screenshot};
