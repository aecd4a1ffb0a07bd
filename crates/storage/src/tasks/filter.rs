//! Which tasks a list shows, and what is counted.

use tikmatrix_domain::{ScriptName, Serial, Source, Status, Username};

/// Which tasks are wanted; each field that is set narrows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaskFilter {
    /// Only tasks in this status.
    pub status: Option<Status>,
    /// Only tasks of this phone.
    pub serial: Option<Serial>,
    /// Only tasks of this account.
    pub username: Option<Username>,
    /// Only tasks of this script.
    pub script: Option<ScriptName>,
    /// Only tasks made by this side.
    pub source: Option<Source>,
}

/// How many tasks there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TaskCounts {
    /// Those that wait.
    pub pending: u64,
    /// Those that work.
    pub running: u64,
    /// Those that did what they were asked to.
    pub completed: u64,
    /// Those that did not.
    pub failed: u64,
}

impl TaskCounts {
    /// All of them together.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.pending + self.running + self.completed + self.failed
    }
}
