//! Time that passes when a test says so.

use std::sync::{Arc, Mutex};

use chrono::{DateTime, TimeDelta, Utc};
use tikmatrix_domain::Clock;

/// A clock that a test sets.
#[derive(Clone)]
pub(crate) struct SetClock(Arc<Mutex<DateTime<Utc>>>);

impl SetClock {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(DateTime::from_timestamp(1_800_000_000, 0).unwrap())))
    }

    pub(crate) fn go_on(&self, time: TimeDelta) {
        *self.0.lock().unwrap() += time;
    }
}

impl Clock for SetClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}
