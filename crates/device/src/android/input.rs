//! Touching the screen and pressing keys, with Android's `input`.

use std::time::Duration;

use super::command::{AndroidError, run};
use crate::deadline::Deadline;
use crate::phone::Phone;
use crate::shell_quote::shell_word;
use crate::ui::Point;

/// A key of the phone, by its number in Android's `KeyEvent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// The home button.
    Home,
    /// The back button.
    Back,
    /// Enter, which is also a line break.
    Enter,
    /// Switches the screen on and never off.
    WakeUp,
}

impl Key {
    fn code(self) -> u32 {
        match self {
            Self::Home => 3,
            Self::Back => 4,
            Self::Enter => 66,
            Self::WakeUp => 224,
        }
    }
}

/// Taps a point.
///
/// # Errors
/// [`AndroidError`] when the phone is gone or its `input` refuses.
pub async fn tap(phone: &Phone, at: Point, deadline: Deadline) -> Result<(), AndroidError> {
    run(phone, "tap the screen", &format!("input tap {} {}", at.x, at.y), deadline).await.map(drop)
}

/// Swipes from one point to another.
///
/// # Errors
/// Same as [`tap`].
pub async fn swipe(
    phone: &Phone,
    from: Point,
    to: Point,
    taking: Duration,
    deadline: Deadline,
) -> Result<(), AndroidError> {
    let command = format!("input swipe {} {} {} {} {}", from.x, from.y, to.x, to.y, taking.as_millis());
    run(phone, "swipe over the screen", &command, deadline).await.map(drop)
}

/// Presses one key.
///
/// # Errors
/// Same as [`tap`].
pub async fn press(phone: &Phone, key: Key, deadline: Deadline) -> Result<(), AndroidError> {
    run(phone, "press a key", &format!("input keyevent {}", key.code()), deadline).await.map(drop)
}

/// Types text that every keyboard has into the focused field: printable ASCII and line breaks.
///
/// # Errors
/// [`AndroidError::NeedsKeyboard`] before anything is typed, when the text holds another character; else as [`tap`].
pub async fn type_ascii(phone: &Phone, text: &str, deadline: Deadline) -> Result<(), AndroidError> {
    for piece in ascii_pieces(text)? {
        match piece {
            Piece::Enter => press(phone, Key::Enter, deadline).await?,
            Piece::Text(text) => {
                let command = format!("input text {}", shell_word(&text));
                run(phone, "type text", &command, deadline).await?;
            }
        }
    }
    Ok(())
}

#[derive(Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Enter,
}

/// `input text` reads `%s` as a space and has no way to escape it, so a text with a literal `%s` is split between its
/// two characters (AOSP, services/core `InputShellCommand.sendText`).
fn ascii_pieces(text: &str) -> Result<Vec<Piece>, AndroidError> {
    let mut pieces = Vec::new();
    let mut open = String::new();
    for character in text.chars() {
        let typed = match character {
            '\n' => {
                if !open.is_empty() {
                    pieces.push(Piece::Text(std::mem::take(&mut open)));
                }
                pieces.push(Piece::Enter);
                continue;
            }
            ' ' => "%s",
            's' if open.ends_with('%') => {
                pieces.push(Piece::Text(std::mem::take(&mut open)));
                "s"
            }
            '!'..='~' => {
                open.push(character);
                continue;
            }
            other => return Err(AndroidError::NeedsKeyboard(other)),
        };
        open.push_str(typed);
    }
    if !open.is_empty() {
        pieces.push(Piece::Text(open));
    }
    Ok(pieces)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Returns what Android types for one argument of `input text`.
    fn typed(argument: &str) -> String {
        argument.replace("%s", " ")
    }

    proptest! {
        #[test]
        fn every_printable_text_arrives_letter_for_letter(text in "[ -~\n]{0,30}|(%| |s|%s){0,12}") {
            let arrived: String = ascii_pieces(&text).unwrap().into_iter().map(|piece| match piece {
                Piece::Enter => "\n".to_owned(),
                Piece::Text(argument) => typed(&argument),
            }).collect();
            prop_assert_eq!(arrived, text);
        }
    }

    #[test]
    fn other_characters_are_refused_before_anything_is_typed() {
        assert!(matches!(ascii_pieces("caf\u{e9}"), Err(AndroidError::NeedsKeyboard('\u{e9}'))));
    }
}
