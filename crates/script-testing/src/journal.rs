//! The journal of a run under test.

use tikmatrix_device::script::{Entry, Journal};
use tokio::sync::watch;

/// A journal in memory, which can be waited on.
#[derive(Default)]
pub struct RecordingJournal {
    entries: watch::Sender<Vec<Entry>>,
}

impl RecordingJournal {
    /// Returns what was recorded so far, in order.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        self.entries.borrow().clone()
    }

    /// Returns the names of the steps that began so far, in order.
    #[must_use]
    pub fn steps(&self) -> Vec<String> {
        let step = |entry: &Entry| if let Entry::Step(step) = entry { Some(step.clone()) } else { None };
        self.entries.borrow().iter().filter_map(step).collect()
    }

    /// Waits until an entry that `matches` is recorded, or returns at once when there is one.
    ///
    /// # Panics
    /// Never: the journal itself keeps the channel open.
    pub async fn wait_for(&self, matches: impl Fn(&Entry) -> bool) {
        let mut entries = self.entries.subscribe();
        entries.wait_for(|entries| entries.iter().any(&matches)).await.unwrap();
    }
}

impl Journal for RecordingJournal {
    fn record(&self, entry: Entry) {
        self.entries.send_modify(|entries| entries.push(entry));
    }
}
