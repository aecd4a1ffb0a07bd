//! The page of a list that is asked for.

use tikmatrix_storage::NumberedPage;

use super::Query;

/// The number of entries on a page when the client does not say.
const DEFAULT_PAGE_SIZE: u32 = 20;
/// More than this is taken as this.
const LARGEST_PAGE_SIZE: u32 = 100;

/// Reads `page` (from 1) and `page_size` (1 to 100).
pub(crate) fn page(query: &mut Query) -> NumberedPage {
    let number = query.number("page", 1).unwrap_or(1);
    let size = query.number("page_size", 1).unwrap_or(DEFAULT_PAGE_SIZE).min(LARGEST_PAGE_SIZE);
    NumberedPage { number, size }
}
