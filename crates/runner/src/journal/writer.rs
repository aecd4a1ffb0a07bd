//! Brings what a script says from its journal into the database and its evidence into files, in the order in which it
//! was said.

use std::sync::Arc;
use std::time::Duration;

use tikmatrix_device::script::Entry;
use tikmatrix_domain::{LeaseId, LogLevel, Record, RecordedEvent, TaskId};
use tikmatrix_storage::StorageError;
use tokio_util::sync::CancellationToken;

use crate::context::Shared;
use crate::journal::artifacts::ArtifactFolder;
use crate::journal::buffer::{Said, TaskJournal};
use crate::retry::insist;

/// At least this long between two writes of one task: however much a script says, it costs the database five commits a
/// second. The first thing after a silence is written at once.
const BETWEEN_WRITES: Duration = Duration::from_millis(200);

pub(crate) struct Keeper {
    pub(crate) shared: Arc<Shared>,
    pub(crate) task: TaskId,
    pub(crate) lease: LeaseId,
    pub(crate) journal: Arc<TaskJournal>,
    pub(crate) folder: ArtifactFolder,
    /// Cancelled when the task turns out to belong to someone else.
    pub(crate) cancel: CancellationToken,
}

impl Keeper {
    /// Returns when the journal is closed and everything in it is kept.
    pub(crate) async fn run(mut self) {
        loop {
            self.journal.news().await;
            let closed = self.journal.closed.is_cancelled();
            let said = self.journal.fetch();
            if !said.is_empty() {
                self.keep(said).await;
            }
            if closed {
                return;
            }
            tokio::select! {
                () = self.journal.closed.cancelled() => {}
                () = tokio::time::sleep(BETWEEN_WRITES) => {}
            }
        }
    }

    async fn keep(&mut self, said: Vec<Said>) {
        let mut records = Vec::with_capacity(said.len());
        for Said { at, entry } in said {
            records.push(Record { at, event: self.event(entry).await });
        }
        let write = || self.shared.store.record(self.task, self.lease.clone(), records.clone());
        match insist(&self.shared.stop, write).await {
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
            Entry::Artifact { kind, bytes } => match self.folder.keep(kind, bytes).await {
                Ok(file) => RecordedEvent::Artifact { kind, file },
                Err(error) => {
                    let line = format!("the {} of the failure could not be kept: {error}", kind.text());
                    log::error!("task {}: {line}", self.task);
                    RecordedEvent::Log(LogLevel::Warn, line)
                }
            },
        }
    }
}
