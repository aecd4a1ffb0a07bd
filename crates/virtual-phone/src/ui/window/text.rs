//! Editing of an input field's text, and the characters of hardware keys.

use unicode_segmentation::UnicodeSegmentation;

/// Deletes the last grapheme, like Android's Backspace on emoji.
pub fn delete_last(text: &mut String) {
    let length = text.grapheme_indices(true).next_back().map_or(0, |(start, _)| start);
    text.truncate(length);
}

/// Cuts a text off after so many UTF-16 units, between two characters, as an input field with a limit does.
pub fn cut_off(text: &mut String, units: usize) {
    let mut length = 0;
    let end = text.char_indices().find(|(_, character)| {
        length += character.len_utf16();
        length > units
    });
    if let Some((end, _)) = end {
        text.truncate(end);
    }
}

/// The character of a letter, digit or space key (Android's `KEYCODE_A` = 29, `KEYCODE_0` = 7, `KEYCODE_SPACE` = 62).
pub fn key_character(code: u32) -> Option<char> {
    match code {
        7..=16 => char::from_digit(code - 7, 10),
        29..=54 => char::from_digit(code - 29 + 10, 36),
        62 => Some(' '),
        _ => None,
    }
}
