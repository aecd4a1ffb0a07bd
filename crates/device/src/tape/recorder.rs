//! The recorder of a run: in memory, within bounds, dropped unless the run fails.

use std::collections::HashMap;
use std::io::Write as _;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use parking_lot::Mutex;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::answer::{Answer, Printed, Text};
use super::entry::{End, Entry, Head};
use crate::adb::AdbCause;
use crate::phone::ShellOutput;

/// The output length in bytes from which a repeated output is a reference to its first line.
const MIN_REFERRED: usize = 512;

/// The entries of a run, in order.
#[derive(Debug)]
pub(crate) struct Recorder {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// The text, compressed as it is written: screens are long and similar. `None` once the run has ended.
    encoder: Option<GzEncoder<Vec<u8>>>,
    /// The length of the text in bytes.
    length: usize,
    /// The number of lines.
    lines: usize,
    max_len: usize,
    left_out: u64,
    /// The lines with long outputs, by their hash: a screen that does not change is written once.
    printed: HashMap<[u8; 32], usize>,
}

impl Recorder {
    /// Starts a tape of at most `max_len` bytes of text, without the last line.
    pub(crate) fn new(head: &Head, max_len: usize) -> Self {
        let encoder = Some(GzEncoder::new(Vec::new(), Compression::default()));
        let mut state = State { encoder, length: 0, lines: 0, max_len, left_out: 0, printed: HashMap::new() };
        state.write(&line(head));
        Self { state: Mutex::new(state) }
    }

    pub(crate) fn step(&self, name: &str) {
        self.state.lock().take(&Entry::Step { name: name.to_owned() });
    }

    pub(crate) fn shell(&self, command: &str, result: &Result<ShellOutput, AdbCause>) {
        let mut state = self.state.lock();
        let answer = match result {
            Ok(output) => Answer::Gave(Printed {
                status: output.exit_status,
                out: state.text_of(&output.stdout),
                err: Text::of(&output.stderr),
            }),
            Err(cause) => Answer::Failed(cause.into()),
        };
        state.take(&Entry::Shell { command: command.to_owned(), answer });
    }

    pub(crate) fn push(&self, path: &str, sent: u64, result: &Result<(), AdbCause>) {
        let answer = match result {
            Ok(()) => Answer::Gave(sent),
            Err(cause) => Answer::Failed(cause.into()),
        };
        self.state.lock().take(&Entry::Push { path: path.to_owned(), answer });
    }

    pub(crate) fn input(&self, what: &str, answer: Value) {
        self.state.lock().take(&Entry::Learn { what: what.to_owned(), answer });
    }

    /// Records a measured time, and returns it with the precision of the tape.
    pub(crate) fn elapsed(&self, time: Duration) -> Duration {
        let microseconds = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        self.state.lock().take(&Entry::Elapsed { microseconds });
        Duration::from_micros(microseconds)
    }

    /// Ends the tape and returns the content of its file. Later operations belong to no run.
    pub(crate) fn end(&self, outcome: &str, remark: String) -> Vec<u8> {
        let mut state = self.state.lock();
        let left_out = state.left_out;
        state.write(&line(&Entry::End(End { outcome: outcome.to_owned(), remark, left_out })));
        state.printed = HashMap::new();
        // Writing into memory does not fail.
        state.encoder.take().and_then(|encoder| encoder.finish().ok()).unwrap_or_default()
    }
}

impl State {
    /// Returns the output as it is written into the next line.
    fn text_of(&mut self, bytes: &[u8]) -> Text {
        if bytes.len() < MIN_REFERRED || self.is_closed() {
            return Text::of(bytes);
        }
        let line = self.lines + 1;
        let first = *self.printed.entry(Sha256::digest(bytes).into()).or_insert(line);
        if first == line { Text::of(bytes) } else { Text::AsInLine { as_in_line: first } }
    }

    /// Writes the entry if there is room. To keep the order, none is written after the first that has no room.
    fn take(&mut self, entry: &Entry) {
        if self.encoder.is_none() {
            return;
        }
        let line = line(entry);
        if self.left_out > 0 || self.length + line.len() > self.max_len {
            self.left_out += 1;
        } else {
            self.write(&line);
        }
    }

    fn is_closed(&self) -> bool {
        self.encoder.is_none() || self.left_out > 0
    }

    fn write(&mut self, line: &[u8]) {
        if self.encoder.as_mut().is_some_and(|encoder| encoder.write_all(line).is_ok()) {
            self.length += line.len();
            self.lines += 1;
        }
    }
}

/// Encodes a line. Every entry can be expressed in JSON.
fn line(of: &impl Serialize) -> Vec<u8> {
    let mut line = serde_json::to_vec(of).unwrap_or_default();
    line.push(b'\n');
    line
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::tape::Tape;

    fn head() -> Head {
        serde_json::from_value(
            json!({"tape": 1, "product": "0.1.0", "script": "ask", "config": {}, "app": "tiktok",
            "package": null, "username": null, "serial": "s", "seed": 1, "time_limit": 1.0}),
        )
        .unwrap()
    }

    fn printed(text: &str) -> Result<ShellOutput, AdbCause> {
        Ok(ShellOutput { stdout: text.as_bytes().to_vec(), ..ShellOutput::default() })
    }

    #[test]
    fn a_screen_that_does_not_change_is_written_once() {
        let screen = "<node/>".repeat(5000);
        let recorder = Recorder::new(&head(), screen.len() + 20_000);
        for _ in 0..100 {
            recorder.shell("dump", &printed(&screen));
        }
        let tape = Tape::read(&recorder.end("failed", String::new())).unwrap();
        assert_eq!(tape.end.left_out, 0);
        assert_eq!(tape.last_line(), 102);
    }

    #[test]
    fn a_tape_stays_within_its_bounds_in_order_and_counts_what_it_leaves_out() {
        let recorder = Recorder::new(&head(), 2000);
        for (letter, length) in [("a", 600), ("b", 600), ("c", 1500), ("d", 1), ("e", 600)] {
            recorder.shell("print", &printed(&letter.repeat(length)));
            recorder.step("go on");
        }
        assert!(recorder.state.lock().length <= 2000);
        let tape = Tape::read(&recorder.end("failed", "full".to_owned())).unwrap();
        assert_eq!((tape.end.left_out, tape.end.remark.as_str()), (6, "full"));
        assert_eq!(tape.last_line(), 6);
    }

    #[test]
    fn operations_after_the_end_are_not_on_the_tape() {
        let recorder = Recorder::new(&head(), 2000);
        let packed = recorder.end("failed", String::new());
        recorder.step("clean up");
        assert_eq!(recorder.elapsed(Duration::from_nanos(1_999)), Duration::from_micros(1));
        assert!(recorder.state.lock().encoder.is_none());
        assert_eq!(Tape::read(&packed).unwrap().last_line(), 2);
    }
}
