//! Lines on stdout, for people.

use std::fmt::Display;
use std::io::Write;

/// Returns the text on one line. Text of a phone or a client must not move the cursor of the terminal that shows it.
pub(super) fn printable(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

/// Writes one line. The reader may be gone (`tikmatrix demo | head -1`): the command goes on all the same, and its exit
/// status still shows how it ended.
pub(super) fn say(line: impl Display) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}
