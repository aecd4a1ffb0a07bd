//! The one place of the program for output: lines on stdout and stderr. What people read is made safe for their terminals:
//! it may hold texts of phones and clients.

pub(super) mod answer;
mod empty;
pub(super) mod failure;
mod fields;
mod list;
pub(super) mod log_lines;
pub(super) mod standard_output;
pub(super) mod style;
pub(super) mod table;
pub(super) mod time;

use std::fmt::{Display, Write as _};
use std::io::{self, ErrorKind, Write as _};

use serde::Serialize;
use serde_json::Value;
use thiserror::Error;
use tikmatrix_domain::{for_terminal, is_harmless};

/// Returns the text on one line, for a cell of a table.
pub(super) fn printable(text: &str) -> String {
    for_terminal(text).replace(['\n', '\t'], " ")
}

/// What was written did not arrive.
#[derive(Debug, Error)]
#[error("cannot write to standard output: {0}")]
pub(super) struct OutputError(io::Error);

impl OutputError {
    /// Returns whether the reader is gone.
    pub(super) fn is_closed_pipe(&self) -> bool {
        self.0.kind() == ErrorKind::BrokenPipe
    }
}

/// Writes lines for people.
///
/// # Errors
/// As [`say_data`].
pub(super) fn say(lines: impl Display) -> Result<(), OutputError> {
    say_data(for_terminal(&lines.to_string()))
}

/// Writes lines for people to stderr, where nothing else could report that this failed.
pub(crate) fn complain(lines: impl Display) {
    let _ = writeln!(io::stderr().lock(), "{}", for_terminal(&lines.to_string()));
}

/// Writes data for programs as it is. The reader may be gone (`tikmatrix demo | head -1`): the command goes on all the same,
/// and its exit status still shows how it ended.
///
/// # Errors
/// [`OutputError`], unless the reader is gone.
pub(super) fn say_data(data: impl Display) -> Result<(), OutputError> {
    is_read(deliver(data)).map(drop)
}

/// Writes a line that must arrive.
///
/// # Errors
/// [`OutputError`], also when the reader is gone.
pub(super) fn deliver(line: impl Display) -> Result<(), OutputError> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{line}").and_then(|()| stdout.flush()).map_err(OutputError)
}

/// Returns whether a reader is left.
///
/// # Errors
/// Any other reason for which a line did not arrive.
fn is_read(delivered: Result<(), OutputError>) -> Result<bool, OutputError> {
    match delivered {
        Ok(()) => Ok(true),
        Err(error) if error.is_closed_pipe() => Ok(false),
        Err(error) => Err(error),
    }
}

/// Writes the help, the version, or what is wrong with a command line, as [`say_data`] does.
///
/// # Errors
/// [`OutputError`], unless the reader is gone.
pub(super) fn say_usage(usage: &clap::Error) -> Result<(), OutputError> {
    match usage.print().map_err(OutputError) {
        Err(error) if !usage.use_stderr() && !error.is_closed_pipe() => Err(error),
        _ => Ok(()),
    }
}

/// Formats an error with its causes. Many errors already end with the cause that the system gave, which is not repeated.
pub(crate) fn with_causes(error: &anyhow::Error) -> String {
    let mut message = String::new();
    for part in error.chain().map(ToString::to_string) {
        if message.is_empty() {
            message = part;
        } else if !message.contains(&part) {
            let _ = write!(message, ": {part}");
        }
    }
    message
}

/// Formats a number of things, as in "1 task" and "2 tasks".
pub(super) fn counted(number: u64, thing: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{ending}")
}

/// Returns the JSON of a value, over several lines. Characters that could act on a terminal are escaped: they occur in
/// strings only.
///
/// # Errors
/// It cannot be serialized.
pub(super) fn json(value: &impl Serialize) -> serde_json::Result<String> {
    Ok(escaped(&serde_json::to_string_pretty(value)?))
}

/// Does the same on one line.
pub(super) fn json_line(value: &Value) -> String {
    escaped(&value.to_string())
}

fn escaped(json: &str) -> String {
    let mut escaped = String::new();
    for letter in json.chars() {
        if letter == '\n' || is_harmless(letter) {
            escaped.push(letter);
        } else {
            for unit in letter.encode_utf16(&mut [0; 2]) {
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_keeps_its_value_and_holds_nothing_that_acts_on_a_terminal() {
        let value = serde_json::json!({"note": "a\u{9b}2J\u{202e}\u{e0041}\u{1b}\n机", "list": [1, "x"]});
        let text = json(&value).unwrap();
        assert!(text.chars().all(|letter| letter == '\n' || is_harmless(letter)), "{text:?}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }

    #[test]
    fn no_cause_of_an_error_is_repeated() {
        #[derive(Debug, Error)]
        #[error("cannot use the folder: {source}")]
        struct Unusable {
            source: io::Error,
        }
        let denied = || io::Error::from_raw_os_error(13);
        let unusable = anyhow::Error::from(Unusable { source: denied() }).context("cannot start");
        let cause = "Permission denied (os error 13)";
        assert_eq!(with_causes(&unusable), format!("cannot start: cannot use the folder: {cause}"));
        let plain = anyhow::Error::from(denied()).context("cannot read a").context("cannot start");
        assert_eq!(with_causes(&plain), format!("cannot start: cannot read a: {cause}"));
    }

    #[test]
    fn one_thing_is_no_things() {
        assert_eq!([0, 1, 2].map(|number| counted(number, "task")), ["0 tasks", "1 task", "2 tasks"]);
    }

    #[test]
    fn a_cell_is_one_line() {
        assert_eq!(printable("a\nb\t\u{1b}[2J机"), "a b  [2J机");
    }
}
