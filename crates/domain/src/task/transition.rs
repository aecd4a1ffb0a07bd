//! The one function by which a task changes state. The database stores only what it returns.

use chrono::{DateTime, Utc};
use thiserror::Error;

use crate::task::finish::cancelled;
use crate::task::task::{Finish, LeaseId, Status, TaskState};

/// An event that changes the state of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaskEvent {
    /// A runner claimed it for one of its devices.
    Claimed {
        /// The lease of the new attempt.
        lease: LeaseId,
        /// The start of the new attempt.
        at: DateTime<Utc>,
    },
    /// The runner that holds `lease` gives it back before anything was done on the device.
    Released {
        /// The lease of the attempt.
        lease: LeaseId,
    },
    /// The attempt under `lease` failed, and is to be retried later.
    Postponed {
        /// The lease of the attempt.
        lease: LeaseId,
        /// The earliest start of the retry.
        until: DateTime<Utc>,
    },
    /// The server ended during the attempt under `lease`, which is repeated.
    Interrupted {
        /// The lease of the attempt.
        lease: LeaseId,
    },
    /// A user retries it.
    Retried,
    /// A user cancels it while it is pending.
    Cancelled {
        /// The end of the task.
        at: DateTime<Utc>,
    },
    /// The attempt under `lease` ended.
    Finished {
        /// The lease of the attempt.
        lease: LeaseId,
        /// The end of the attempt.
        finish: Finish,
    },
}

/// The event is not allowed for a task in this state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum IllegalTransition {
    /// Only a pending task can be claimed.
    #[error("a task that is {0} cannot be claimed")]
    NotPending(Status),
    /// Only a running task can finish or be given back.
    #[error("a task that is {0} cannot finish or be given back")]
    NotRunning(Status),
    /// Only a failed task can be retried.
    #[error("a task that is {0} cannot be retried, only one that is failed")]
    NotFailed(Status),
    /// Only a pending task can be cancelled; a running one is stopped.
    #[error("a task that is {0} cannot be cancelled, only one that is pending or running")]
    NotCancellable(Status),
    /// A running task has to be stopped before it can be deleted.
    #[error("a task that is running cannot be deleted before it is stopped")]
    StillRunning,
    /// The task runs under another lease.
    #[error("the task is leased to another runner")]
    LeaseLost,
}

/// Returns the state that follows `state` after `event`.
///
/// # Errors
/// [`IllegalTransition`] when the event is not allowed for a task in this state.
pub fn transition(state: &TaskState, event: TaskEvent) -> Result<TaskState, IllegalTransition> {
    match (state, event) {
        (TaskState::Pending | TaskState::Retrying { .. }, TaskEvent::Claimed { lease, at }) => {
            Ok(TaskState::Running { lease, since: at })
        }
        (other, TaskEvent::Claimed { .. }) => Err(IllegalTransition::NotPending(other.status())),
        (state, TaskEvent::Retried) if state.status() == Status::Failed => Ok(TaskState::Pending),
        (other, TaskEvent::Retried) => Err(IllegalTransition::NotFailed(other.status())),
        (TaskState::Pending | TaskState::Retrying { .. }, TaskEvent::Cancelled { at }) => {
            let retrying = matches!(state, TaskState::Retrying { .. });
            Ok(TaskState::Finished { started_at: None, finish: cancelled(retrying, at) })
        }
        (other, TaskEvent::Cancelled { .. }) => Err(IllegalTransition::NotCancellable(other.status())),
        (
            TaskState::Running { lease: held, .. },
            TaskEvent::Finished { lease, .. }
            | TaskEvent::Released { lease }
            | TaskEvent::Interrupted { lease }
            | TaskEvent::Postponed { lease, .. },
        ) if *held != lease => Err(IllegalTransition::LeaseLost),
        (TaskState::Running { .. }, TaskEvent::Released { .. } | TaskEvent::Interrupted { .. }) => {
            Ok(TaskState::Pending)
        }
        (TaskState::Running { .. }, TaskEvent::Postponed { until, .. }) => {
            Ok(TaskState::Retrying { at: until })
        }
        (TaskState::Running { since, .. }, TaskEvent::Finished { finish, .. }) => {
            Ok(TaskState::Finished { started_at: Some(*since), finish })
        }
        (
            other,
            TaskEvent::Finished { .. }
            | TaskEvent::Released { .. }
            | TaskEvent::Interrupted { .. }
            | TaskEvent::Postponed { .. },
        ) => Err(IllegalTransition::NotRunning(other.status())),
    }
}

/// Checks that a task in this state may be deleted.
///
/// # Errors
/// [`IllegalTransition::StillRunning`] for a running task: its runner has to release the phone first.
pub fn check_deletable(state: &TaskState) -> Result<(), IllegalTransition> {
    match state {
        TaskState::Running { .. } => Err(IllegalTransition::StillRunning),
        TaskState::Pending | TaskState::Retrying { .. } | TaskState::Finished { .. } => Ok(()),
    }
}

/// What people do with many tasks at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchOperation {
    /// Stops running tasks.
    Stop,
    /// Cancels pending tasks, and stops running ones.
    Cancel,
    /// Retries failed tasks.
    Retry,
    /// Deletes tasks; running ones are stopped first.
    Delete,
}

impl BatchOperation {
    /// Returns the statuses of the tasks that it can be done with.
    #[must_use]
    pub fn statuses(self) -> &'static [Status] {
        match self {
            Self::Stop => &[Status::Running],
            Self::Cancel => &[Status::Pending, Status::Running],
            Self::Retry => &[Status::Failed],
            Self::Delete => Status::ALL,
        }
    }

    /// Checks that it can be done with a task in this status.
    ///
    /// # Errors
    /// [`IllegalTransition`], for the reason that the operation itself refuses the task with.
    pub fn check(self, status: Status) -> Result<(), IllegalTransition> {
        if self.statuses().contains(&status) {
            return Ok(());
        }
        Err(match self {
            Self::Stop => IllegalTransition::NotRunning(status),
            Self::Cancel => IllegalTransition::NotCancellable(status),
            Self::Retry => IllegalTransition::NotFailed(status),
            Self::Delete => IllegalTransition::StillRunning,
        })
    }
}
