//! What happens to tasks and phones, as it is told to whoever listens. Where events are kept and in which order is
//! storage's; how they are written for clients is the API's.

use chrono::{DateTime, Utc};

use crate::names::Serial;
use crate::task::task::{Outcome, TaskId};

/// The place of an event among all of them: it rises, is given by the store and never used twice. 0 is before the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventId(pub i64);

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its place among all events.
    pub id: EventId,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// The phone that it is about, or that of the task; none while nobody knows it.
    pub serial: Option<Serial>,
    /// What happened.
    pub subject: EventSubject,
}

/// What an event is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventSubject {
    /// A task.
    Task {
        /// Its number.
        task: TaskId,
        /// How many times it was begun by then; the number of the attempt that the event belongs to.
        attempt: u32,
        /// What happened to it.
        change: TaskChange,
    },
    /// The connection to a phone.
    Device {
        /// Where the phone is reached: `HOST:PORT` of its adbd, or its name at an adb server.
        address: String,
        /// The word that the API uses for how it is doing.
        state: String,
        /// Why, for a person.
        reason: Option<String>,
    },
}

/// What can happen to a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaskChange {
    /// It was made.
    Created,
    /// An attempt began.
    Started,
    /// The attempt began a step: one short sentence.
    Step(String),
    /// How far the attempt has come, 0 to 100.
    Progress(u8),
    /// It ended.
    Finished {
        /// How.
        outcome: Outcome,
        /// One sentence for a person.
        remark: String,
    },
    /// The attempt failed for now, and the task waits for the next one.
    Postponed {
        /// What was in the way, for a person.
        remark: String,
        /// When the next attempt is due.
        until: DateTime<Utc>,
    },
    /// The attempt was not begun on the phone after all, and does not count.
    Released,
    /// A person had the failed task begin again.
    Retried,
    /// It is gone, with all that was kept of it.
    Deleted,
}

/// Which sort of event one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// [`TaskChange::Created`].
    TaskCreated,
    /// [`TaskChange::Started`].
    TaskStarted,
    /// [`TaskChange::Step`].
    TaskStep,
    /// [`TaskChange::Progress`].
    TaskProgress,
    /// [`TaskChange::Finished`].
    TaskFinished,
    /// [`TaskChange::Postponed`].
    TaskPostponed,
    /// [`TaskChange::Released`].
    TaskReleased,
    /// [`TaskChange::Retried`].
    TaskRetried,
    /// [`TaskChange::Deleted`].
    TaskDeleted,
    /// [`EventSubject::Device`].
    DeviceState,
}

impl EventKind {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::TaskCreated,
        Self::TaskStarted,
        Self::TaskStep,
        Self::TaskProgress,
        Self::TaskFinished,
        Self::TaskPostponed,
        Self::TaskReleased,
        Self::TaskRetried,
        Self::TaskDeleted,
        Self::DeviceState,
    ];

    /// The word that the API uses.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::TaskCreated => "task_created",
            Self::TaskStarted => "task_started",
            Self::TaskStep => "task_step",
            Self::TaskProgress => "task_progress",
            Self::TaskFinished => "task_finished",
            Self::TaskPostponed => "task_postponed",
            Self::TaskReleased => "task_released",
            Self::TaskRetried => "task_retried",
            Self::TaskDeleted => "task_deleted",
            Self::DeviceState => "device_state",
        }
    }

    /// The kind that the API's word means, if it is one.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.text() == text)
    }
}

impl EventSubject {
    /// Which sort of event it makes.
    #[must_use]
    pub fn kind(&self) -> EventKind {
        match self {
            Self::Task { change, .. } => change.kind(),
            Self::Device { .. } => EventKind::DeviceState,
        }
    }
}

impl TaskChange {
    /// Which sort of event it makes.
    #[must_use]
    pub fn kind(&self) -> EventKind {
        match self {
            Self::Created => EventKind::TaskCreated,
            Self::Started => EventKind::TaskStarted,
            Self::Step(_) => EventKind::TaskStep,
            Self::Progress(_) => EventKind::TaskProgress,
            Self::Finished { .. } => EventKind::TaskFinished,
            Self::Postponed { .. } => EventKind::TaskPostponed,
            Self::Released => EventKind::TaskReleased,
            Self::Retried => EventKind::TaskRetried,
            Self::Deleted => EventKind::TaskDeleted,
        }
    }
}
