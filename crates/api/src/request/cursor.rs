//! The cursor of a list of tasks: where the next part begins, bound to the filters of the list. What it holds is
//! nobody's business but this module's.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};
use tikmatrix_domain::{ScriptName, Serial, Source, Status, TaskId, Username};
use tikmatrix_storage::TaskFilter;

/// The cursor for the tasks after `last`, in a list with `filter`.
pub(crate) fn after(last: TaskId, filter: &TaskFilter) -> String {
    format!("{:x}-{}", last.0, mark(filter))
}

/// The task that the cursor begins after.
///
/// # Errors
/// What is wrong with it.
pub(super) fn read(cursor: &str, filter: &TaskFilter) -> Result<TaskId, String> {
    let parts =
        cursor.split_once('-').and_then(|(last, mark)| Some((i64::from_str_radix(last, 16).ok()?, mark)));
    match parts {
        Some((last, given)) if given == mark(filter) && last > 0 => Ok(TaskId(last)),
        Some((last, given)) if given.len() == mark(filter).len() && last > 0 => {
            Err("belongs to a list with other filters; a list is read on with the filters that it began with"
                .to_owned())
        }
        _ => Err("is not a next_cursor of this list".to_owned()),
    }
}

/// A short name for what a list shows.
fn mark(filter: &TaskFilter) -> String {
    let TaskFilter { status, serial, username, script, source } = filter;
    let parts = [
        status.map(Status::text),
        serial.as_ref().map(Serial::as_str),
        username.as_ref().map(Username::as_str),
        script.as_ref().map(ScriptName::as_str),
        source.map(Source::text),
    ];
    let mut mark = String::new();
    for byte in &Sha256::digest(format!("{parts:?}"))[..4] {
        // Writing to a string cannot fail.
        let _ = write!(mark, "{byte:02x}");
    }
    mark
}
