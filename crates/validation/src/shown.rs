//! Values and texts as a message shows them.

use serde_json::Value;

/// The longest piece of a client's text that a message repeats, in characters.
const MAX_SHOWN: usize = 60;

/// A value as a message shows it: its JSON, when that is short.
#[must_use]
pub fn shown(value: &Value) -> String {
    match value {
        Value::Array(elements) if !elements.is_empty() => "a list".to_owned(),
        Value::Object(fields) if !fields.is_empty() => "an object".to_owned(),
        // Cut before it is escaped: an endless text is not copied first.
        Value::String(text) if text.len() > MAX_SHOWN => shortened(&format!("{:?}", shortened(text))),
        other => shortened(&other.to_string()),
    }
}

/// At most 60 characters of `text`.
#[must_use]
pub fn shortened(text: &str) -> String {
    match text.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
