//! A task as a value: what is to run where, and in which state it is. How it changes state is [`crate::transition`]'s.

use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::names::{AppKind, ScriptName, Serial, Username};

/// The number of a task: positive, given by the store, never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TaskId(pub i64);

impl fmt::Display for TaskId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// What a runner holds while it works on a task. A result is only written under the lease that the task still has,
/// so that a runner that was given up for dead cannot overwrite what its successor did.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LeaseId(pub String);

/// The four states that the API counts and filters by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// Waits: [`crate::WaitingReason`] says for what.
    Pending,
    /// Works on its phone.
    Running,
    /// Finished, and did what it was asked to.
    Completed,
    /// Finished, and did not: [`Outcome`] and the remark say why.
    Failed,
}

impl Status {
    /// All of them, in the order of their codes.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Running, Self::Completed, Self::Failed];

    /// The number that the API uses: 0 to 3.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Pending => 0,
            Self::Running => 1,
            Self::Completed => 2,
            Self::Failed => 3,
        }
    }

    /// The word that the API uses.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Completed => "completed",
            Self::Failed => "failed",
        }
    }

    /// The status that the API's number means, if it is one.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.code() == code)
    }
}

/// How a finished task ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It did what it was asked to.
    Succeeded,
    /// The script found that it cannot be done, or could not see that it was done.
    Failed,
    /// A person stopped it.
    Stopped,
    /// It was not done within its time.
    TimedOut,
    /// The server ended, or lost the task's runner, while it worked.
    Interrupted,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Succeeded, Self::Failed, Self::Stopped, Self::TimedOut, Self::Interrupted];

    /// The word that the API uses.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Stopped => "stopped",
            Self::TimedOut => "timed_out",
            Self::Interrupted => "interrupted",
        }
    }

    /// The outcome that the API's word means, if it is one.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.text() == text)
    }
}

/// The end of a task's work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finish {
    /// How it ended.
    pub outcome: Outcome,
    /// One sentence for a person; for a success it may be empty.
    pub remark: String,
    /// When the phone was let go.
    pub at: DateTime<Utc>,
}

/// The priorities that a task may have; higher ones are taken first.
pub const PRIORITIES: RangeInclusive<i32> = -100..=100;
/// The most times that a task may be begun again by itself.
pub const MOST_RETRIES: u32 = 100;
/// The longest that a task may ask to work.
pub const LONGEST_TIME_LIMIT: Duration = Duration::from_secs(24 * 60 * 60);

/// How a task is treated, beside what it does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TaskOptions {
    /// One of [`PRIORITIES`]: a phone takes what is higher first.
    pub priority: i32,
    /// How many times it is begun again by itself after a failure that may pass; at most [`MOST_RETRIES`].
    pub max_retries: u32,
    /// The longest that one attempt may work, at most [`LONGEST_TIME_LIMIT`]; none means the server's own limit.
    pub time_limit: Option<Duration>,
}

/// In which state a task is, with what belongs to that state alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaskState {
    /// Waits for its time and its phone.
    Pending,
    /// Waits to be begun again after an attempt that failed for now.
    Retrying {
        /// Not before this moment.
        at: DateTime<Utc>,
    },
    /// Works under a lease.
    Running {
        /// Who works on it.
        lease: LeaseId,
        /// Since when.
        since: DateTime<Utc>,
    },
    /// Did what it was asked to, or did not: see the outcome.
    Finished {
        /// When its last attempt began.
        started_at: DateTime<Utc>,
        /// How that ended.
        finish: Finish,
    },
}

impl TaskState {
    /// The state as the API counts it.
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

/// Who made a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// A person in the web console.
    Ui,
    /// A program, through `/api/v1`.
    Api,
}

impl Source {
    /// The word that the API uses.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Ui => "ui",
            Self::Api => "api",
        }
    }

    /// The source that the API's word means, if it is one.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        [Self::Ui, Self::Api].into_iter().find(|source| source.text() == text)
    }
}

/// One script to be run once, on one phone or for one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Its number.
    pub id: TaskId,
    /// The phone; none while its account is bound to no phone.
    pub serial: Option<Serial>,
    /// The account; none means whichever account is signed in.
    pub username: Option<Username>,
    /// The app, when the request or the account settled it.
    pub app: AppKind,
    /// Which script.
    pub script: ScriptName,
    /// The script's configuration as JSON text, checked by the script at creation and opaque to everyone else.
    pub script_config: String,
    /// Who made it.
    pub source: Source,
    /// It does not run before this moment.
    pub start_time: Option<DateTime<Utc>>,
    /// How it is treated.
    pub options: TaskOptions,
    /// In which state it is.
    pub state: TaskState,
    /// How far its last attempt came, 0 to 100.
    pub progress: u8,
    /// What its last attempt last began to do.
    pub step: Option<String>,
    /// How many times it was begun; the number of its last attempt.
    pub attempt_count: u32,
    /// How many times it was sent to be begun again, by itself or by a person.
    pub retry_count: u32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}
