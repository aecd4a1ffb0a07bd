//! The attempts that run now, and how a user stops one of them.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tikmatrix_domain::TaskId;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// Stops one attempt.
pub(crate) struct StopHandle {
    /// Cancelled when the attempt is to end, for any reason.
    pub(crate) cancel: CancellationToken,
    by_user: AtomicBool,
}

impl StopHandle {
    /// The handle of an attempt that also stops when `server` does.
    pub(crate) fn new(server: &CancellationToken) -> Self {
        Self { cancel: server.child_token(), by_user: AtomicBool::new(false) }
    }

    /// Whether a user asked for the attempt to stop.
    pub(crate) fn is_by_user(&self) -> bool {
        self.by_user.load(Ordering::Acquire)
    }

    fn stop(&self) {
        self.by_user.store(true, Ordering::Release);
        self.cancel.cancel();
    }
}

/// Every attempt between its claim and the moment at which its result is stored.
#[derive(Default)]
pub(crate) struct RunningTasks {
    attempts: watch::Sender<HashMap<TaskId, Arc<StopHandle>>>,
}

/// Keeps an attempt in the list until it is dropped.
pub(crate) struct Registration<'list> {
    list: &'list RunningTasks,
    task: TaskId,
}

impl RunningTasks {
    pub(crate) fn register(&self, task: TaskId, stop_handle: Arc<StopHandle>) -> Registration<'_> {
        self.attempts.send_modify(|attempts| drop(attempts.insert(task, stop_handle)));
        Registration { list: self, task }
    }

    /// A receiver that changes with every attempt that starts or ends.
    pub(crate) fn changes(&self) -> watch::Receiver<HashMap<TaskId, Arc<StopHandle>>> {
        self.attempts.subscribe()
    }

    /// Asks the task's attempt to stop, if it has one, and does not wait for it.
    pub(crate) fn request_stop(&self, task: TaskId) {
        if let Some(stop_handle) = self.attempts.borrow().get(&task) {
            stop_handle.stop();
        }
    }

    /// Stops the task's attempt and waits until its result is stored. Returns `false` if the task has no attempt here.
    pub(crate) async fn stop(&self, task: TaskId) -> bool {
        let mut attempts = self.attempts.subscribe();
        let stop_handle = attempts.borrow_and_update().get(&task).cloned();
        let Some(stop_handle) = stop_handle else { return false };
        stop_handle.stop();
        let ended = |attempts: &HashMap<TaskId, Arc<StopHandle>>| {
            attempts.get(&task).is_none_or(|current| !Arc::ptr_eq(current, &stop_handle))
        };
        // The sender lives as long as this list does.
        let _ = attempts.wait_for(ended).await;
        true
    }
}

impl Drop for Registration<'_> {
    fn drop(&mut self) {
        self.list.attempts.send_modify(|attempts| drop(attempts.remove(&self.task)));
    }
}
