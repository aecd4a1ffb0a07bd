//! A task as a value: what runs where, and its state. Only [`crate::transition`] changes the state.

use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use strum::{Display, EnumString, FromRepr, IntoStaticStr, VariantArray};

use crate::account::username::Username;
use crate::names::{AppId, ScriptName, Serial};
use crate::task::failure::code::FailureCode;
use crate::task::requirement::AppRequirement;

/// The number of a task: positive, assigned by the database, never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TaskId(pub i64);

impl fmt::Display for TaskId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// A runner's right to run a task. A result is written only under the task's current lease, so that a server that was
/// taken for dead cannot overwrite the result of its successor.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LeaseId(pub String);

/// The four states that the API counts and filters by.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Display, EnumString, FromRepr, IntoStaticStr, VariantArray,
)]
#[strum(serialize_all = "snake_case")]
#[repr(u8)]
pub enum Status {
    /// Waits for the reason that [`crate::WaitingReason`] gives.
    Pending,
    /// Runs on its device.
    Running,
    /// Finished successfully.
    Completed,
    /// Finished without success; [`Outcome`] and the remark give the reason.
    Failed,
}

impl Status {
    /// The number that the API and the database use: 0 to 3, in the order of the declaration.
    #[must_use]
    pub fn code(self) -> u8 {
        self as u8
    }
}

/// The result of a finished task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Display, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Outcome {
    /// The script succeeded.
    Succeeded,
    /// The script failed, or could not confirm its success.
    Failed,
    /// A user stopped it.
    Stopped,
    /// A user cancelled it while it was pending.
    Cancelled,
    /// It exceeded its time limit.
    TimedOut,
    /// The server ended while it ran.
    Interrupted,
}

/// The end of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finish {
    /// The result.
    pub outcome: Outcome,
    /// Why it did not succeed; `None` after a success, and of old tasks whose reason is not known.
    pub failure_code: Option<FailureCode>,
    /// One sentence for the user; it may be empty after a success.
    pub remark: String,
    /// When the phone was released.
    pub at: DateTime<Utc>,
}

/// The priorities that a task may have; higher ones run first.
pub const PRIORITIES: RangeInclusive<i32> = -100..=100;
/// The largest number of automatic retries that a task may have.
pub const MAX_RETRIES: u32 = 100;
/// The longest time limit that a task may have.
pub const MAX_TIME_LIMIT: Duration = Duration::from_secs(24 * 60 * 60);

/// The options of a task that do not depend on its script.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TaskOptions {
    /// One of [`PRIORITIES`]: a device runs tasks of higher priority first.
    pub priority: i32,
    /// The maximum number of automatic retries after transient failures; at most [`MAX_RETRIES`].
    pub max_retries: u32,
    /// The time limit of each attempt, at most [`MAX_TIME_LIMIT`]; `None` means the server's own limit.
    pub time_limit: Option<Duration>,
}

/// The state of a task, with the data that exists only in that state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaskState {
    /// Waits for its start time and its device.
    Pending,
    /// Waits for a retry after a transient failure.
    Retrying {
        /// The earliest start of the next attempt.
        at: DateTime<Utc>,
    },
    /// Runs under a lease.
    Running {
        /// The lease of the attempt.
        lease: LeaseId,
        /// The start of the attempt.
        since: DateTime<Utc>,
    },
    /// Ended, with or without success.
    Finished {
        /// The start of the last attempt; `None` if the task was cancelled while it was pending.
        started_at: Option<DateTime<Utc>>,
        /// The end of the last attempt, or of the task.
        finish: Finish,
    },
}

impl TaskState {
    /// The status by which the API counts the state.
    #[must_use]
    pub fn status(&self) -> Status {
        match self {
            Self::Pending | Self::Retrying { .. } => Status::Pending,
            Self::Running { .. } => Status::Running,
            Self::Finished { finish, .. } if finish.outcome == Outcome::Succeeded => Status::Completed,
            Self::Finished { .. } => Status::Failed,
        }
    }
}

/// The kind of client that created a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Display, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Source {
    /// The web console.
    Ui,
    /// A program, through `/api/v1`.
    Api,
}

/// A task before it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTask {
    /// The device, if the request names devices.
    pub serial: Option<Serial>,
    /// The account, if the request is for accounts.
    pub username: Option<Username>,
    /// The app that the configuration names, or the account's; `None` means the account's app, else the default app.
    pub app: Option<AppId>,
    /// The script.
    pub script: ScriptName,
    /// The script's configuration as JSON text, shared between the tasks of one target.
    pub script_config: Arc<str>,
    /// The kind of client that created it.
    pub source: Source,
    /// The earliest start.
    pub start_time: Option<DateTime<Utc>>,
    /// The options.
    pub options: TaskOptions,
    /// What the configuration asks of the app, shared between the tasks of one target.
    pub requirements: Arc<[AppRequirement]>,
}

/// The configuration of a task: JSON text that only the script reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScriptConfig {
    /// The text.
    Text(String),
    /// A text that was not loaded, by its length: a long one in a list, or where only the state of a task matters.
    Omitted {
        /// The length in bytes.
        bytes: u64,
    },
}

impl ScriptConfig {
    /// The text; `None` if it was not loaded.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Omitted { .. } => None,
        }
    }

    /// The length of the text, in bytes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        match self {
            Self::Text(text) => u64::try_from(text.len()).unwrap_or(u64::MAX),
            Self::Omitted { bytes } => *bytes,
        }
    }
}

/// One run of one script, on one device or for one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// The number.
    pub id: TaskId,
    /// The device; `None` while the account is bound to no device.
    pub serial: Option<Serial>,
    /// The account; `None` means the account that is signed in.
    pub username: Option<Username>,
    /// The app: from the request, else the account's, else the default app.
    pub app: AppId,
    /// The version of the app, as the last attempt found it on the phone; `None` before one did.
    pub app_version: Option<String>,
    /// The script.
    pub script: ScriptName,
    /// The script's configuration.
    pub script_config: ScriptConfig,
    /// The kind of client that created it.
    pub source: Source,
    /// The earliest start.
    pub start_time: Option<DateTime<Utc>>,
    /// The options.
    pub options: TaskOptions,
    /// The state.
    pub state: TaskState,
    /// The progress of the last attempt, 0 to 100.
    pub progress: u8,
    /// The last step of the last attempt.
    pub step: Option<String>,
    /// The number of attempts, and so the number of the last one.
    pub attempt_count: u32,
    /// The number of retries, automatic and by users.
    pub retry_count: u32,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}
