//! What a running script reports. Where it is stored is up to the runner.

use std::sync::Arc;

pub use tikmatrix_domain::{ArtifactKind, LogLevel};

/// One report of a running script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// The start of a step: one short sentence, such as `push the video`.
    Step(String),
    /// The progress of the whole run, 0 to 100; it never goes down.
    Progress(u8),
    /// A line for the task's log.
    Log(LogLevel, String),
    /// The result of work that was done, as JSON text of at most 64 KiB.
    Result(String),
    /// The version of the app on the phone, of at most 100 characters.
    AppVersion(String),
    /// A file: evidence of a failure, or what the script attached.
    Artifact {
        /// What it shows.
        kind: ArtifactKind,
        /// The file's bytes.
        bytes: Vec<u8>,
    },
}

/// Takes the reports of a running script, in order. It must not block: it hands the entry on and returns.
pub trait Journal: Send + Sync {
    /// Takes one entry.
    fn record(&self, entry: Entry);
}

/// What one run has reported so far.
pub(super) struct Report {
    journal: Arc<dyn Journal>,
    progress: u8,
    step: Option<String>,
}

impl Report {
    pub(super) fn new(journal: Arc<dyn Journal>) -> Self {
        Self { journal, progress: 0, step: None }
    }

    pub(super) fn record(&self, entry: Entry) {
        self.journal.record(entry);
    }

    pub(super) fn log(&self, level: LogLevel, line: impl Into<String>) {
        self.record(Entry::Log(level, line.into()));
    }

    /// Begins a step.
    pub(super) fn step(&mut self, name: &str) {
        self.step = Some(name.to_owned());
        self.record(Entry::Step(name.to_owned()));
    }

    /// Returns the step that the run is at.
    pub(super) fn current_step(&self) -> Option<&str> {
        self.step.as_deref()
    }

    /// Reports the progress in percent, unless it was at least as far already.
    pub(super) fn progress(&mut self, percent: u8) {
        let percent = percent.min(100);
        if percent > self.progress {
            self.progress = percent;
            self.record(Entry::Progress(percent));
        }
    }
}
