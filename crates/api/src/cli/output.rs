//! Lines on stdout and stderr. What people read is made safe for their terminals: it may hold texts of phones and clients.

use std::fmt::{Display, Write as _};
use std::io::Write as _;

use serde::Serialize;
use tikmatrix_domain::{for_terminal, is_harmless};

/// Returns the text on one line, for a cell of a table.
pub(super) fn printable(text: &str) -> String {
    for_terminal(text).replace(['\n', '\t'], " ")
}

/// Writes lines for people. The reader may be gone (`tikmatrix demo | head -1`): the command goes on all the same, and its
/// exit status still shows how it ended.
pub(super) fn say(lines: impl Display) {
    say_data(for_terminal(&lines.to_string()));
}

/// Writes lines for people to stderr.
pub(crate) fn complain(lines: impl Display) {
    let _ = writeln!(std::io::stderr().lock(), "{}", for_terminal(&lines.to_string()));
}

/// Writes data for programs as it is.
pub(super) fn say_data(data: impl Display) {
    let _ = writeln!(std::io::stdout().lock(), "{data}");
}

/// Returns the JSON of a value, over several lines. Characters that could act on a terminal are escaped: they occur in
/// strings only.
///
/// # Errors
/// It cannot be serialized.
pub(super) fn json(value: &impl Serialize) -> serde_json::Result<String> {
    let mut escaped = String::new();
    for letter in serde_json::to_string_pretty(value)?.chars() {
        if letter == '\n' || is_harmless(letter) {
            escaped.push(letter);
        } else {
            for unit in letter.encode_utf16(&mut [0; 2]) {
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        }
    }
    Ok(escaped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_keeps_its_value_and_holds_nothing_that_acts_on_a_terminal() {
        let value = serde_json::json!({"note": "a\u{9b}2J\u{202e}\u{e0041}\u{1b}\n机", "list": [1, "x"]});
        let text = json(&value).unwrap();
        assert!(text.chars().all(|letter| letter == '\n' || is_harmless(letter)), "{text:?}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }

    #[test]
    fn a_cell_is_one_line() {
        assert_eq!(printable("a\nb\t\u{1b}[2J机"), "a b  [2J机");
    }
}
