//! The limit on how many devices run tasks at once. The owner of the runner sets the limit, and the database knows how
//! many slots are taken. Devices queue for a slot in order, so that those with many tasks do not keep out the others.

use std::collections::HashSet;
use std::time::Duration;

use parking_lot::Mutex;
use tikmatrix_domain::Serial;
use tikmatrix_storage::WorkLimit;
use tokio::sync::{Mutex as Queue, MutexGuard as Head, watch};

use crate::devices::PresenceVersion;

/// Another server on the same database does not report when it releases a slot, so the first in the queue polls.
const POLL_INTERVAL: Duration = Duration::from_secs(5);

pub(crate) struct SlotLimiter {
    limit: watch::Receiver<u32>,
    /// Changes whenever a slot was released.
    released: watch::Sender<()>,
    queue: Queue<()>,
    queued: Mutex<HashSet<Serial>>,
    /// The limit for which the first in the queue found no free slot; `None` while there may be one.
    reached: Mutex<Option<WorkLimit>>,
    version: PresenceVersion,
}

/// A device's turn to take a slot. When it is dropped, the next device in the queue gets its turn.
pub(crate) struct SlotTicket<'limiter> {
    limiter: &'limiter SlotLimiter,
    _head: Head<'limiter, ()>,
    limit: watch::Receiver<u32>,
    released: watch::Receiver<()>,
    _queued: QueuedMark<'limiter>,
}

/// Marks a device as queued until it is dropped.
struct QueuedMark<'limiter> {
    limiter: &'limiter SlotLimiter,
    serial: Serial,
}

impl SlotLimiter {
    pub(crate) fn new(limit: watch::Receiver<u32>, version: PresenceVersion) -> Self {
        Self {
            limit,
            released: watch::Sender::new(()),
            queue: Queue::new(()),
            queued: Mutex::default(),
            reached: Mutex::new(None),
            version,
        }
    }

    /// Reports that there may be a free slot: a device has finished its task, or the settings were changed.
    pub(crate) fn release(&self) {
        self.released.send_replace(());
    }

    /// Returns the limit that the device waits for, if it waits for a slot and none is free.
    pub(crate) fn limit_reached(&self, serial: &Serial) -> Option<WorkLimit> {
        self.reached.lock().filter(|_| self.queued.lock().contains(serial))
    }

    /// Waits for the device's turn. Dropping the future leaves the queue.
    pub(crate) async fn ticket(&self, serial: &Serial) -> SlotTicket<'_> {
        self.queued.lock().insert(serial.clone());
        self.version.bump();
        let queued = QueuedMark { limiter: self, serial: serial.clone() };
        let head = self.queue.lock().await;
        SlotTicket {
            limiter: self,
            _head: head,
            limit: self.limit.clone(),
            released: self.released.subscribe(),
            _queued: queued,
        }
    }

    fn set_reached(&self, limit: Option<WorkLimit>) {
        let before = std::mem::replace(&mut *self.reached.lock(), limit);
        if before != limit {
            self.version.bump();
        }
    }
}

impl SlotTicket<'_> {
    /// How many devices may run a task now. A change after this call ends the next [`SlotTicket::slot_may_be_free`].
    pub(crate) fn limit(&mut self) -> u32 {
        self.released.mark_unchanged();
        *self.limit.borrow_and_update()
    }

    /// Waits until a claim may find a free slot, after one that found none because of `limit`.
    pub(crate) async fn slot_may_be_free(&mut self, limit: WorkLimit) {
        self.limiter.set_reached(Some(limit));
        tokio::select! {
            _ = self.released.changed() => {}
            // A limit whose sender is gone stays as it is.
            Ok(()) = self.limit.changed() => {}
            () = tokio::time::sleep(POLL_INTERVAL) => {}
        }
    }

    /// Reports that the last claim was not refused for lack of a slot.
    pub(crate) fn not_refused(&self) {
        self.limiter.set_reached(None);
    }
}

impl Drop for QueuedMark<'_> {
    fn drop(&mut self) {
        self.limiter.queued.lock().remove(&self.serial);
        self.limiter.version.bump();
    }
}
