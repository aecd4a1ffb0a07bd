//! The lines of a tape.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::answer::{Answer, Printed};

/// The first line: the script and its assignment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// The version of the format.
    pub tape: u32,
    /// The version of the program that recorded it.
    pub product: String,
    /// The script's name.
    pub script: String,
    /// The configuration as planned by the script.
    pub config: Value,
    /// The app, as the API names it.
    pub app: String,
    /// The app's package; `None` means the official one that is installed.
    pub package: Option<String>,
    /// The account; `None` means the one that is signed in.
    pub username: Option<String>,
    /// The mark of an earlier attempt, if one stood.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<Value>,
    /// The phone's serial number.
    pub serial: String,
    /// The seed of the random numbers.
    pub seed: u64,
    /// The time limit of the run in seconds.
    pub time_limit: f64,
}

/// The last line: the end of the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct End {
    /// The outcome as the API names it: `succeeded`, `failed`, `timed_out`, or `stopped`.
    pub outcome: String,
    /// The remark, one sentence.
    pub remark: String,
    /// The number of entries that are missing before this line, because the tape was full.
    pub left_out: u64,
}

/// One request of a script, with its answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "did", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Entry {
    /// It started a step.
    Step {
        /// Its name.
        name: String,
    },
    /// It ran a command on the phone.
    Shell {
        /// The command line.
        command: String,
        /// The result.
        answer: Answer<Printed>,
    },
    /// It pushed a file. Its content is not on the tape.
    Push {
        /// The path on the phone.
        path: String,
        /// The length of the file in bytes, as far as it was sent.
        answer: Answer<u64>,
    },
    /// It requested an input from this machine.
    Learn {
        /// The name of the input.
        what: String,
        /// The answer, as serialised by the script.
        answer: Value,
    },
    /// It measured a time.
    Elapsed {
        /// The time.
        microseconds: u64,
    },
    /// The last line.
    End(End),
}

/// A request of a script, which identifies its entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Question<'a> {
    Step(&'a str),
    Shell(&'a str),
    Push(&'a str),
    Learn(&'a str),
    Elapsed,
}

impl Entry {
    /// Returns the request of the entry; the last line has none.
    pub(crate) fn question(&self) -> Option<Question<'_>> {
        Some(match self {
            Self::Step { name } => Question::Step(name),
            Self::Shell { command, .. } => Question::Shell(command),
            Self::Push { path, .. } => Question::Push(path),
            Self::Learn { what, .. } => Question::Learn(what),
            Self::Elapsed { .. } => Question::Elapsed,
            Self::End(_) => return None,
        })
    }
}

impl fmt::Display for Question<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Step(name) => write!(formatter, "the step \"{name}\""),
            Self::Shell(command) => write!(formatter, "the command `{command}`"),
            Self::Push(path) => write!(formatter, "a file for {path}"),
            Self::Learn(what) => write!(formatter, "the request to {what}"),
            Self::Elapsed => formatter.write_str("a look at the time"),
        }
    }
}
