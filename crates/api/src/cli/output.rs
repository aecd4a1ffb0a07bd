//! Lines for a person, on stdout.

use std::fmt::Display;
use std::io::Write;

/// Writes one line. Whoever reads may have gone (`tikmatrix demo | head -1`); what was begun goes on all the same, and
/// its exit status still tells how it ended.
pub(super) fn say(line: impl Display) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}
