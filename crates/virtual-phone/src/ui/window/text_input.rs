//! Editing of the input field that has the focus.

use unicode_segmentation::UnicodeSegmentation;

/// The text of an input field, edited at its end.
pub struct TextInput<'a> {
    text: &'a mut String,
}

impl<'a> TextInput<'a> {
    pub(crate) fn new(text: &'a mut String) -> Self {
        Self { text }
    }

    /// Types text.
    pub fn commit(&mut self, text: &str) {
        self.text.push_str(text);
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
