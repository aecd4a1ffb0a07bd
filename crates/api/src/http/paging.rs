//! The page of a list that is asked for.

use std::fmt::Debug;

use tikmatrix_storage::{NumberedPage, Page, PageStart};

use super::{Query, cursor};

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
    let start = match cursor.map(|cursor| cursor::read(&cursor, filter)) {
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
