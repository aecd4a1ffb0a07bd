//! The part of a list that a request asks for: a page by number, or what follows a cursor.
//!
//! A cursor is opaque to clients: the number of the last entry, bound to the filters of the list.

use std::fmt::{Debug, Write as _};

use sha2::{Digest, Sha256};
use tikmatrix_storage::{NumberedPage, Page, PageStart};

use crate::http::query::Query;

/// The number of entries on a page when the client does not say.
const DEFAULT_PAGE_SIZE: u32 = 20;
/// More than this is taken as this.
const LARGEST_PAGE_SIZE: u32 = 100;

/// Reads `page` (from 1) and `page_size` (1 to 100).
pub(crate) fn page(query: &mut Query) -> NumberedPage {
    let number = query.number("page", 1).unwrap_or(1);
    NumberedPage { number, size: size(query) }
}

/// Reads `page` (from 1) or `cursor`, and `page_size` (1 to 100), of a list with `filter`; `id` makes the number of an
/// entry one.
pub(crate) fn with_cursor<Id>(
    query: &mut Query,
    filter: &impl Debug,
    id: impl FnOnce(i64) -> Id,
) -> Page<Id> {
    let page = query.number("page", 1);
    let cursor = query.text("cursor");
    let start = match cursor.map(|cursor| read(&cursor, filter)) {
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

fn size(query: &mut Query) -> u32 {
    query.number("page_size", 1).unwrap_or(DEFAULT_PAGE_SIZE).min(LARGEST_PAGE_SIZE)
}

/// The cursor for what comes after the entry numbered `last`, in a list with `filter`.
pub(crate) fn after(last: i64, filter: &impl Debug) -> String {
    format!("{last:x}-{}", mark(filter))
}

/// The number of the entry that the cursor begins after.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn read(cursor: &str, filter: &impl Debug) -> Result<i64, String> {
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

/// A short name for what a list shows.
fn mark(filter: &impl Debug) -> String {
    let mut mark = String::new();
    for byte in &Sha256::digest(format!("{filter:?}"))[..4] {
        // Writing to a string cannot fail.
        let _ = write!(mark, "{byte:02x}");
    }
    mark
}
