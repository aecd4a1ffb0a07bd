//! What is on the screen at one moment.

use chrono::{DateTime, Utc};

use crate::ui::app::Scene;
use crate::ui::draw::frame::Frame;
use crate::ui::draw::painter;
use crate::ui::window::keyboard::KEYBOARD_TOP;
use crate::ui::window::system_windows;

/// The windows on the screen.
pub struct Snapshot {
    /// Whether the display is on.
    pub is_awake: bool,
    /// The window that has the focus.
    pub top: Scene,
    /// The one that shows behind it, if it is modal.
    pub behind: Option<Scene>,
    /// A small window over it without the focus.
    pub overlay: Option<Scene>,
    /// Whether a keyboard covers a part of them.
    pub shows_keyboard: bool,
    /// The time in the status bar.
    pub now: DateTime<Utc>,
}

impl Snapshot {
    /// All windows, the topmost first: the status bar, the keyboard while it is open, a small window without the focus,
    /// and the one that has it.
    pub fn touchable(self) -> Vec<Scene> {
        let mut windows = vec![system_windows::status_bar(self.now)];
        windows.extend(self.shows_keyboard.then(system_windows::keyboard));
        windows.extend(self.overlay);
        windows.push(self.top);
        windows
    }

    /// A picture of the whole screen.
    pub fn draw(&self) -> Frame {
        if !self.is_awake {
            return painter::draw_off();
        }
        let keyboard = self.shows_keyboard.then_some(KEYBOARD_TOP);
        painter::draw(self.behind.as_ref(), &self.top, self.now, keyboard)
    }
}
