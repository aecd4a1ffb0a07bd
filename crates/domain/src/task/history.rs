//! The records of a task's attempts: steps, log lines and artifacts.

use chrono::{DateTime, Utc};
use strum::{Display, EnumString, IntoStaticStr, VariantArray};

use crate::task::task::{Finish, Task};

/// The level of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum LogLevel {
    /// Normal progress.
    Info,
    /// Something unexpected that did not stop the script.
    Warn,
}

/// The kind of an artifact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum ArtifactKind {
    /// The screen, as PNG.
    Screenshot,
    /// The UI tree, as XML.
    UiTree,
    /// The recorded exchange with the phone, as JSON Lines in gzip.
    Tape,
}

/// One record of a running attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The time.
    pub at: DateTime<Utc>,
    /// The content.
    pub event: RecordedEvent,
}

/// The content of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordedEvent {
    /// A step began; one short sentence.
    Step(String),
    /// The progress of the attempt, 0 to 100.
    Progress(u8),
    /// A line for the log.
    Log(LogLevel, String),
    /// The result that the script returned, as JSON text.
    Result(String),
    /// The version of the app on the phone.
    AppVersion(String),
    /// A file was stored.
    Artifact {
        /// The kind.
        kind: ArtifactKind,
        /// The path below the artifact folder, with `/` between its parts.
        file: String,
    },
}

/// One attempt at a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// From 1.
    pub number: u32,
    /// The start.
    pub started_at: DateTime<Utc>,
    /// The end; `None` while it runs.
    pub finish: Option<Finish>,
    /// The result that the script returned, as JSON text.
    pub result: Option<String>,
    /// The version of the app on the phone; `None` if it did not come to the app.
    pub app_version: Option<String>,
}

/// One step of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The attempt's number.
    pub attempt: u32,
    /// The position among all records of the attempt, from 1.
    pub number: u32,
    /// One short sentence.
    pub text: String,
    /// The start; it ends when the next step starts or the attempt ends.
    pub started_at: DateTime<Utc>,
}

/// One line of an attempt's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// The attempt's number.
    pub attempt: u32,
    /// The position among all records of the attempt, from 1.
    pub number: u32,
    /// The time.
    pub at: DateTime<Utc>,
    /// The level.
    pub level: LogLevel,
    /// The line.
    pub text: String,
}

/// One file that an attempt stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// The attempt's number.
    pub attempt: u32,
    /// The position among all records of the attempt, from 1.
    pub number: u32,
    /// The time.
    pub at: DateTime<Utc>,
    /// The kind.
    pub kind: ArtifactKind,
    /// The path below the artifact folder, with `/` between its parts.
    pub file: String,
}

/// A task with its attempts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskDetail {
    /// The task.
    pub task: Task,
    /// The attempts, oldest first.
    pub attempts: Vec<Attempt>,
    /// The steps of all attempts, oldest first.
    pub steps: Vec<Step>,
    /// The artifacts of all attempts, oldest first.
    pub artifacts: Vec<Artifact>,
}
