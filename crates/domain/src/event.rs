//! The events of tasks and devices that clients can subscribe to.

use chrono::{DateTime, Utc};
use strum::{Display, EnumString, IntoStaticStr, VariantArray};

use crate::names::Serial;
use crate::task::failure::code::FailureCode;
use crate::task::task::{Outcome, TaskId};

/// The position of an event among all events: ascending, assigned by the database, never reused. 0 is before the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventId(pub i64);

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The position among all events.
    pub id: EventId,
    /// The time.
    pub at: DateTime<Utc>,
    /// The device that it is about, or the device of the task; `None` while it is not known.
    pub serial: Option<Serial>,
    /// The subject.
    pub subject: EventSubject,
}

/// The subject of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventSubject {
    /// A task.
    Task {
        /// The task's number.
        task: TaskId,
        /// The number of the attempt to which the event belongs.
        attempt: u32,
        /// The change of the task.
        change: TaskChange,
    },
    /// The connection to a device.
    Device {
        /// The address of the device: `HOST:PORT` of its adbd, or its name at an adb server.
        address: String,
        /// The text that the API uses for the state of the connection.
        state: String,
        /// The reason, for the user.
        reason: Option<String>,
    },
}

/// A change of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaskChange {
    /// It was created.
    Created,
    /// An attempt began.
    Started,
    /// The attempt began a step: one short sentence.
    Step(String),
    /// The progress of the attempt, 0 to 100.
    Progress(u8),
    /// It ended.
    Finished {
        /// The result.
        outcome: Outcome,
        /// Why it did not succeed.
        failure_code: Option<FailureCode>,
        /// One sentence for the user.
        remark: String,
    },
    /// The attempt failed, and the task waits for a retry.
    Postponed {
        /// Why it failed.
        failure_code: Option<FailureCode>,
        /// The reason, for the user.
        remark: String,
        /// The earliest start of the retry.
        until: DateTime<Utc>,
    },
    /// The attempt was given back before anything was done on the device, and does not count.
    Released,
    /// The server ended during the attempt; the task runs again.
    Interrupted {
        /// The reason, for the user.
        remark: String,
    },
    /// A user retried the failed task.
    Retried,
    /// It was deleted with its journal and artifacts.
    Deleted,
}

/// The kind of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Display, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
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
    /// [`TaskChange::Interrupted`].
    TaskInterrupted,
    /// [`TaskChange::Retried`].
    TaskRetried,
    /// [`TaskChange::Deleted`].
    TaskDeleted,
    /// [`EventSubject::Device`].
    DeviceState,
}

impl EventSubject {
    /// The kind of its event.
    #[must_use]
    pub fn kind(&self) -> EventKind {
        match self {
            Self::Task { change, .. } => change.kind(),
            Self::Device { .. } => EventKind::DeviceState,
        }
    }
}

impl TaskChange {
    /// The kind of its event.
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
            Self::Interrupted { .. } => EventKind::TaskInterrupted,
            Self::Retried => EventKind::TaskRetried,
            Self::Deleted => EventKind::TaskDeleted,
        }
    }
}
