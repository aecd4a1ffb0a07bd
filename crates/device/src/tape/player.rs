//! Plays a tape: what a script asks for is answered with what it was answered then, as long as it asks for the same.

use std::fmt;
use std::future::pending;
use std::time::Duration;

use async_trait::async_trait;
use parking_lot::Mutex;
use serde::de::DeserializeOwned;
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

/// The longest text of a command that a message holds, in characters.
const LONGEST: usize = 300;

/// Where a run is not as it is on its tape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Divergence {
    /// The line of the tape, counted from 1.
    pub line: usize,
    /// What the tape has there.
    pub expected: String,
    /// What the run did instead.
    pub got: String,
}

impl fmt::Display for Divergence {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "at line {} the tape has {}, the run {}", self.line, self.expected, self.got)
    }
}

/// Why a script is answered no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stop {
    /// It asked for something else.
    Diverged(Divergence),
    /// It asked for more than there is: for this.
    AtTheEnd(String),
}

/// A tape and how far it was played.
#[derive(Debug)]
pub(crate) struct Player {
    entries: Vec<(usize, Entry)>,
    place: Mutex<Place>,
    stopped: CancellationToken,
}

#[derive(Debug, Default)]
struct Place {
    next: usize,
    stop: Option<Stop>,
}

impl Player {
    pub(crate) fn new(tape: &Tape) -> Self {
        let entries = tape.entries.clone();
        Self { entries, place: Mutex::default(), stopped: CancellationToken::new() }
    }

    /// Waits until the script is answered no more, and says why.
    pub(crate) async fn stopped(&self) -> Stop {
        loop {
            self.stopped.cancelled().await;
            if let Some(stop) = self.with(|place| place.stop.clone()) {
                return stop;
            }
        }
    }

    pub(crate) fn step(&self, name: &str) {
        self.play(Question::Step(name));
    }

    pub(crate) async fn learn<T: DeserializeOwned>(&self, what: &str) -> T {
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

    /// The first entry that nobody asked for, with its line.
    pub(crate) fn left_over(&self) -> Option<(usize, String)> {
        let next = self.with(|place| place.next);
        let (line, entry) = self.entries.get(next)?;
        Some((*line, told(entry.question().as_ref(), None)))
    }

    /// The entry that answers the question, if it is the one that comes next.
    fn play(&self, question: Question<'_>) -> Option<&(usize, Entry)> {
        let next = self.with(|place| (place.stop.is_none()).then_some(place.next))?;
        let Some(found) = self.entries.get(next) else {
            self.stop(Stop::AtTheEnd(told(Some(&question), None)));
            return None;
        };
        let expected = found.1.question();
        if expected == Some(question) {
            self.with(|place| place.next += 1);
            return Some(found);
        }
        self.stop(Stop::Diverged(Divergence {
            line: found.0,
            expected: told(expected.as_ref(), Some(&question)),
            got: format!("asks for {}", told(Some(&question), expected.as_ref())),
        }));
        None
    }

    fn stop(&self, why: Stop) {
        self.with(|place| {
            place.stop.get_or_insert(why);
        });
        self.stopped.cancel();
    }

    fn with<T>(&self, work: impl FnOnce(&mut Place) -> T) -> T {
        work(&mut self.place.lock())
    }
}

/// What the phone answered once. A run that is answered no more waits until it is dropped.
#[async_trait]
impl Transport for Player {
    async fn shell(&self, command: &str, _deadline: Deadline) -> Result<ShellOutput, AdbCause> {
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

/// A question in words. Of a long one the part is shown in which it begins to differ from the other.
fn told(question: Option<&Question<'_>>, other: Option<&Question<'_>>) -> String {
    let Some(question) = question else { return "the end of the run".to_owned() };
    let words: Vec<char> = question.to_string().chars().map(printable).collect();
    if words.len() <= LONGEST {
        return words.into_iter().collect();
    }
    let other = other.map(ToString::to_string).unwrap_or_default();
    let same = words.iter().zip(other.chars()).take_while(|(one, other)| **one == printable(*other)).count();
    let from = if other.is_empty() { 0 } else { same.saturating_sub(LONGEST / 3) };
    let before = if from > 0 { "…" } else { "" };
    let part: String = words.iter().skip(from).take(LONGEST).collect();
    let after = if from + LONGEST < words.len() { "…" } else { "" };
    format!("{before}{part}{after}")
}

fn printable(letter: char) -> char {
    if letter.is_control() { ' ' } else { letter }
}
