//! Why a pending task does not run yet: a pure function of the task, the time and the presence of its device.

use chrono::{DateTime, Utc};
use strum::{Display, EnumString, IntoStaticStr, VariantArray};

use crate::task::task::{Task, TaskState};

/// Whether a device can take a task, and if not, why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DevicePresence {
    /// It is not connected, or does not answer.
    Offline,
    /// Another phone reports its serial: which of them is meant is not known.
    Conflict,
    /// It is ready and runs no task.
    Idle,
    /// It runs a task.
    Busy,
    /// It is ready, but the settings pause all tasks.
    Paused,
    /// It is ready, but as many devices run tasks as the plan allows.
    AtPlanLimit,
    /// It is ready, but as many devices run tasks as the settings allow.
    AtDeviceLimit,
}

/// Why a pending task does not run yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Display, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum WaitingReason {
    /// Its start time has not come.
    Scheduled,
    /// Its device is not connected.
    DeviceOffline,
    /// Its device runs another task.
    DeviceBusy,
    /// As many devices run tasks as the plan allows.
    PlanLimit,
    /// Its account is bound to no device.
    NoDeviceForAccount,
    /// It waits for a retry after a transient failure.
    RetryBackoff,
    /// The settings pause all tasks.
    Paused,
    /// Two phones report the serial of its device.
    DeviceConflict,
    /// As many devices run tasks as the settings allow.
    DeviceLimit,
}

/// Returns why `task` waits at `now` while its device is `presence`; `None` for a task that is not pending, or that its
/// idle device is about to claim.
///
/// Reasons that only a user can remove come first: a task without a device reports that even before its start time.
#[must_use]
pub fn waiting_reason(task: &Task, now: DateTime<Utc>, presence: DevicePresence) -> Option<WaitingReason> {
    let retry_at = match task.state {
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
    if retry_at.is_some_and(|at| at > now) {
        return Some(WaitingReason::RetryBackoff);
    }
    match presence {
        DevicePresence::Offline => Some(WaitingReason::DeviceOffline),
        DevicePresence::Conflict => Some(WaitingReason::DeviceConflict),
        DevicePresence::Busy => Some(WaitingReason::DeviceBusy),
        DevicePresence::Paused => Some(WaitingReason::Paused),
        DevicePresence::AtPlanLimit => Some(WaitingReason::PlanLimit),
        DevicePresence::AtDeviceLimit => Some(WaitingReason::DeviceLimit),
        DevicePresence::Idle => None,
    }
}

/// Returns the moments at which time alone changes the waiting reason of `task`, unordered and including past ones.
pub fn waiting_changes(task: &Task) -> impl Iterator<Item = DateTime<Utc>> {
    let (start, retry) = match task.state {
        TaskState::Pending => (task.start_time, None),
        TaskState::Retrying { at } => (task.start_time, Some(at)),
        TaskState::Running { .. } | TaskState::Finished { .. } => (None, None),
    };
    start.into_iter().chain(retry)
}
