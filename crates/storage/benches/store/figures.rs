//! The sizes that are compared, and how times are condensed. The bench of the API uses it too.

use std::time::Duration;

pub(crate) const SMALL: u32 = 1_000;
pub(crate) const LARGE: u32 = 1_000_000;

pub(crate) fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

pub(crate) fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}
