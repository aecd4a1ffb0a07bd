//! The runner as its owner sees it: started, woken, asked and shut down.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tikmatrix_device::registry::PhoneEntry;
use tikmatrix_device::script::ScriptRegistry;
use tikmatrix_domain::{Artifact, Clock, PhonePresence, Serial, TaskId};
use tikmatrix_storage::{Deletion, StorageError, Store};
use tokio::sync::watch;

use crate::cluster::Neighbours;
use crate::context::Shared;
use crate::journal::artifacts;
use crate::{control, supervisor};

/// What a runner works with.
pub struct RunnerOptions {
    /// Where the tasks are.
    pub store: Store,
    /// The scripts that tasks may name.
    pub scripts: ScriptRegistry,
    /// The phones, as a registry sees them come and go.
    pub phones: watch::Receiver<Vec<PhoneEntry>>,
    /// What tells when a task is due.
    pub clock: Arc<dyn Clock>,
    /// The folder below which the evidence of failures is kept; it is made when it is needed.
    pub artifacts: PathBuf,
    /// The folder that holds the files of the library's materials.
    pub materials: PathBuf,
    /// The longest that an attempt may work whose task sets no limit of its own, its clean-up not counted.
    pub task_limit: Duration,
    /// How many phones may work at once, over all servers on one database. It may change at any time; whoever works
    /// then goes on.
    pub most_at_work: watch::Receiver<u32>,
}

/// Runs tasks in the background until it is shut down; a cheap clone. One that is dropped without a shutdown goes on
/// for as long as the tokio runtime does.
#[derive(Clone)]
pub struct Runner {
    shared: Arc<Shared>,
}

impl Runner {
    /// Begins to run tasks, and to end what dead servers left running: at once where no other server can work on the
    /// store, else when they were silent for long enough. Needs a tokio runtime around it.
    ///
    /// # Errors
    /// Of the database; nothing runs then.
    pub async fn start(options: RunnerOptions) -> Result<Self, StorageError> {
        let phones = options.phones.clone();
        let shared = Arc::new(Shared::new(options));
        let neighbours = Neighbours::meet(&shared).await?;
        tokio::spawn(supervisor::run(Arc::clone(&shared), phones, neighbours));
        Ok(Self { shared })
    }

    /// Changes whenever another server on the same store may have changed what this one goes by, such as the settings.
    #[must_use]
    pub fn news(&self) -> watch::Receiver<()> {
        self.shared.news.subscribe()
    }

    /// Says that tasks were created or given a phone, so that idle phones look for work. What is created afterwards
    /// without another call may wait until its phone looks again by itself.
    pub fn wake(&self) {
        self.shared.wake();
    }

    /// What the phone is doing, as far as tasks that wait for it are concerned.
    #[must_use]
    pub fn presence(&self, serial: &Serial) -> PhonePresence {
        self.shared.presence(serial)
    }

    /// A count that rises after every change of any phone's presence: as long as it is the same, so is each of them. It
    /// is to be read before they are.
    #[must_use]
    pub fn presence_changes(&self) -> u64 {
        self.shared.presence_changes.count()
    }

    /// Stops a running task, on whichever server it runs, and returns when its phone was let go and its end is written:
    /// within 5 s as a rule. A
    /// script that does not let go in that time is abandoned, and its phone is set aside until it answers a probe. A
    /// task that ends by itself at that very moment keeps its own end.
    ///
    /// # Errors
    /// [`StorageError::NoSuchTask`], [`StorageError::Illegal`] when it does not run, or of the database.
    pub async fn stop(&self, task: TaskId) -> Result<(), StorageError> {
        control::stop(&self.shared, task).await
    }

    /// Deletes tasks with everything that was kept of them; those that run are stopped first.
    ///
    /// # Errors
    /// Of the database; those that are gone by then stay so.
    pub async fn delete(&self, tasks: Vec<TaskId>) -> Result<Deletion, StorageError> {
        control::delete(&self.shared, tasks).await
    }

    /// The bytes of a file that was kept as evidence.
    ///
    /// # Errors
    /// Of the file system, when the file is gone or cannot be read.
    pub async fn artifact(&self, artifact: &Artifact) -> io::Result<Vec<u8>> {
        artifacts::read(&self.shared.artifacts, &artifact.file).await
    }

    /// Takes no more tasks, stops those that work, and returns when each of them is accounted for: as a rule within 5 s,
    /// and within 20 s even where a script or the database does not let go. A second call waits for the same end.
    pub async fn shutdown(&self) {
        self.shared.stop.cancel();
        self.shared.ended.cancelled().await;
    }
}
