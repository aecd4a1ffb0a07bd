//! The phone's clipboard: one text, pasted into the field that has the focus.

use crate::ui::window::window_system::WindowSystem;

impl WindowSystem {
    /// Sets the clipboard.
    pub fn set_clipboard(&mut self, text: &str) {
        self.clipboard = Some(text.to_owned());
    }

    /// The clipboard.
    pub fn clipboard(&self) -> Option<String> {
        self.clipboard.clone()
    }

    /// Pastes at the end of the focused input field. `false` when the clipboard is empty, or no field has the focus.
    pub fn paste(&mut self) -> bool {
        self.clipboard().is_some_and(|text| self.commit_text(&text))
    }
}
