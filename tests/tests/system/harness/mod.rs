//! Starting `tikmatrix`, talking to it and ending it.

mod faults;
mod phones;
mod program;
mod raw;
mod server;
mod video;
mod writers;

use std::time::{Duration, Instant};

pub(crate) use faults::{SOME, create_some, is_told_and_logged, is_told_as, total};
pub(crate) use phones::{phone_when, phones_ready};
pub(crate) use program::{Program, binary};
pub(crate) use raw::Connection;
pub(crate) use server::{Answer, Server, answer_of};
pub(crate) use video::Video;
pub(crate) use writers::{carried_out, is_one_moment, refused, tasks_of, while_two_write, whole_materials};

/// Between two looks at something that says by no event when it has happened: another process's end, a task's state
/// over HTTP. The only pause in these tests.
const INTERVAL: Duration = Duration::from_millis(25);

/// Looks until `look` finds something.
///
/// # Panics
/// When it has not after `limit`; `what` says what was waited for.
pub(crate) fn wait_for<Found>(what: &str, limit: Duration, mut look: impl FnMut() -> Option<Found>) -> Found {
    let begin = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begin.elapsed() < limit, "waited {} s in vain for {what}", limit.as_secs());
        std::thread::sleep(INTERVAL);
    }
}
