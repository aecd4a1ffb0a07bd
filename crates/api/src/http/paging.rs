//! The part of a list that a request asks for: a page by number, or what follows a cursor.
//!
//! A cursor is opaque to clients: the number of the last entry, bound to the filters of the list.

use std::fmt::Debug;

use sha2::{Digest, Sha256};
use tikmatrix_storage::{NumberedPage, Page, PageStart};

use crate::http::query::Parameters;

/// The number of entries on a page when the client does not say.
const DEFAULT_PAGE_SIZE: u32 = 20;
/// More than this is taken as this.
const MAX_PAGE_SIZE: u32 = 100;

/// Reads `page` (from 1) and `page_size` (1 to 100).
pub(crate) fn page(query: &mut Parameters) -> NumberedPage {
    let number = query.number("page", 1).unwrap_or(1);
    NumberedPage { number, size: size(query) }
}

/// Reads `page` (from 1) or `cursor`, and `page_size` (1 to 100), of a list with `filter`; `id` makes the number of an
/// entry one.
pub(crate) fn with_cursor<Id>(
    query: &mut Parameters,
    filter: &impl Debug,
    id: impl FnOnce(i64) -> Id,
) -> Page<Id> {
    let page = query.number("page", 1);
    let cursor = query.text("cursor");
    let start = match cursor.map(|cursor| read_cursor(&cursor, filter)) {
        None => PageStart::Number(page.unwrap_or(1)),
        Some(Ok(last)) => {
            if page.is_some() {
                query.problem("page", "cannot be given together with cursor");
            }
            PageStart::Before(id(last))
        }
        Some(Err(reason)) => {
            query.problem("cursor", reason);
            PageStart::Number(1)
        }
    };
    Page { start, size: size(query) }
}

fn size(query: &mut Parameters) -> u32 {
    query.number("page_size", 1).unwrap_or(DEFAULT_PAGE_SIZE).min(MAX_PAGE_SIZE)
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
