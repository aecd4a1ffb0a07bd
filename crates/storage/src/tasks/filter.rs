//! Which tasks a list shows, and the counts of tasks.

use tikmatrix_domain::{AppId, FailureCode, ScriptName, Serial, Source, Status, Username};

/// A filter of tasks: each field that is set narrows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaskFilter {
    /// Only tasks in this status.
    pub status: Option<Status>,
    /// Only tasks of this device.
    pub serial: Option<Serial>,
    /// Only tasks of this account.
    pub username: Option<Username>,
    /// Only tasks of this script.
    pub script: Option<ScriptName>,
    /// Only tasks from this source.
    pub source: Option<Source>,
    /// Only tasks in this app.
    pub app: Option<AppId>,
    /// Only failed tasks with this code.
    pub failure_code: Option<FailureCode>,
}

/// The number of tasks in each status.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TaskCounts {
    /// Waiting tasks.
    pub pending: u64,
    /// Running tasks.
    pub running: u64,
    /// Tasks that succeeded.
    pub completed: u64,
    /// Tasks that did not.
    pub failed: u64,
}

impl TaskCounts {
    /// Returns the number of all tasks.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.pending + self.running + self.completed + self.failed
    }
}
