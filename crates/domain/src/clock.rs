//! Where the time comes from. Logic takes a time or a [`Clock`] as an argument; only the edges name [`SystemClock`].

use chrono::{DateTime, Utc};

/// A source of the present moment.
pub trait Clock: Send + Sync {
    /// The present moment, in UTC.
    fn now(&self) -> DateTime<Utc>;
}

/// The machine's own clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}
