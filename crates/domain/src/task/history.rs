//! What is kept of a task's attempts: their steps, log lines and evidence. How a script reports them is the engine's;
//! where they are kept is storage's.

use chrono::{DateTime, Utc};

use crate::task::task::{Finish, Task};

/// How much a log line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogLevel {
    /// For a person who wants to know how it went.
    Info,
    /// Something was not as expected, and the work went on.
    Warn,
}

impl LogLevel {
    /// The word that the API uses.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warn => "warn",
        }
    }

    /// The level that the API's word means, if it is one.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        [Self::Info, Self::Warn].into_iter().find(|level| level.text() == text)
    }
}

/// What a kept file shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArtifactKind {
    /// The screen, as PNG.
    Screenshot,
    /// The UI tree, as XML.
    UiTree,
    /// What the run exchanged with its phone, as JSON Lines packed with gzip.
    Tape,
}

impl ArtifactKind {
    /// The word that the API uses.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Screenshot => "screenshot",
            Self::UiTree => "ui_tree",
            Self::Tape => "tape",
        }
    }

    /// The kind that the API's word means, if it is one.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        [Self::Screenshot, Self::UiTree, Self::Tape].into_iter().find(|kind| kind.text() == text)
    }
}

/// One thing to be kept of a running attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// When it happened.
    pub at: DateTime<Utc>,
    /// What happened.
    pub event: RecordedEvent,
}

/// What can be kept of a running attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordedEvent {
    /// A step began: one short sentence.
    Step(String),
    /// How far the attempt has come, 0 to 100.
    Progress(u8),
    /// A line for the log.
    Log(LogLevel, String),
    /// A file was kept.
    Artifact {
        /// What it shows.
        kind: ArtifactKind,
        /// Its path below the folder for artifacts, parts divided by `/`.
        file: String,
    },
}

/// One time that a task was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// From 1.
    pub number: u32,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// How it ended; none while it works.
    pub finish: Option<Finish>,
}

/// One step of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The attempt's number.
    pub attempt: u32,
    /// Its place among everything that was kept of the attempt, log lines and artifacts included; from 1.
    pub number: u32,
    /// One short sentence.
    pub text: String,
    /// When it began; it ended when the next one began, or the attempt did.
    pub started_at: DateTime<Utc>,
}

/// One line of an attempt's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// The attempt's number.
    pub attempt: u32,
    /// Its place among everything that was kept of the attempt; from 1.
    pub number: u32,
    /// When it was said.
    pub at: DateTime<Utc>,
    /// How much it matters.
    pub level: LogLevel,
    /// The line.
    pub text: String,
}

/// One file that was kept of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// The attempt's number.
    pub attempt: u32,
    /// Its place among everything that was kept of the attempt; from 1.
    pub number: u32,
    /// When it was taken.
    pub at: DateTime<Utc>,
    /// What it shows.
    pub kind: ArtifactKind,
    /// Its path below the folder for artifacts, parts divided by `/`.
    pub file: String,
}

/// A task with what is known of its attempts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskDetail {
    /// The task.
    pub task: Task,
    /// Its attempts, oldest first.
    pub attempts: Vec<Attempt>,
    /// The steps of all of them, oldest first.
    pub steps: Vec<Step>,
    /// The files kept of all of them, oldest first.
    pub artifacts: Vec<Artifact>,
}
