//! Lines for a person, on stdout.

use std::fmt::Display;
use std::io::Write;

/// The text on one line. What a phone or a client wrote must not be able to move the cursor of the terminal that shows it.
pub(super) fn printable(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

/// Writes one line. Whoever reads may have gone (`tikmatrix demo | head -1`); what was begun goes on all the same, and
/// its exit status still tells how it ended.
pub(super) fn say(line: impl Display) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}
