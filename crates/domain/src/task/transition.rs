//! The one function by which a task changes state. Storage writes what it returns and nothing else.

use chrono::{DateTime, Utc};
use thiserror::Error;

use crate::task::task::{Finish, LeaseId, Status, TaskState};

/// What can happen to a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaskEvent {
    /// A runner took it for its phone.
    Claimed {
        /// The runner's lease.
        lease: LeaseId,
        /// When.
        at: DateTime<Utc>,
    },
    /// The runner that holds `lease` gives it back before anything was done on the phone.
    Released {
        /// The lease under which it was taken.
        lease: LeaseId,
    },
    /// The runner that holds `lease` failed for now: it is to be begun again later.
    Postponed {
        /// The lease under which the work was done.
        lease: LeaseId,
        /// Not before this moment.
        until: DateTime<Utc>,
    },
    /// A person wants it begun again.
    Retried,
    /// The runner that holds `lease` is done with it.
    Finished {
        /// The lease under which the work was done.
        lease: LeaseId,
        /// How it ended.
        finish: Finish,
    },
}

/// The event cannot happen to a task in this state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum IllegalTransition {
    /// Only a pending task can be claimed.
    #[error("a task that is {} cannot be claimed", .0.text())]
    NotPending(Status),
    /// Only a running task can finish or be given back.
    #[error("a task that is {} cannot finish or be given back", .0.text())]
    NotRunning(Status),
    /// Only a failed task can be retried.
    #[error("a task that is {} cannot be retried, only one that is failed", .0.text())]
    NotFailed(Status),
    /// A task that works has to be stopped before it can be deleted.
    #[error("a task that is running cannot be deleted before it is stopped")]
    StillRunning,
    /// The task is worked on under another lease.
    #[error("the task is leased to another runner")]
    LeaseLost,
}

/// The state that `state` becomes by `event`.
///
/// # Errors
/// [`IllegalTransition`] when the event cannot happen to a task in this state; the state is then unchanged.
pub fn transition(state: &TaskState, event: TaskEvent) -> Result<TaskState, IllegalTransition> {
    match (state, event) {
        (TaskState::Pending | TaskState::Retrying { .. }, TaskEvent::Claimed { lease, at }) => {
            Ok(TaskState::Running { lease, since: at })
        }
        (other, TaskEvent::Claimed { .. }) => Err(IllegalTransition::NotPending(other.status())),
        (state, TaskEvent::Retried) if state.status() == Status::Failed => Ok(TaskState::Pending),
        (other, TaskEvent::Retried) => Err(IllegalTransition::NotFailed(other.status())),
        (
            TaskState::Running { lease: held, .. },
            TaskEvent::Finished { lease, .. }
            | TaskEvent::Released { lease }
            | TaskEvent::Postponed { lease, .. },
        ) if *held != lease => Err(IllegalTransition::LeaseLost),
        (TaskState::Running { .. }, TaskEvent::Released { .. }) => Ok(TaskState::Pending),
        (TaskState::Running { .. }, TaskEvent::Postponed { until, .. }) => {
            Ok(TaskState::Retrying { at: until })
        }
        (TaskState::Running { since, .. }, TaskEvent::Finished { finish, .. }) => {
            Ok(TaskState::Finished { started_at: *since, finish })
        }
        (other, TaskEvent::Finished { .. } | TaskEvent::Released { .. } | TaskEvent::Postponed { .. }) => {
            Err(IllegalTransition::NotRunning(other.status()))
        }
    }
}

/// Whether a task in this state may cease to be.
///
/// # Errors
/// [`IllegalTransition::StillRunning`] for one that works: its runner has to let go of the phone first.
pub fn may_be_deleted(state: &TaskState) -> Result<(), IllegalTransition> {
    match state {
        TaskState::Running { .. } => Err(IllegalTransition::StillRunning),
        TaskState::Pending | TaskState::Retrying { .. } | TaskState::Finished { .. } => Ok(()),
    }
}
