//! A run of a script on record: all that the script asked of its phone and of this machine, and what it was answered, in
//! order. With it the same script runs again without the phone: see [`crate::script::replay`]. A tape holds what the phone
//! showed, what was typed into it and the task's configuration, and is to be kept from whoever may not see those.
//!
//! A tape is a text, JSON Lines, packed as gzip or not: a head, an entry for each exchange, and how the run ended. It is
//! recorded at the verbs of a phone that scripts use, above the wire: how bytes travel has tests of its own, and is not the
//! same twice.

mod answer;
mod deck;
mod entry;
mod reading;
mod recorder;
mod taping;

use thiserror::Error;

pub use deck::Divergence;
pub(crate) use deck::{Deck, Stop};
pub use entry::{End, Head};
pub(crate) use recorder::Recorder;
pub use taping::Stopwatch;
pub(crate) use taping::Taping;

use entry::Entry;

/// The form of a tape, which its first line tells.
pub(crate) const FORM: u32 = 1;
/// The longest text of one run's record, in bytes: hundreds of different screens of a large app, which are packed to a
/// tenth and less. What comes after is counted, not kept.
pub(crate) const MOST_RECORDED: usize = 32 * 1024 * 1024;
/// The most bytes that a tape is read to, unpacked.
const MOST_READ: u64 = 2 * MOST_RECORDED as u64;

/// A run on record, as it was read from a file.
#[derive(Debug, Clone)]
pub struct Tape {
    /// What was run, and how.
    pub head: Head,
    /// How it ended.
    pub end: End,
    /// What was exchanged, each with its line in the tape.
    entries: Vec<(usize, Entry)>,
}

impl Tape {
    /// The line that tells how the run ended, counted from 1.
    pub(crate) fn last_line(&self) -> usize {
        self.entries.last().map_or(1, |(line, _)| *line) + 1
    }
}

/// A file is no tape.
#[derive(Debug, Error)]
pub enum TapeError {
    /// It is not packed as it says.
    #[error("it cannot be unpacked: {0}")]
    Packing(std::io::Error),
    /// It is longer than any tape.
    #[error("it is longer than {} MiB", MOST_READ / 1024 / 1024)]
    TooLong,
    /// It is no text, or its first line is not that of a tape.
    #[error("it is no tape: {0}")]
    Foreign(String),
    /// Another version of the program wrote it in another form.
    #[error("it is a tape of form {0}, this version of tikmatrix reads form {FORM}")]
    Form(u64),
    /// A line is not as it should be.
    #[error("line {line}: {reason}")]
    Line {
        /// Which one, counted from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// The last line is missing.
    #[error("it breaks off: its last line does not tell how the run ended")]
    BrokenOff,
}
