//! The tasks that work now, and the way by which a person stops one of them.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tikmatrix_domain::TaskId;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// How one attempt is stopped.
pub(crate) struct Stopper {
    /// Cancelled when the attempt is to end, for whatever reason.
    pub(crate) cancel: CancellationToken,
    by_a_person: AtomicBool,
}

impl Stopper {
    /// It also stops when `server` does.
    pub(crate) fn new(server: &CancellationToken) -> Self {
        Self { cancel: server.child_token(), by_a_person: AtomicBool::new(false) }
    }

    /// Whether a person wanted the attempt to end.
    pub(crate) fn is_by_a_person(&self) -> bool {
        self.by_a_person.load(Ordering::Acquire)
    }

    fn stop(&self) {
        self.by_a_person.store(true, Ordering::Release);
        self.cancel.cancel();
    }
}

/// Every attempt between its claim and the moment at which its end is written.
#[derive(Default)]
pub(crate) struct AtWork {
    attempts: watch::Sender<HashMap<TaskId, Arc<Stopper>>>,
}

/// Keeps an attempt in the list for as long as it lives.
pub(crate) struct Entry<'list> {
    list: &'list AtWork,
    task: TaskId,
}

impl AtWork {
    pub(crate) fn enter(&self, task: TaskId, stopper: Arc<Stopper>) -> Entry<'_> {
        self.attempts.send_modify(|attempts| drop(attempts.insert(task, stopper)));
        Entry { list: self, task }
    }

    /// Tells of every attempt that begins or ends.
    pub(crate) fn changes(&self) -> watch::Receiver<HashMap<TaskId, Arc<Stopper>>> {
        self.attempts.subscribe()
    }

    /// Tells the task's attempt to end, if it has one, and does not wait for it.
    pub(crate) fn tell_to_stop(&self, task: TaskId) {
        if let Some(stopper) = self.attempts.borrow().get(&task) {
            stopper.stop();
        }
    }

    /// Stops the task's attempt and returns when its end is written; false if it has none.
    pub(crate) async fn stop(&self, task: TaskId) -> bool {
        let mut attempts = self.attempts.subscribe();
        let stopper = attempts.borrow_and_update().get(&task).cloned();
        let Some(stopper) = stopper else { return false };
        stopper.stop();
        let ended = |attempts: &HashMap<TaskId, Arc<Stopper>>| {
            attempts.get(&task).is_none_or(|current| !Arc::ptr_eq(current, &stopper))
        };
        // The sender lives as long as this list does.
        let _ = attempts.wait_for(ended).await;
        true
    }
}

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        self.list.attempts.send_modify(|attempts| drop(attempts.remove(&self.task)));
    }
}
