//! How text for people looks: times, sizes, colours, and the width of the terminal. What it returns is clean: texts of phones
//! and clients in it do nothing on a terminal.

use std::io;

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style as Ansi};
use chrono::{DateTime, TimeDelta, Utc};
use indicatif::BinaryBytes;
use serde_json::Value;
use terminal_size::{Width, terminal_size_of};

use super::printable;
use super::time::{Clock, Lasted};

/// The fields that hold moments without ending in `_at`.
const MOMENTS: [&str; 2] = ["at", "start_time"];

/// How text for people looks.
#[derive(Debug, Clone, Copy)]
pub(in crate::cli) struct Style {
    pub(in crate::cli) clock: Clock,
    /// The width of the terminal; `None` when a file or another program reads.
    pub(in crate::cli) width: Option<u16>,
    pub(in crate::cli) has_color: bool,
}

/// What a word about a state means to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Mood {
    Good,
    Busy,
    Waiting,
    Bad,
}

impl Mood {
    /// Returns what the state of a task, a phone or a material means; `None` for any other word.
    pub(in crate::cli) fn of(word: &str) -> Option<Self> {
        match word {
            "completed" | "succeeded" | "ready" | "used" => Some(Self::Good),
            "running" | "busy" | "connecting" | "reserved" => Some(Self::Busy),
            "pending" | "authorizing" | "unconfirmed" | "cancelled" | "stopped" => Some(Self::Waiting),
            "failed" | "timed_out" | "interrupted" | "conflict" | "unauthorized" | "stalled" | "offline"
            | "absent" => Some(Self::Bad),
            _ => None,
        }
    }

    fn color(self) -> AnsiColor {
        match self {
            Self::Good => AnsiColor::Green,
            Self::Busy => AnsiColor::Cyan,
            Self::Waiting => AnsiColor::Yellow,
            Self::Bad => AnsiColor::Red,
        }
    }
}

impl Style {
    /// Returns the style for standard output. Colours follow `NO_COLOR` and `CLICOLOR_FORCE`, as those of the help.
    pub(in crate::cli) fn of_stdout(clock: Clock) -> Self {
        let stdout = io::stdout();
        let width = terminal_size_of(&stdout).map(|(Width(width), _)| width);
        Self { clock, width, has_color: AutoStream::choice(&stdout) != ColorChoice::Never }
    }

    /// Formats a word about a state in the colour of what it means.
    pub(in crate::cli) fn state(self, word: &str) -> String {
        match Mood::of(word) {
            Some(mood) => self.paint(word, Ansi::new().fg_color(Some(mood.color().into()))),
            None => printable(word),
        }
    }

    /// Formats the title of a part.
    pub(in crate::cli) fn heading(self, text: &str) -> String {
        self.paint(text, Ansi::new().bold())
    }

    /// Formats what matters less.
    pub(in crate::cli) fn aside(self, text: &str) -> String {
        self.paint(text, Ansi::new().dimmed())
    }

    fn paint(self, text: &str, style: Ansi) -> String {
        let text = printable(text);
        if self.has_color { format!("{style}{text}{style:#}") } else { text }
    }

    /// Formats a moment, with how long ago it was.
    pub(in crate::cli) fn moment(self, moment: impl Into<DateTime<Utc>>) -> String {
        self.clock.long(moment.into(), Utc::now())
    }

    /// Formats the time of day of a moment.
    pub(in crate::cli) fn time_of_day(self, moment: impl Into<DateTime<Utc>>) -> String {
        self.clock.time_of_day(moment.into())
    }

    /// Formats a duration.
    pub(in crate::cli) fn duration(self, duration: TimeDelta) -> String {
        Lasted(duration).to_string()
    }

    /// Formats the value of a field for a cell of a table.
    pub(in crate::cli) fn cell(self, name: &str, value: &Value) -> String {
        match moment_in(name, value) {
            Some(moment) => self.clock.short(moment, Utc::now()),
            None => plain(name, value),
        }
    }

    /// Formats the value of a field for a line of its own.
    pub(in crate::cli) fn value(self, name: &str, value: &Value) -> String {
        match moment_in(name, value) {
            Some(moment) => self.clock.long(moment, Utc::now()),
            None => plain(name, value),
        }
    }
}

fn moment_in(name: &str, value: &Value) -> Option<DateTime<Utc>> {
    if !name.ends_with("_at") && !MOMENTS.contains(&name) {
        return None;
    }
    value.as_str()?.parse().ok()
}

/// Formats a value on one line.
fn plain(name: &str, value: &Value) -> String {
    let text = match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Number(number) if is_size(name) => {
            number.as_u64().map_or_else(|| number.to_string(), |bytes| BinaryBytes(bytes).to_string())
        }
        Value::Array(values) if values.iter().all(|value| !value.is_object() && !value.is_array()) => {
            values.iter().map(|value| plain(name, value)).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    };
    printable(&text)
}

/// Returns whether the numbers of a field are bytes.
fn is_size(name: &str) -> bool {
    name == "size" || name == "free" || name.ends_with("_bytes")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const PLAIN: Style = Style { clock: Clock::Utc, width: None, has_color: false };

    #[test]
    fn values_are_shown_by_what_their_fields_hold() {
        let at = "2026-11-30T14:00:00.000+02:00";
        assert_eq!(PLAIN.cell("created_at", &json!(at)), "2026-11-30 12:00:00Z");
        assert_eq!(PLAIN.cell("note", &json!(at)), at, "a note is no moment");
        assert_eq!(PLAIN.cell("start_time", &json!("soon")), "soon");
        assert_eq!(PLAIN.cell("size", &json!(1_572_864)), "1.50 MiB");
        assert_eq!(PLAIN.cell("tags", &json!(["a", "b"])), "a, b");
        assert_eq!(PLAIN.value("storage", &json!({"a": 1})), r#"{"a":1}"#);
        assert_eq!(PLAIN.cell("serial", &Value::Null), "");
    }

    #[test]
    fn colours_are_around_clean_text_and_only_where_they_are_wanted() {
        let color = Style { has_color: true, ..PLAIN };
        assert_eq!(PLAIN.state("failed"), "failed");
        assert_eq!(color.state("failed"), "\u{1b}[31mfailed\u{1b}[0m");
        assert_eq!(color.heading("a\u{1b}[2J\nb"), "\u{1b}[1ma [2J b\u{1b}[0m");
        assert_eq!(color.state("anything"), "anything");
    }
}
