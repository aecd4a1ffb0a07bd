//! The pace that a client has to keep, in both directions. Without one, a few hundred clients that send or take one byte now
//! and then would hold every connection of the server.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep};

/// In bytes per second, on average beyond the grace.
pub(crate) const MIN_RATE: u64 = 1024;

/// The time that a client has left. Time in which the server does not wait for it does not count.
pub(crate) struct Pace {
    /// The longest time without any progress.
    grace: Duration,
    left: Duration,
    /// Set while the client is waited for.
    timer: Option<Pin<Box<Sleep>>>,
}

impl Pace {
    pub(crate) fn new(grace: Duration) -> Self {
        Self { grace, left: grace, timer: None }
    }

    /// Notes that the server no longer waits, and that so many bytes went over.
    pub(crate) fn progress(&mut self, bytes: usize) {
        if let Some(timer) = self.timer.take() {
            self.left = timer.deadline().saturating_duration_since(Instant::now());
        }
        let millis = u64::try_from(bytes).unwrap_or(u64::MAX).saturating_mul(1000) / MIN_RATE;
        // A fast part is no credit for a later pause.
        self.left = self.left.saturating_add(Duration::from_millis(millis)).min(self.grace);
    }

    /// Waits for the client: ready when its time is over.
    pub(crate) fn poll_late(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let left = self.left;
        self.timer.get_or_insert_with(|| Box::pin(sleep(left))).as_mut().poll(context)
    }
}
