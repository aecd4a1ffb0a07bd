//! The lines of a tape.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::answer::{Answer, Printed};

/// The first line: what was run, and how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// The form of the tape.
    pub tape: u32,
    /// The version of the program that recorded it.
    pub product: String,
    /// The script's name.
    pub script: String,
    /// The configuration as the script settled it.
    pub config: Value,
    /// The app, as the API names it.
    pub app: String,
    /// The app's package; none means whichever official one is there.
    pub package: Option<String>,
    /// The account; none means whichever is signed in.
    pub username: Option<String>,
    /// The phone's serial number.
    pub serial: String,
    /// Where chance began.
    pub seed: u64,
    /// How long the run could take, in seconds.
    pub time_limit: f64,
}

/// The last line: how the run ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct End {
    /// As the API names it: `succeeded`, `failed`, `timed_out`, or `stopped`.
    pub outcome: String,
    /// One sentence for a person.
    pub remark: String,
    /// How many entries are missing before this line, because the record was full.
    pub left_out: u64,
}

/// One thing that a script did or asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "did", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Entry {
    /// It began a step.
    Step {
        /// Which one.
        name: String,
    },
    /// It ran a command on the phone.
    Shell {
        /// The command line.
        command: String,
        /// What came of it.
        answer: Answer<Printed>,
    },
    /// It wrote a file to the phone. What is in the file is not on the tape.
    Push {
        /// Where to.
        path: String,
        /// The length of the file in bytes, as far as it was sent.
        answer: Answer<u64>,
    },
    /// It asked this machine for something.
    Learn {
        /// For what.
        what: String,
        /// The answer, in the form that the script gave it.
        answer: Value,
    },
    /// It looked how much time had passed.
    Elapsed {
        /// So much.
        microseconds: u64,
    },
    /// The last line.
    End(End),
}

/// What a script asks for, by which an entry is found to be the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Question<'a> {
    Step(&'a str),
    Shell(&'a str),
    Push(&'a str),
    Learn(&'a str),
    Elapsed,
}

impl Entry {
    /// The question to which it is the answer; the last line answers none.
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
