//! Typing any text: with ADBKeyBoard, an input method that takes text from broadcasts. The keyboard of the phone's
//! user is stored on the phone itself, so that it can be restored after the run that replaced it has been lost.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::command::{AndroidError, output_of, run, run_briefly};
use crate::deadline::Deadline;
use crate::phone::Phone;
use crate::shell_quote::shell_word;

/// Base64 makes 4 bytes of 3; old Android cuts broadcast texts beyond 600 bytes.
const MAX_BYTES: usize = 400;
/// The setting that stores it: `0` or `1` for [`KeyboardState::adb_was_enabled`], a colon, and the keyboard that was in use.
const REMEMBERED: &str = "tikmatrix_keyboard_before";
/// The time for a keyboard to be bound to the focused field.
const BIND_DELAY: Duration = Duration::from_millis(300);

/// An input method that types the text of broadcasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keyboard {
    component: &'static str,
}

impl Keyboard {
    /// ADBKeyBoard.
    pub const ADB: Self = Self { component: "com.android.adbkeyboard/.AdbIME" };

    /// Returns the package that has to be installed for it.
    #[must_use]
    pub fn package(self) -> &'static str {
        self.component.split('/').next().unwrap_or_default()
    }
}

/// The keyboard settings of the phone's user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyboardState {
    /// The one in use, if any.
    pub current: Option<String>,
    /// Whether ADBKeyBoard was enabled before.
    pub adb_was_enabled: bool,
}

/// Returns the keyboard settings of the phone's user: the current ones, or those from before a run that has not restored
/// them.
///
/// # Errors
/// [`AndroidError`] when the phone is gone or refuses.
pub async fn keyboard_state(phone: &Phone, deadline: Deadline) -> Result<KeyboardState, AndroidError> {
    if let Some(before) = keyboard_not_given_back(phone, deadline).await? {
        return Ok(before);
    }
    let enabled = setting(phone, "enabled_input_methods", deadline).await?.unwrap_or_default();
    let adb_was_enabled = enabled.split(':').any(|it| it.split(';').next() == Some(Keyboard::ADB.component));
    Ok(KeyboardState { current: setting(phone, "default_input_method", deadline).await?, adb_was_enabled })
}

/// Returns the keyboard settings from before a run that has not restored them, if there was one.
///
/// # Errors
/// [`AndroidError`] when the phone is gone or refuses.
pub async fn keyboard_not_given_back(
    phone: &Phone,
    deadline: Deadline,
) -> Result<Option<KeyboardState>, AndroidError> {
    Ok(setting(phone, REMEMBERED, deadline).await?.as_deref().and_then(remembered))
}

fn remembered(text: &str) -> Option<KeyboardState> {
    let (adb, current) = text.split_once(':')?;
    let current = Some(current.to_owned()).filter(|current| !current.is_empty());
    Some(KeyboardState { current, adb_was_enabled: adb == "1" })
}

async fn setting(phone: &Phone, name: &str, deadline: Deadline) -> Result<Option<String>, AndroidError> {
    let command = format!("settings get secure {name}");
    let output = run_briefly(phone, "report its keyboard", &command, deadline).await?;
    Ok(Some(output.trim().to_owned()).filter(|it| !it.is_empty() && it != "null"))
}

/// Selects `keyboard`, and stores `before` on the phone until [`restore_keyboard`]. Returns `false` when the phone does not
/// have it.
///
/// # Errors
/// [`AndroidError`] when the phone is gone.
pub async fn use_keyboard(
    phone: &Phone,
    keyboard: Keyboard,
    before: &KeyboardState,
    deadline: Deadline,
) -> Result<bool, AndroidError> {
    let component = shell_word(keyboard.component);
    let note =
        format!("{}:{}", u8::from(before.adb_was_enabled), before.current.as_deref().unwrap_or_default());
    let command = format!("settings put secure {REMEMBERED} {}", shell_word(&note));
    run(phone, "remember its keyboard", &command, deadline).await?;
    // The exit status of `ime` differs between versions of Android; the setting afterwards decides.
    output_of(phone, &format!("ime enable {component}; ime set {component}"), deadline).await?;
    let chosen =
        setting(phone, "default_input_method", deadline).await?.as_deref() == Some(keyboard.component);
    if chosen {
        phone.pause(BIND_DELAY).await;
    }
    Ok(chosen)
}

/// Restores the keyboard settings of the phone's user.
///
/// # Errors
/// [`AndroidError`] when the phone is gone or refuses.
pub async fn restore_keyboard(
    phone: &Phone,
    state: &KeyboardState,
    deadline: Deadline,
) -> Result<(), AndroidError> {
    if let Some(current) = &state.current {
        run(phone, "restore its keyboard", &format!("ime set {}", shell_word(current)), deadline).await?;
    }
    if !state.adb_was_enabled && state.current.as_deref() != Some(Keyboard::ADB.component) {
        let command = format!("ime disable {}", shell_word(Keyboard::ADB.component));
        run(phone, "restore its keyboard", &command, deadline).await?;
    }
    let command = format!("settings delete secure {REMEMBERED}");
    run(phone, "restore its keyboard", &command, deadline).await.map(drop)
}

/// Empties the focused field.
///
/// # Errors
/// [`AndroidError`] when the phone is gone or refuses.
pub async fn clear_field(phone: &Phone, deadline: Deadline) -> Result<(), AndroidError> {
    run(phone, "empty a text field", "am broadcast -a ADB_CLEAR_TEXT", deadline).await.map(drop)
}

/// Returns whether a keyboard is open, which may cover a part of the screen, and which the back key closes.
///
/// # Errors
/// [`AndroidError`] when the phone is gone or refuses.
pub async fn is_keyboard_open(phone: &Phone, deadline: Deadline) -> Result<bool, AndroidError> {
    let state = run(phone, "read whether the keyboard is open", "dumpsys input_method", deadline).await?;
    Ok(state.contains("mInputShown=true"))
}

/// Types into the focused field, with ADBKeyBoard in use.
///
/// # Errors
/// [`AndroidError`] when the phone is gone or refuses.
pub async fn type_text(phone: &Phone, text: &str, deadline: Deadline) -> Result<(), AndroidError> {
    for piece in pieces(text) {
        let command =
            format!("am broadcast -a ADB_INPUT_B64 --es msg {}", shell_word(&STANDARD.encode(piece)));
        run(phone, "type text", &command, deadline).await?;
    }
    Ok(())
}

/// Splits the text into pieces of at most [`MAX_BYTES`] bytes without splitting a character.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (piece, left) = rest.split_at(rest.floor_char_boundary(MAX_BYTES));
        rest = left;
        (!piece.is_empty()).then_some(piece)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn pieces_lose_nothing_and_fit_a_broadcast(text in "\\PC{0,900}") {
            let pieces: Vec<&str> = pieces(&text).collect();
            prop_assert!(pieces.iter().all(|piece| STANDARD.encode(piece).len() <= 600));
            prop_assert_eq!(pieces.concat(), text);
        }
    }
}
