//! The keyboards of the phone (input methods): which one is in use, and whether it is open.

/// The first row that the standard keyboard covers when it is open.
pub const KEYBOARD_TOP: i32 = 1500;

/// The keyboard that takes any Unicode text by broadcast, and covers no part of the screen.
pub const ADB_KEYBOARD: &str = "com.android.adbkeyboard/.AdbIME";
/// The keyboard of a fresh phone.
pub const STANDARD_KEYBOARD: &str =
    "com.google.android.inputmethod.latin/com.android.inputmethod.latin.LatinIME";

/// The keyboard in use.
pub struct Keyboard {
    component: String,
    /// Whether it is open (`mInputShown`).
    pub is_open: bool,
}

impl Keyboard {
    pub(crate) fn new() -> Self {
        Self { component: STANDARD_KEYBOARD.to_owned(), is_open: false }
    }

    /// Its package and class.
    pub fn component(&self) -> &str {
        &self.component
    }

    /// Sets the keyboard, installed or not.
    pub fn set_component(&mut self, component: &str) {
        component.clone_into(&mut self.component);
    }

    /// Whether it covers a part of the screen.
    pub fn is_shown(&self) -> bool {
        self.is_open && self.component != ADB_KEYBOARD
    }

    /// Whether it takes the touches of this row.
    pub(crate) fn covers(&self, y: i32) -> bool {
        self.is_shown() && y >= KEYBOARD_TOP
    }
}
