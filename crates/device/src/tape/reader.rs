//! Reads a tape from a file's bytes: whatever they are, it is a tape or an error.

use std::io::Read as _;

use flate2::read::MultiGzDecoder;
use serde_json::Value;
use thiserror::Error;

use super::answer::{Answer, Text};
use super::entry::{End, Entry, Head};

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
    pub(super) entries: Vec<(usize, Entry)>,
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

/// How gzip begins (RFC 1952).
const PACKED: [u8; 2] = [0x1f, 0x8b];

impl Tape {
    /// Reads a tape, packed or not.
    ///
    /// # Errors
    /// [`TapeError`] for anything that is no whole tape of this version's form.
    pub fn read(bytes: &[u8]) -> Result<Self, TapeError> {
        let mut unpacked = Vec::new();
        let bytes = if bytes.starts_with(&PACKED) {
            let packed = MultiGzDecoder::new(bytes).take(MOST_READ + 1).read_to_end(&mut unpacked);
            packed.map_err(TapeError::Packing)?;
            &unpacked
        } else {
            bytes
        };
        if bytes.len() as u64 > MOST_READ {
            return Err(TapeError::TooLong);
        }
        let text = std::str::from_utf8(bytes).map_err(|error| TapeError::Foreign(error.to_string()))?;
        let mut lines = text.lines().zip(1..);
        let head = head(lines.next().map_or("", |(line, _)| line))?;
        let mut entries: Vec<(usize, Entry)> = Vec::new();
        let mut end = None;
        for (text, line) in lines {
            let wrong = |reason: String| TapeError::Line { line, reason };
            if end.is_some() {
                return Err(wrong("there is something after the end of the run".to_owned()));
            }
            match serde_json::from_str(text).map_err(|error| wrong(error.to_string()))? {
                Entry::End(told) => end = Some(told),
                entry => {
                    let entry = resolve(entry, &entries).map_err(wrong)?;
                    entries.push((line, entry));
                }
            }
        }
        Ok(Self { head, end: end.ok_or(TapeError::BrokenOff)?, entries })
    }
}

fn head(line: &str) -> Result<Head, TapeError> {
    let foreign = |error: serde_json::Error| TapeError::Foreign(error.to_string());
    let value: Value = serde_json::from_str(line).map_err(foreign)?;
    match value["tape"].as_u64() {
        None => Err(TapeError::Foreign("its first line has no number \"tape\"".to_owned())),
        Some(form) if form != u64::from(FORM) => Err(TapeError::Form(form)),
        Some(_) => serde_json::from_value(value).map_err(foreign),
    }
}

/// The entry with its output, which may be that of an earlier line.
fn resolve(mut entry: Entry, earlier: &[(usize, Entry)]) -> Result<Entry, String> {
    if let Entry::Shell { answer: Answer::Gave(printed), .. } = &mut entry {
        for text in [&mut printed.out, &mut printed.err] {
            if let Text::AsInLine { as_in_line } = *text {
                let missing = || format!("line {as_in_line}, to which it refers, has no output");
                let found = earlier.binary_search_by_key(&as_in_line, |(line, _)| *line);
                *text = found.ok().and_then(|index| output(&earlier[index].1)).ok_or_else(missing)?;
            }
        }
    }
    Ok(entry)
}

fn output(entry: &Entry) -> Option<Text> {
    match entry {
        Entry::Shell { answer: Answer::Gave(printed), .. } => Some(printed.out.clone()),
        _ => None,
    }
}
