//! A tape as it is read from a file: any bytes are a tape or an error.

use std::io::Read as _;

use flate2::read::MultiGzDecoder;
use serde_json::Value;
use thiserror::Error;

use super::answer::{Answer, Text};
use super::entry::{End, Entry, Head};

/// The version of the tape format, in the first line of a tape.
pub(crate) const FORM: u32 = 1;
/// The longest text of a tape in bytes: hundreds of different screens of a large app, which gzip shrinks to a tenth and
/// less. Further entries are counted, not kept.
pub(crate) const MAX_RECORDED: usize = 32 * 1024 * 1024;
/// The longest decompressed tape that is read, in bytes.
const MAX_READ: u64 = 2 * MAX_RECORDED as u64;

/// The tape of a run.
#[derive(Debug, Clone)]
pub struct Tape {
    /// The script and its assignment.
    pub head: Head,
    /// The end of the run.
    pub end: End,
    /// The exchanges, each with its line in the tape.
    pub(super) entries: Vec<(usize, Entry)>,
}

impl Tape {
    /// Returns the line of the end of the run, counted from 1.
    pub(crate) fn last_line(&self) -> usize {
        self.entries.last().map_or(1, |(line, _)| *line) + 1
    }
}

/// Why a file is not a tape.
#[derive(Debug, Error)]
pub enum TapeError {
    /// Its gzip is broken.
    #[error("it cannot be unpacked: {0}")]
    Packing(std::io::Error),
    /// It is longer than the maximum.
    #[error("it is longer than {} MiB", MAX_READ / 1024 / 1024)]
    TooLong,
    /// It is not a text, or its first line is not that of a tape.
    #[error("it is no tape: {0}")]
    Foreign(String),
    /// It has another version of the format.
    #[error("it is a tape of form {0}, this version of tikmatrix reads form {FORM}")]
    Form(u64),
    /// A line is invalid.
    #[error("line {line}: {reason}")]
    Line {
        /// Which one, counted from 1.
        line: usize,
        /// Why.
        reason: String,
    },
    /// The last line is missing.
    #[error("it breaks off: its last line does not tell how the run ended")]
    BrokenOff,
}

/// The magic number of gzip (RFC 1952).
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

impl Tape {
    /// Reads a tape, with or without gzip.
    ///
    /// # Errors
    /// [`TapeError`] for anything that is not a complete tape of this format version.
    pub fn read(bytes: &[u8]) -> Result<Self, TapeError> {
        let mut unpacked = Vec::new();
        let bytes = if bytes.starts_with(&GZIP_MAGIC) {
            let packed = MultiGzDecoder::new(bytes).take(MAX_READ + 1).read_to_end(&mut unpacked);
            packed.map_err(TapeError::Packing)?;
            &unpacked
        } else {
            bytes
        };
        if bytes.len() as u64 > MAX_READ {
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
                Entry::End(last) => end = Some(last),
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

/// Returns the entry with its output, which may be that of an earlier line.
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
