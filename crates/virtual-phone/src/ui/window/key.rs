//! Android's key codes, and what the keys of this phone do.

/// `KEYCODE_HOME`
pub const KEY_HOME: u32 = 3;
/// `KEYCODE_BACK`
pub const KEY_BACK: u32 = 4;
/// `KEYCODE_POWER`
pub const KEY_POWER: u32 = 26;
/// `KEYCODE_TAB`
pub const KEY_TAB: u32 = 61;
/// `KEYCODE_ENTER`
pub const KEY_ENTER: u32 = 66;
/// `KEYCODE_ESCAPE`, which only closes the keyboard.
pub const KEY_ESCAPE: u32 = 111;
/// `KEYCODE_DEL`, which is Backspace.
pub const KEY_DELETE: u32 = 67;
/// `KEYCODE_SLEEP`
pub const KEY_SLEEP: u32 = 223;
/// `KEYCODE_WAKEUP`
pub const KEY_WAKE_UP: u32 = 224;

/// A key that has an effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    Home,
    Back,
    Tab,
    Enter,
    Escape,
    Delete,
    Power,
    Sleep,
    WakeUp,
    Character(char),
}

impl Key {
    /// The key of a key code. A letter, digit or space key (`KEYCODE_A` = 29, `KEYCODE_0` = 7, `KEYCODE_SPACE` = 62)
    /// types its character.
    pub(crate) fn from_code(code: u32) -> Option<Self> {
        match code {
            KEY_HOME => Some(Self::Home),
            KEY_BACK => Some(Self::Back),
            KEY_TAB => Some(Self::Tab),
            KEY_ENTER => Some(Self::Enter),
            KEY_ESCAPE => Some(Self::Escape),
            KEY_DELETE => Some(Self::Delete),
            KEY_POWER => Some(Self::Power),
            KEY_SLEEP => Some(Self::Sleep),
            KEY_WAKE_UP => Some(Self::WakeUp),
            7..=16 => char::from_digit(code - 7, 10).map(Self::Character),
            29..=54 => char::from_digit(code - 29 + 10, 36).map(Self::Character),
            62 => Some(Self::Character(' ')),
            _ => None,
        }
    }
}
