//! Types a text into a field of an app so that it is there letter for letter, or the script fails.

use std::time::Duration;

use super::wait::Screen;
use crate::android::{self, Keyboard};
use crate::script::clean_up::{CleanUp, CleanUps};
use crate::script::failure::Failure;
use crate::script::journal::LogLevel;
use crate::ui::{Selector, UiTree, reads_as};

/// A field that lost letters is emptied and written again, at most so often.
const MAX_ATTEMPTS: u32 = 3;
/// For the field to take the focus, and for the typed text to appear in it.
const SETTLE_TIMEOUT: Duration = Duration::from_secs(5);

/// The fields of the screen as a script fills them in.
pub struct TextInput<'a> {
    pub(in crate::script) screen: Screen<'a>,
    pub(in crate::script) clean_ups: &'a mut CleanUps,
    /// Whether the phone has the keyboard that types any text, once that is known.
    pub(in crate::script) has_keyboard: &'a mut Option<bool>,
}

impl TextInput<'_> {
    /// Types `text` into the field that `selector` describes, in place of what it holds, and reads it back.
    ///
    /// # Errors
    /// [`Failure::text_cut`] when the field takes no more than its beginning, [`Failure::text_differs`] when it does not hold
    /// it in the end, and those of [`Screen::tap`].
    pub async fn fill(&mut self, selector: &Selector, text: &str, timeout: Duration) -> Result<(), Failure> {
        let before = self.screen.tap(selector, timeout).await?;
        let field = focused_field();
        // The field may move when the keyboard opens; that it shows what the tapped one showed identifies it.
        let is_it = |tree: &UiTree| field.find(tree).filter(|node| node.text == before.text).map(drop);
        self.screen.wait_until(&format!("the focus on {selector}"), SETTLE_TIMEOUT, is_it).await?;
        let has_keyboard = self.take_keyboard().await?;
        let mut seen = String::new();
        for attempt in 0..MAX_ATTEMPTS {
            if has_keyboard {
                android::clear_field(self.screen.phone(), self.screen.soon()).await?;
                android::type_text(self.screen.phone(), text, self.screen.soon()).await?;
            } else if attempt == 0 {
                android::type_ascii(self.screen.phone(), text, self.screen.soon()).await?;
            } else {
                break;
            }
            match self.read_back(&field, text).await? {
                None => return Ok(()),
                // Letters that are lost on their way are others each time.
                Some(other) if other == seen && is_beginning(text, &other) => {
                    return Err(Failure::text_cut(&selector.to_string(), &other, text));
                }
                Some(other) => seen = other,
            }
            self.screen.report().log(
                LogLevel::Warn,
                format!("{selector} does not hold the text after attempt {}", attempt + 1),
            );
        }
        // Android's own keyboard is used once, and loses nothing.
        if !has_keyboard && is_beginning(text, &seen) {
            return Err(Failure::text_cut(&selector.to_string(), &seen, text));
        }
        Err(Failure::text_differs(&selector.to_string(), &seen))
    }

    /// Makes ADBKeyBoard the phone's keyboard, once a run, if the phone has it.
    async fn take_keyboard(&mut self) -> Result<bool, Failure> {
        if let Some(known) = *self.has_keyboard {
            return Ok(known);
        }
        let state = android::keyboard_state(self.screen.phone(), self.screen.soon()).await?;
        self.clean_ups.add(CleanUp::RestoreKeyboard(state.clone()));
        let has_keyboard =
            android::use_keyboard(self.screen.phone(), Keyboard::ADB, &state, self.screen.soon()).await?;
        if !has_keyboard {
            self.screen
                .report()
                .log(LogLevel::Warn, "ADBKeyBoard is not installed; only plain ASCII can be typed");
        }
        *self.has_keyboard = Some(has_keyboard);
        Ok(has_keyboard)
    }

    /// Waits until the field holds the text; returns what it holds instead when it does not in time. An empty field
    /// shows its hint, so that an empty text is taken as written.
    async fn read_back(&mut self, field: &Selector, text: &str) -> Result<Option<String>, Failure> {
        let mut seen = String::new();
        let outcome = self
            .screen
            .wait_until("the typed text", SETTLE_TIMEOUT, |tree| {
                seen = field.find(tree)?.text.clone();
                (text.is_empty() || reads_as(text, &seen)).then_some(())
            })
            .await;
        match outcome {
            Ok(()) => Ok(None),
            Err(failure) if failure.is_not_found() => Ok(Some(seen)),
            Err(other) => Err(other),
        }
    }
}

/// Returns whether a field shows the beginning of the text that was typed into it, and not all of it.
fn is_beginning(text: &str, shown: &str) -> bool {
    let length = shown.chars().count();
    let beginning: String = text.chars().take(length).collect();
    length > 0 && length < text.chars().count() && reads_as(&beginning, shown)
}

fn focused_field() -> Selector {
    let of_class = |class: &str| Selector { focused: Some(true), ..Selector::class(class) };
    Selector { or: vec![of_class("AutoCompleteTextView")], ..of_class("EditText") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_part_from_the_beginning_is_a_beginning() {
        assert!(is_beginning("abc\u{7}d", "abc."));
        for shown in ["", "abcd", "bc", "abd", "abcde"] {
            assert!(!is_beginning("abcd", shown), "{shown}");
        }
    }
}
