//! The fields of a request for tasks that say how each of them is treated.

use std::time::Duration;

use tikmatrix_domain::{LONGEST_TIME_LIMIT, MOST_RETRIES, PRIORITIES, TaskOptions};

use super::fields::Fields;

/// Reads `priority`, `max_retries` and `timeout`. `max_retries` is what counts where the request says nothing of it.
pub(super) fn read(fields: &mut Fields, max_retries: u32) -> TaskOptions {
    let priority = fields.whole("priority", i64::from(*PRIORITIES.start())..=i64::from(*PRIORITIES.end()));
    let retries = fields.whole("max_retries", 0..=i64::from(MOST_RETRIES));
    let longest = i64::try_from(LONGEST_TIME_LIMIT.as_secs()).unwrap_or(i64::MAX);
    let seconds = fields.whole("timeout", 1..=longest);
    TaskOptions {
        priority: priority.and_then(|priority| i32::try_from(priority).ok()).unwrap_or_default(),
        max_retries: retries.and_then(|retries| u32::try_from(retries).ok()).unwrap_or(max_retries),
        time_limit: seconds.and_then(|seconds| u64::try_from(seconds).ok()).map(Duration::from_secs),
    }
}
