//! The part of a list that a request asks for: a page by number, or what follows a cursor.
//!
//! A cursor is opaque to clients: the number of the last entry, bound to the filters of the list.

use std::fmt::Debug;

use sha2::{Digest, Sha256};
use tikmatrix_storage::{NumberedPage, Page, PageStart};
use tikmatrix_validation::Problems;

/// The number of entries on a page when the client does not say.
const DEFAULT_PAGE_SIZE: u32 = 20;
/// More than this is taken as this.
const MAX_PAGE_SIZE: u32 = 100;

/// Returns the page of this number and size, where the client names them.
pub(crate) fn page(number: Option<u32>, size: Option<u32>) -> NumberedPage {
    NumberedPage { number: number.unwrap_or(1), size: bounded(size) }
}

/// What a client says of the part of a list that it wants.
pub(crate) struct PageQuery {
    pub(crate) page: Option<u32>,
    pub(crate) page_size: Option<u32>,
    pub(crate) cursor: Option<String>,
}

impl PageQuery {
    /// Returns the part of a list with `filter` that is wanted; `id` makes the number of an entry one. Adds what is wrong
    /// with the cursor.
    pub(crate) fn of_list<Id>(
        self,
        filter: &impl Debug,
        id: impl FnOnce(i64) -> Id,
        problems: &mut Problems,
    ) -> Page<Id> {
        let start = match self.cursor.map(|cursor| read_cursor(&cursor, filter)) {
            None => PageStart::Number(self.page.unwrap_or(1)),
            Some(Ok(last)) => {
                if self.page.is_some() {
                    problems.add("page", "cannot be given together with cursor");
                }
                PageStart::Before(id(last))
            }
            Some(Err(reason)) => {
                problems.add("cursor", reason);
                PageStart::Number(1)
            }
        };
        Page { start, size: bounded(self.page_size) }
    }
}

fn bounded(size: Option<u32>) -> u32 {
    size.unwrap_or(DEFAULT_PAGE_SIZE).min(MAX_PAGE_SIZE)
}

/// Returns the page to read from the database: by cursor, one entry more, which shows whether there are more.
pub(crate) fn with_next<Id: Copy>(page: &Page<Id>) -> Page<Id> {
    let more = u32::from(matches!(page.start, PageStart::Before(_)));
    Page { start: page.start, size: page.size + more }
}

/// Cuts what was read for `page` to its size, and returns the number of the page and the cursor that continues the list.
pub(crate) fn settle<Entry, Id>(
    entries: &mut Vec<Entry>,
    page: &Page<Id>,
    total: u64,
    filter: &impl Debug,
    number: impl FnOnce(&Entry) -> i64,
) -> (Option<u32>, Option<String>) {
    let size = page.size as usize;
    let (shown, has_more) = match page.start {
        PageStart::Number(shown) => (Some(shown), u64::from(shown) * u64::from(page.size) < total),
        PageStart::Before(_) => (None, entries.len() > size),
    };
    entries.truncate(size);
    let last = entries.last().filter(|_| has_more);
    (shown, last.map(|last| cursor_after(number(last), filter)))
}

/// The cursor for what comes after the entry numbered `last`, in a list with `filter`.
pub(crate) fn cursor_after(last: i64, filter: &impl Debug) -> String {
    format!("{last:x}-{}", mark(filter))
}

/// The number of the entry that the cursor begins after.
///
/// # Errors
/// The reason for a client.
fn read_cursor(cursor: &str, filter: &impl Debug) -> Result<i64, String> {
    let parts =
        cursor.split_once('-').and_then(|(last, mark)| Some((i64::from_str_radix(last, 16).ok()?, mark)));
    match parts {
        Some((last, given)) if given == mark(filter) && last > 0 => Ok(last),
        Some((last, given)) if given.len() == mark(filter).len() && last > 0 => {
            Err("belongs to a list with other filters; a list is read on with the filters that it began with"
                .to_owned())
        }
        _ => Err("is not a next_cursor of this list".to_owned()),
    }
}

/// A short hash of what a list shows.
fn mark(filter: &impl Debug) -> String {
    Sha256::digest(format!("{filter:?}"))[..4].iter().map(|byte| format!("{byte:02x}")).collect()
}
