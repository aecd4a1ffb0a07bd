//! The entries that a running script reports, in order, between the script and the database, within a bound.

use std::mem;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use parking_lot::Mutex;
use tikmatrix_device::script::{Entry, Journal, LogLevel};
use tikmatrix_domain::{Clock, clean_to};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// How many log lines may wait to be stored; further ones are counted and dropped.
const MAX_WAITING_LINES: usize = 1_000;
/// The longest step or log line, in characters.
const MAX_LINE: usize = 2_000;
/// The longest version of an app, in characters.
const MAX_VERSION: usize = 100;

/// A journal entry with its time.
pub(crate) struct TimedEntry {
    pub(crate) at: DateTime<Utc>,
    pub(crate) entry: Entry,
}

/// The buffer of one attempt's journal.
pub(crate) struct JournalBuffer {
    clock: Arc<dyn Clock>,
    waiting: Mutex<Waiting>,
    changed: Notify,
    /// Cancelled when no more entries will come.
    pub(crate) closed: CancellationToken,
}

#[derive(Default)]
struct Waiting {
    entries: Vec<TimedEntry>,
    lines: usize,
    dropped_lines: usize,
    /// Only the last one is stored.
    progress: Option<TimedEntry>,
    last_step: Option<String>,
}

impl JournalBuffer {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, waiting: Mutex::default(), changed: Notify::new(), closed: CancellationToken::new() }
    }

    /// The step that the script began last.
    pub(crate) fn last_step(&self) -> Option<String> {
        self.waiting.lock().last_step.clone()
    }

    /// Waits until there are entries to take, or the journal is closed.
    pub(crate) async fn changed(&self) {
        tokio::select! {
            () = self.changed.notified() => {}
            () = self.closed.cancelled() => {}
        }
    }

    /// Takes all entries since the last call, in order.
    pub(crate) fn take(&self) -> Vec<TimedEntry> {
        let mut waiting = self.waiting.lock();
        waiting.lines = 0;
        let mut entries = mem::take(&mut waiting.entries);
        entries.extend(waiting.progress.take());
        let dropped = mem::take(&mut waiting.dropped_lines);
        if dropped > 0 {
            let line =
                format!("{dropped} lines are missing here: they came faster than they could be stored");
            entries.push(TimedEntry { at: self.clock.now(), entry: Entry::Log(LogLevel::Warn, line) });
        }
        entries
    }
}

/// Returns the entry with a text that can be stored and shown: scripts quote phones and apps.
fn cleaned(entry: Entry) -> Entry {
    match entry {
        Entry::Step(text) => Entry::Step(clean_to(&text, MAX_LINE)),
        Entry::Log(level, line) => Entry::Log(level, clean_to(&line, MAX_LINE)),
        Entry::AppVersion(version) => Entry::AppVersion(clean_to(&version, MAX_VERSION)),
        other @ (Entry::Progress(_) | Entry::Result(_) | Entry::Artifact { .. }) => other,
    }
}

impl Journal for JournalBuffer {
    fn record(&self, entry: Entry) {
        let timed = TimedEntry { at: self.clock.now(), entry: cleaned(entry) };
        let mut waiting = self.waiting.lock();
        match &timed.entry {
            Entry::Progress(_) => waiting.progress = Some(timed),
            Entry::Log(..) if waiting.lines >= MAX_WAITING_LINES => waiting.dropped_lines += 1,
            Entry::Log(..) => {
                waiting.lines += 1;
                waiting.entries.push(timed);
            }
            Entry::Step(text) => {
                waiting.last_step = Some(text.clone());
                waiting.entries.push(timed);
            }
            Entry::Result(_) | Entry::AppVersion(_) | Entry::Artifact { .. } => waiting.entries.push(timed),
        }
        drop(waiting);
        self.changed.notify_one();
    }
}
