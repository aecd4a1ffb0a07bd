//! The fields into which a word expands: text, split at white space where it was computed and not quoted, and the same
//! text as a pattern in which quoted text is literal.

use crate::shell::word::pattern;

/// The origin of a piece of a word, which decides how it is processed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PieceKind {
    /// Typed without quotes: patterns apply, no splitting.
    Typed,
    /// Inside quotes: literal.
    Quoted,
    /// The unquoted result of an expansion: patterns apply, splitting too.
    Computed,
}

/// One field, as text and as a pattern.
#[derive(Debug, Default, Clone)]
pub(crate) struct Field {
    pub(crate) text: String,
    pub(crate) pattern: String,
}

/// Collects pieces into fields.
pub(crate) struct Fields {
    separators: String,
    done: Vec<Field>,
    current: Option<Field>,
    size: usize,
}

impl Fields {
    pub(crate) fn new(separators: &str) -> Self {
        Self { separators: separators.to_owned(), done: Vec::new(), current: None, size: 0 }
    }

    /// Adds a piece. An empty quoted one creates a field.
    pub(crate) fn add(&mut self, text: &str, kind: PieceKind) {
        self.size += text.len();
        match kind {
            PieceKind::Quoted => {
                let field = self.current.get_or_insert_default();
                field.text.push_str(text);
                field.pattern.push_str(&pattern::literal(text));
            }
            PieceKind::Typed => self.add_unquoted(text),
            PieceKind::Computed => {
                for symbol in text.chars() {
                    if self.separators.contains(symbol) {
                        self.end_field();
                    } else {
                        self.add_unquoted(symbol.encode_utf8(&mut [0; 4]));
                    }
                }
            }
        }
    }

    /// Ends the current field.
    pub(crate) fn end_field(&mut self) {
        self.done.extend(self.current.take());
    }

    /// The bytes of text so far.
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    pub(crate) fn into_fields(mut self) -> Vec<Field> {
        self.end_field();
        self.done
    }

    /// Everything as one text, without splitting.
    pub(crate) fn into_text(self) -> String {
        self.into_fields().into_iter().map(|field| field.text).collect::<Vec<_>>().join(" ")
    }

    /// Everything as one pattern.
    pub(crate) fn into_pattern(self) -> String {
        self.into_fields().into_iter().map(|field| field.pattern).collect::<Vec<_>>().join(" ")
    }

    fn add_unquoted(&mut self, text: &str) {
        if !text.is_empty() {
            let field = self.current.get_or_insert_default();
            field.text.push_str(text);
            field.pattern.push_str(text);
        }
    }
}
