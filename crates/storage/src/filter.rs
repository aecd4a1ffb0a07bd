//! Which tasks a list shows, which part of it, and what is counted.

use tikmatrix_domain::{AppKind, MaterialKind, ScriptName, Serial, Source, Status, Tag, TaskId, Username};

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

/// Where a page of a list begins; lists run from the newest entry to the oldest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageStart<Id = TaskId> {
    /// Pages counted from 1. What was created meanwhile shifts them, and deep pages cost more.
    Number(u32),
    /// What is older than this one, at the same cost at any depth.
    Before(Id),
}

/// A part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page<Id = TaskId> {
    /// Where it begins.
    pub start: PageStart<Id>,
    /// How many entries at most.
    pub size: u32,
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

/// Which accounts are wanted; each field that is set narrows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountFilter {
    /// Only accounts of this name.
    pub username: Option<Username>,
    /// Only accounts in this app.
    pub app: Option<AppKind>,
    /// Only accounts that live on this phone.
    pub serial: Option<Serial>,
    /// Only accounts that are enabled, or that are not.
    pub enabled: Option<bool>,
}

/// Which materials are wanted; each field that is set narrows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MaterialFilter {
    /// Only materials that carry this tag.
    pub tag: Option<Tag>,
    /// Only materials that are meant for this account.
    pub username: Option<Username>,
    /// Only materials that are used, or that are not.
    pub used: Option<bool>,
    /// Only videos, or only images.
    pub kind: Option<MaterialKind>,
}

/// A part of a list that is not long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NumberedPage {
    /// From 1.
    pub number: u32,
    /// How many entries at most.
    pub size: u32,
}

impl NumberedPage {
    pub(crate) fn limit(self) -> i64 {
        i64::from(self.size)
    }

    pub(crate) fn offset(self) -> i64 {
        i64::from(self.number.saturating_sub(1)) * i64::from(self.size)
    }
}
