//! The cable, as far as faults can pull it: what ends connections from outside. Which fault is armed when is left to
//! the farm.

use std::sync::{Arc, Mutex};

use tokio::sync::watch;

use crate::shell::lock;

/// Shared by all connections of one phone.
#[derive(Clone)]
pub(crate) struct Wire {
    /// Goes up each time that the cable is pulled.
    pulls: Arc<watch::Sender<u64>>,
    pull_after: Arc<Mutex<Option<u64>>>,
}

impl Wire {
    pub(crate) fn new() -> Self {
        Self { pulls: Arc::new(watch::Sender::new(0)), pull_after: Arc::default() }
    }

    /// Ends all connections now; new ones are accepted.
    pub(crate) fn pull(&self) {
        self.pulls.send_modify(|count| *count += 1);
    }

    /// Ends all connections once the next push has brought so many bytes.
    pub(crate) fn pull_after(&self, bytes: u64) {
        *lock(&self.pull_after) = Some(bytes);
    }

    pub(crate) fn mend(&self) {
        *lock(&self.pull_after) = None;
    }

    /// Tells of the next pull from now on.
    pub(super) fn watch(&self) -> watch::Receiver<u64> {
        let mut pulls = self.pulls.subscribe();
        pulls.mark_unchanged();
        pulls
    }

    /// To be asked with the bytes that a push has brought so far: whether this was one too many.
    pub(super) fn breaks_at(&self, bytes: u64) -> bool {
        let mut armed = lock(&self.pull_after);
        if armed.is_some_and(|limit| bytes >= limit) {
            *armed = None;
            drop(armed);
            self.pull();
            return true;
        }
        false
    }

    /// How many bytes of a push still pass, when it has brought `bytes` so far.
    pub(super) fn left(&self, bytes: u64) -> Option<u64> {
        lock(&self.pull_after).map(|limit| limit.saturating_sub(bytes))
    }
}
