//! The places for phones that work: how many there are, whoever uses the runner says, and how many are taken, the
//! database knows. Phones queue for them in the order in which they came to want one, so that those with many tasks never
//! keep the others out.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tikmatrix_domain::Serial;
use tokio::sync::{Mutex as Queue, MutexGuard as Head, watch};

use crate::devices::PresenceChanges;

/// Another server on the same database does not tell when it has given up a place: the first in the queue looks this
/// often by itself.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

pub(crate) struct Places {
    most: watch::Receiver<u32>,
    /// Changes whenever a phone has done its work.
    freed: watch::Sender<()>,
    queue: Queue<()>,
    queued: Mutex<HashSet<Serial>>,
    /// Whether the first in the queue found no place.
    full: AtomicBool,
    changes: PresenceChanges,
}

/// A phone's turn to take a place. It ends when this is dropped, and the next one in the queue has its own.
pub(crate) struct Turn<'places> {
    places: &'places Places,
    _head: Head<'places, ()>,
    most: watch::Receiver<u32>,
    freed: watch::Receiver<()>,
    _queued: Queued<'places>,
}

/// A phone's mark as one that waits.
struct Queued<'places> {
    places: &'places Places,
    serial: Serial,
}

impl Places {
    pub(crate) fn new(most: watch::Receiver<u32>, changes: PresenceChanges) -> Self {
        Self {
            most,
            freed: watch::Sender::new(()),
            queue: Queue::new(()),
            queued: Mutex::default(),
            full: AtomicBool::new(false),
            changes,
        }
    }

    /// Says that a phone has done its work.
    pub(crate) fn give_up_one(&self) {
        self.freed.send_replace(());
    }

    /// Whether the phone waits for a place, and there is none.
    pub(crate) fn is_held_back(&self, serial: &Serial) -> bool {
        self.full.load(Ordering::Relaxed) && self.queued().contains(serial)
    }

    /// Waits for the phone's turn. Whoever drops this future leaves the queue.
    pub(crate) async fn turn(&self, serial: &Serial) -> Turn<'_> {
        self.queued().insert(serial.clone());
        self.changes.happened();
        let queued = Queued { places: self, serial: serial.clone() };
        let head = self.queue.lock().await;
        Turn {
            places: self,
            _head: head,
            most: self.most.clone(),
            freed: self.freed.subscribe(),
            _queued: queued,
        }
    }

    fn set_full(&self, full: bool) {
        if self.full.swap(full, Ordering::Relaxed) != full {
            self.changes.happened();
        }
    }

    fn queued(&self) -> MutexGuard<'_, HashSet<Serial>> {
        self.queued.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn<'_> {
    /// How many phones may work now. What changes after this call ends the next [`Turn::place_may_be_free`].
    pub(crate) fn most(&mut self) -> u32 {
        self.freed.mark_unchanged();
        *self.most.borrow_and_update()
    }

    /// Returns when a look for a place may find one, after one that found none.
    pub(crate) async fn place_may_be_free(&mut self) {
        self.places.set_full(true);
        tokio::select! {
            _ = self.freed.changed() => {}
            // A source that is gone has said its last word.
            Ok(()) = self.most.changed() => {}
            () = tokio::time::sleep(LOOK_AGAIN) => {}
        }
    }

    /// Says that nobody is kept from a place any more, as far as this phone can tell.
    pub(crate) fn found(&self) {
        self.places.set_full(false);
    }
}

impl Drop for Queued<'_> {
    fn drop(&mut self) {
        self.places.queued().remove(&self.serial);
        self.places.changes.happened();
    }
}
