//! Writes the entries of an attempt's journal to the database, and its artifacts to files, in the order in which they
//! were reported.

use std::sync::Arc;
use std::time::Duration;

use tikmatrix_device::script::Entry;
use tikmatrix_domain::{LeaseId, LogLevel, Record, RecordedEvent, TaskId};
use tikmatrix_storage::StorageError;
use tokio_util::sync::CancellationToken;

use crate::context::RunnerContext;
use crate::journal::artifacts::ArtifactFolder;
use crate::journal::buffer::{JournalBuffer, TimedEntry};
use crate::retry::retry_until_done;

/// The minimum between two writes of one task, so that a chatty script costs the database at most five commits a second.
/// The first entry after a pause is written at once.
const WRITE_INTERVAL: Duration = Duration::from_millis(200);

pub(crate) struct JournalWriter {
    pub(crate) context: Arc<RunnerContext>,
    pub(crate) task: TaskId,
    pub(crate) lease: LeaseId,
    pub(crate) journal: Arc<JournalBuffer>,
    pub(crate) folder: ArtifactFolder,
    /// Cancelled when the lease turns out to be lost.
    pub(crate) cancel: CancellationToken,
}

impl JournalWriter {
    /// Writes until the journal is closed and empty.
    pub(crate) async fn run(mut self) {
        loop {
            self.journal.changed().await;
            let closed = self.journal.closed.is_cancelled();
            let entries = self.journal.take();
            if !entries.is_empty() {
                self.write(entries).await;
            }
            if closed {
                return;
            }
            tokio::select! {
                () = self.journal.closed.cancelled() => {}
                () = tokio::time::sleep(WRITE_INTERVAL) => {}
            }
        }
    }

    async fn write(&mut self, entries: Vec<TimedEntry>) {
        let mut records = Vec::with_capacity(entries.len());
        for TimedEntry { at, entry } in entries {
            records.push(Record { at, event: self.event(entry).await });
        }
        let write = || self.context.store.attempts().record(self.task, self.lease.clone(), records.clone());
        match retry_until_done(&self.context.stop, write).await {
            Ok(()) => {}
            Err(error @ (StorageError::Illegal { .. } | StorageError::NoSuchTask(_))) => {
                log::warn!("{error}; its script is stopped");
                self.cancel.cancel();
            }
            Err(error) => log::error!("{} records of task {} are lost: {error}", records.len(), self.task),
        }
    }

    async fn event(&mut self, entry: Entry) -> RecordedEvent {
        match entry {
            Entry::Step(text) => RecordedEvent::Step(text),
            Entry::Progress(percent) => RecordedEvent::Progress(percent),
            Entry::Log(level, text) => RecordedEvent::Log(level, text),
            Entry::Result(json) => RecordedEvent::Result(json),
            Entry::AppVersion(version) => RecordedEvent::AppVersion(version),
            Entry::Artifact { kind, bytes } => match self.folder.write(kind, bytes).await {
                Ok(file) => RecordedEvent::Artifact { kind, file },
                Err(error) => {
                    let line = format!("the {} could not be stored: {error}", kind.as_str());
                    log::error!("task {}: {line}", self.task);
                    RecordedEvent::Log(LogLevel::Warn, line)
                }
            },
        }
    }
}
