//! Parts of lists.

use tikmatrix_domain::TaskId;

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
