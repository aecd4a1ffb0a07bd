//! The cursor of a list: where the next part begins, bound to the filters of the list. What it holds is nobody's business
//! but this module's.

use std::fmt::{Debug, Write as _};

use sha2::{Digest, Sha256};

/// The cursor for what comes after the entry numbered `last`, in a list with `filter`.
pub(crate) fn after(last: i64, filter: &impl Debug) -> String {
    format!("{last:x}-{}", mark(filter))
}

/// The number of the entry that the cursor begins after.
///
/// # Errors
/// What is wrong with it.
pub(super) fn read(cursor: &str, filter: &impl Debug) -> Result<i64, String> {
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
