//! The phone's clipboard: one text, put there by whoever may, pasted into the field that has the focus.

use crate::ui::window::window_system::WindowSystem;

impl WindowSystem {
    /// Replaces what is on the clipboard.
    pub fn set_clipboard(&mut self, text: &str) {
        self.clipboard = Some(text.to_owned());
    }

    /// What is on the clipboard.
    pub fn clipboard(&self) -> Option<String> {
        self.clipboard.clone()
    }

    /// Puts it at the end of the focused input field. False when there is nothing, or no field has the focus.
    pub fn paste(&mut self) -> bool {
        self.clipboard().is_some_and(|text| self.commit_text(&text))
    }
}
