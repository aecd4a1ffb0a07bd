//! The player of a tape: the requests of a script get the recorded answers, as long as they are the recorded requests.

use std::fmt;
use std::future::pending;
use std::time::Duration;

use async_trait::async_trait;
use parking_lot::Mutex;
use serde::de::DeserializeOwned;
use tikmatrix_domain::is_harmless;
use tokio::io::AsyncRead;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::answer::Answer;
use super::entry::{Entry, Question};
use super::reader::Tape;
use crate::adb::AdbCause;
use crate::adb::transport::AdbTransport;
use crate::deadline::Deadline;
use crate::phone::{PushOptions, ShellOutput, Transport};

/// The longest text of a request in a message, in characters.
const MAX_CHARS: usize = 300;

/// The first difference between a replay and its tape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Divergence {
    /// The line of the tape, counted from 1.
    pub line: usize,
    /// The entry of the tape.
    pub expected: String,
    /// What the replay did instead.
    pub got: String,
}

impl fmt::Display for Divergence {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "at line {} the tape has {}, the run {}", self.line, self.expected, self.got)
    }
}

/// Why a replay got no further answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Its request differs from the tape.
    Diverged(Divergence),
    /// Its request comes after the last entry.
    AtTheEnd(String),
}

/// A tape with the position of its replay.
#[derive(Debug)]
pub(crate) struct Player {
    entries: Vec<(usize, Entry)>,
    position: Mutex<Position>,
    stopped: CancellationToken,
}

#[derive(Debug, Default)]
struct Position {
    next: usize,
    stop: Option<Stop>,
}

impl Player {
    pub(crate) fn new(tape: &Tape) -> Self {
        let entries = tape.entries.clone();
        Self { entries, position: Mutex::default(), stopped: CancellationToken::new() }
    }

    /// Waits until the replay gets no further answer, and returns the reason.
    pub(crate) async fn stopped(&self) -> Stop {
        loop {
            self.stopped.cancelled().await;
            if let Some(stop) = self.with(|position| position.stop.clone()) {
                return stop;
            }
        }
    }

    pub(crate) fn step(&self, name: &str) {
        self.play(Question::Step(name));
    }

    pub(crate) async fn input<T: DeserializeOwned>(&self, what: &str) -> T {
        if let Some((line, Entry::Learn { answer, .. })) = self.play(Question::Learn(what)) {
            match serde_json::from_value(answer.clone()) {
                Ok(answer) => return answer,
                Err(error) => self.stop(Stop::Diverged(Divergence {
                    line: *line,
                    expected: format!("an answer to the request to {what}"),
                    got: format!("cannot read it: {error}"),
                })),
            }
        }
        pending().await
    }

    /// Returns the next entry that was not requested, with its line.
    pub(crate) fn left_over(&self) -> Option<(usize, String)> {
        let next = self.with(|position| position.next);
        let (line, entry) = self.entries.get(next)?;
        Some((*line, describe(entry.question().as_ref(), None)))
    }

    /// Returns the next entry, if it answers the question.
    fn play(&self, question: Question<'_>) -> Option<&(usize, Entry)> {
        let next = self.with(|position| (position.stop.is_none()).then_some(position.next))?;
        let Some(found) = self.entries.get(next) else {
            self.stop(Stop::AtTheEnd(describe(Some(&question), None)));
            return None;
        };
        let expected = found.1.question();
        if expected == Some(question) {
            self.with(|position| position.next += 1);
            return Some(found);
        }
        self.stop(Stop::Diverged(Divergence {
            line: found.0,
            expected: describe(expected.as_ref(), Some(&question)),
            got: format!("asks for {}", describe(Some(&question), expected.as_ref())),
        }));
        None
    }

    fn stop(&self, why: Stop) {
        self.with(|position| {
            position.stop.get_or_insert(why);
        });
        self.stopped.cancel();
    }

    fn with<T>(&self, work: impl FnOnce(&mut Position) -> T) -> T {
        work(&mut self.position.lock())
    }
}

/// The recorded phone. A replay without a further answer waits until it is dropped.
#[async_trait]
impl Transport for Player {
    async fn shell(
        &self,
        command: &str,
        _max_output: usize,
        _deadline: Deadline,
    ) -> Result<ShellOutput, AdbCause> {
        match self.play(Question::Shell(command)) {
            Some((_, Entry::Shell { answer: Answer::Gave(printed), .. })) => Ok(ShellOutput {
                stdout: printed.out.bytes(),
                stderr: printed.err.bytes(),
                exit_status: printed.status,
            }),
            Some((_, Entry::Shell { answer: Answer::Failed(failed), .. })) => Err(failed.into()),
            _ => pending().await,
        }
    }

    async fn push(
        &self,
        _source: &mut (dyn AsyncRead + Send + Unpin),
        path: &str,
        _options: PushOptions,
        _progress: &mut (dyn FnMut(u64) + Send),
        _deadline: Deadline,
    ) -> Result<(), AdbCause> {
        match self.play(Question::Push(path)) {
            Some((_, Entry::Push { answer: Answer::Gave(_), .. })) => Ok(()),
            Some((_, Entry::Push { answer: Answer::Failed(failed), .. })) => Err(failed.into()),
            _ => pending().await,
        }
    }

    async fn pause(&self, _time: Duration) {
        if self.stopped.is_cancelled() {
            pending::<()>().await;
        }
    }

    fn elapsed(&self, _started: Instant) -> Duration {
        match self.play(Question::Elapsed) {
            Some((_, Entry::Elapsed { microseconds })) => Duration::from_micros(*microseconds),
            _ => Duration::ZERO,
        }
    }

    fn connection(&self) -> Result<&AdbTransport, AdbCause> {
        Err(AdbCause::BadArgument("tapes hold commands and pushed files, and this is neither".to_owned()))
    }
}

/// Formats a question. Of a long one the part is shown from which it differs from the other.
fn describe(question: Option<&Question<'_>>, other: Option<&Question<'_>>) -> String {
    let Some(question) = question else { return "the end of the run".to_owned() };
    let text: Vec<char> = question.to_string().chars().map(printable).collect();
    if text.len() <= MAX_CHARS {
        return text.into_iter().collect();
    }
    let other = other.map(ToString::to_string).unwrap_or_default();
    let same = text.iter().zip(other.chars()).take_while(|(one, other)| **one == printable(*other)).count();
    let from = if other.is_empty() { 0 } else { same.saturating_sub(MAX_CHARS / 3) };
    let before = if from > 0 { "…" } else { "" };
    let part: String = text.iter().skip(from).take(MAX_CHARS).collect();
    let after = if from + MAX_CHARS < text.len() { "…" } else { "" };
    format!("{before}{part}{after}")
}

fn printable(letter: char) -> char {
    if is_harmless(letter) { letter } else { ' ' }
}
