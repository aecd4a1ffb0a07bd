//! Parts of lists.

use tikmatrix_domain::TaskId;

/// The start of a page of a list. Lists run from the newest entry to the oldest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageStart<Id = TaskId> {
    /// A page number, from 1. Entries created meanwhile shift the pages, and deep pages cost more.
    Number(u32),
    /// The entries older than this one, at the same cost at any depth.
    Before(Id),
}

/// A part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page<Id = TaskId> {
    /// Where it starts.
    pub start: PageStart<Id>,
    /// The maximum number of entries.
    pub size: u32,
}

impl<Id> Page<Id> {
    pub(crate) fn offset(&self) -> i64 {
        match self.start {
            PageStart::Number(number) => NumberedPage { number, size: self.size }.offset(),
            PageStart::Before(_) => 0,
        }
    }
}

/// A part of a list that is not long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NumberedPage {
    /// The page number, from 1.
    pub number: u32,
    /// The maximum number of entries.
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
