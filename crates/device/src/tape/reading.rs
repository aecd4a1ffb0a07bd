//! Reads a tape from a file's bytes: whatever they are, it is a tape or an error.

use std::io::Read as _;

use flate2::read::MultiGzDecoder;
use serde_json::Value;

use super::answer::{Answer, Text};
use super::entry::{Entry, Head};
use super::{FORM, MOST_READ, Tape, TapeError};

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
