//! What a running script says, on its way to the database: taken at once, in order, and within bounds.

use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use tikmatrix_device::script::{Entry, Journal, LogLevel};
use tikmatrix_domain::Clock;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// How many log lines may wait to be kept; what a script says beyond that is counted, not kept.
const MOST_LINES: usize = 1_000;

/// One thing that a script said, and when.
pub(crate) struct Said {
    pub(crate) at: DateTime<Utc>,
    pub(crate) entry: Entry,
}

/// Takes what one attempt's script says until somebody fetches it.
pub(crate) struct TaskJournal {
    clock: Arc<dyn Clock>,
    waiting: Mutex<Waiting>,
    news: Notify,
    /// Cancelled when nothing more will be said.
    pub(crate) closed: CancellationToken,
}

#[derive(Default)]
struct Waiting {
    entries: Vec<Said>,
    lines: usize,
    left_out: usize,
    /// Only the newest counts.
    progress: Option<Said>,
    last_step: Option<String>,
}

impl TaskJournal {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, waiting: Mutex::default(), news: Notify::new(), closed: CancellationToken::new() }
    }

    /// What the script last began to do.
    pub(crate) fn last_step(&self) -> Option<String> {
        self.waiting().last_step.clone()
    }

    /// Returns when there is something to fetch, or nothing more will come.
    pub(crate) async fn news(&self) {
        tokio::select! {
            () = self.news.notified() => {}
            () = self.closed.cancelled() => {}
        }
    }

    /// Everything that was said since the last call, in order.
    pub(crate) fn fetch(&self) -> Vec<Said> {
        let mut waiting = self.waiting();
        waiting.lines = 0;
        let mut said = mem::take(&mut waiting.entries);
        said.extend(waiting.progress.take());
        let left_out = mem::take(&mut waiting.left_out);
        if left_out > 0 {
            let line = format!("{left_out} lines are missing here: they came faster than they could be kept");
            said.push(Said { at: self.clock.now(), entry: Entry::Log(LogLevel::Warn, line) });
        }
        said
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Journal for TaskJournal {
    fn record(&self, entry: Entry) {
        let said = Said { at: self.clock.now(), entry };
        let mut waiting = self.waiting();
        match &said.entry {
            Entry::Progress(_) => waiting.progress = Some(said),
            Entry::Log(..) if waiting.lines >= MOST_LINES => waiting.left_out += 1,
            Entry::Log(..) => {
                waiting.lines += 1;
                waiting.entries.push(said);
            }
            Entry::Step(text) => {
                waiting.last_step = Some(text.clone());
                waiting.entries.push(said);
            }
            Entry::Artifact { .. } => waiting.entries.push(said),
        }
        drop(waiting);
        self.news.notify_one();
    }
}
