//! Stopping a shell from outside, and sleeping in a way that can be stopped. A real adbd kills `exec:` and `shell:`
//! processes when their client goes, but not `shell,v2,raw` ones; the daemon decides.

use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

/// The stop signal of one shell.
#[derive(Default)]
pub(crate) struct StopSignal {
    stopped: Mutex<bool>,
    changed: Condvar,
}

impl StopSignal {
    /// Ends the shell at its next command, and at once if it sleeps.
    pub(crate) fn stop(&self) {
        *self.stopped.lock() = true;
        self.changed.notify_all();
    }

    pub(crate) fn is_stopped(&self) -> bool {
        *self.stopped.lock()
    }

    /// Sleeps for `duration`, or until stopped.
    pub(crate) fn sleep(&self, duration: Duration) {
        let Some(end) = Instant::now().checked_add(duration) else { return };
        let mut stopped = self.stopped.lock();
        while !*stopped && !self.changed.wait_until(&mut stopped, end).timed_out() {}
    }
}
