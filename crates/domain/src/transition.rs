//! The one function by which a task changes state. Storage writes what it returns and nothing else.

use chrono::{DateTime, Utc};
use thiserror::Error;

use crate::task::{Finish, LeaseId, Status, TaskState};

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
        (TaskState::Pending, TaskEvent::Claimed { lease, at }) => Ok(TaskState::Running { lease, since: at }),
        (other, TaskEvent::Claimed { .. }) => Err(IllegalTransition::NotPending(other.status())),
        (
            TaskState::Running { lease: held, .. },
            TaskEvent::Finished { lease, .. } | TaskEvent::Released { lease },
        ) if *held != lease => Err(IllegalTransition::LeaseLost),
        (TaskState::Running { .. }, TaskEvent::Released { .. }) => Ok(TaskState::Pending),
        (TaskState::Running { since, .. }, TaskEvent::Finished { finish, .. }) => {
            Ok(TaskState::Finished { started_at: *since, finish })
        }
        (other, TaskEvent::Finished { .. } | TaskEvent::Released { .. }) => {
            Err(IllegalTransition::NotRunning(other.status()))
        }
    }
}
