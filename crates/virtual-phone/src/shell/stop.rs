//! Stopping a shell from outside, and waiting in a way that can be stopped. Who stops it, and when, is left to the
//! daemon: a real adbd kills `exec:` and `shell:` processes when their client goes, but not `shell,v2,raw` ones.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::streams::lock;

/// Shared by a shell and whoever may end it.
#[derive(Default)]
pub(crate) struct Stop {
    stopped: Mutex<bool>,
    changed: Condvar,
}

impl Stop {
    /// Ends the shell at its next command, and whatever wait it is in at once.
    pub(crate) fn stop(&self) {
        *lock(&self.stopped) = true;
        self.changed.notify_all();
    }

    pub(crate) fn is_stopped(&self) -> bool {
        *lock(&self.stopped)
    }

    /// Waits for `duration`, or until stopped.
    pub(crate) fn sleep(&self, duration: Duration) {
        let Some(end) = Instant::now().checked_add(duration) else { return };
        let mut stopped = lock(&self.stopped);
        while !*stopped {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            stopped = self.changed.wait_timeout(stopped, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}
