//! Editing of the input field that has the focus.

use unicode_segmentation::UnicodeSegmentation;

/// The text of an input field, edited at its end.
pub struct TextInput<'a> {
    text: &'a mut String,
    /// The longest text that it takes, in UTF-16 units, if it has a limit.
    limit: Option<usize>,
}

impl<'a> TextInput<'a> {
    /// A field that takes any text.
    pub(crate) fn new(text: &'a mut String) -> Self {
        Self { text, limit: None }
    }

    /// A field that takes so many UTF-16 units.
    pub(crate) fn limited(text: &'a mut String, limit: usize) -> Self {
        Self { text, limit: Some(limit) }
    }

    /// Types text, as much as the field takes.
    pub fn commit(&mut self, text: &str) {
        self.text.push_str(text);
        if let Some(limit) = self.limit {
            cut_off(self.text, limit);
        }
    }

    /// Puts text in place of what the field holds.
    pub(crate) fn replace(&mut self, text: &str) {
        self.clear();
        self.commit(text);
    }

    /// Deletes the last grapheme, like Android's Backspace on emoji.
    pub fn delete_last(&mut self) {
        let length = self.text.grapheme_indices(true).next_back().map_or(0, |(start, _)| start);
        self.text.truncate(length);
    }

    /// Empties the field.
    pub fn clear(&mut self) {
        self.text.clear();
    }
}

/// Cuts a text off after so many UTF-16 units, between two characters.
fn cut_off(text: &mut String, units: usize) {
    let mut length = 0;
    let end = text.char_indices().find(|(_, character)| {
        length += character.len_utf16();
        length > units
    });
    if let Some((end, _)) = end {
        text.truncate(end);
    }
}
