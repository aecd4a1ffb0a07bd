//! Why a pending task does not run yet: a pure function of the task, the time and its phone. Who knows the phones is
//! the runner; who shows the reason is the API.

use chrono::{DateTime, Utc};

use crate::task::task::{Task, TaskState};

/// What a phone is doing, as far as waiting tasks are concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhonePresence {
    /// It is not connected, or does not answer.
    Offline,
    /// It answers and works on nothing.
    Idle,
    /// It works on a task.
    Busy,
    /// No phone begins a task: the settings say so.
    Paused,
    /// It would take a task, and as many phones work as may.
    HeldBack,
}

/// Why a pending task does not run yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WaitingReason {
    /// Its start time is still to come.
    Scheduled,
    /// Its phone is not connected.
    DeviceOffline,
    /// Its phone works on another task.
    DeviceBusy,
    /// No task is begun: the settings say so.
    Paused,
    /// Its account is bound to no phone.
    NoDeviceForAccount,
    /// Its last attempt failed for now, and the next one is still to come.
    RetryBackoff,
    /// As many phones work as the plan allows.
    PlanLimit,
}

impl WaitingReason {
    /// The word that the API uses.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::DeviceOffline => "device_offline",
            Self::DeviceBusy => "device_busy",
            Self::Paused => "paused",
            Self::NoDeviceForAccount => "no_device_for_account",
            Self::RetryBackoff => "retry_backoff",
            Self::PlanLimit => "plan_limit",
        }
    }
}

/// Why `task` waits at `now` while its phone is `presence`. A task that is not pending waits for nothing, and one
/// whose phone is idle is about to be taken.
///
/// What takes a person to change comes first: a task without a phone says so even before its time has come.
#[must_use]
pub fn waiting_reason(task: &Task, now: DateTime<Utc>, presence: PhonePresence) -> Option<WaitingReason> {
    let begun_again_at = match task.state {
        TaskState::Pending => None,
        TaskState::Retrying { at } => Some(at),
        TaskState::Running { .. } | TaskState::Finished { .. } => return None,
    };
    if task.serial.is_none() {
        return Some(WaitingReason::NoDeviceForAccount);
    }
    if task.start_time.is_some_and(|start| start > now) {
        return Some(WaitingReason::Scheduled);
    }
    if begun_again_at.is_some_and(|at| at > now) {
        return Some(WaitingReason::RetryBackoff);
    }
    match presence {
        PhonePresence::Offline => Some(WaitingReason::DeviceOffline),
        PhonePresence::Busy => Some(WaitingReason::DeviceBusy),
        PhonePresence::Paused => Some(WaitingReason::Paused),
        PhonePresence::HeldBack => Some(WaitingReason::PlanLimit),
        PhonePresence::Idle => None,
    }
}

/// The moments at which the passing of time alone changes why `task` waits, in no order; those that have passed
/// included.
pub fn waiting_turns(task: &Task) -> impl Iterator<Item = DateTime<Utc>> {
    let (start, again) = match task.state {
        TaskState::Pending => (task.start_time, None),
        TaskState::Retrying { at } => (task.start_time, Some(at)),
        TaskState::Running { .. } | TaskState::Finished { .. } => (None, None),
    };
    start.into_iter().chain(again)
}
