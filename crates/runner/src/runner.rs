//! The runner's public face: start, wake, query, control and shut down.

use std::io;
use std::sync::Arc;

use tikmatrix_domain::{Artifact, BatchOperation, DevicePresence, FailureCode, Serial, TaskId};
use tikmatrix_storage::{Batch, StorageError};
use tokio::sync::watch;

use crate::cluster::Cluster;
use crate::context::RunnerContext;
use crate::control::batch::{self, BatchResult, TaskSelection};
use crate::control::stop;
use crate::journal::artifacts;
use crate::options::RunnerOptions;
use crate::supervisor;
use crate::tasks::Tasks;

/// Runs tasks in the background until it is shut down; a cheap clone. A runner that is dropped without a shutdown
/// continues for as long as the tokio runtime does.
#[derive(Clone)]
pub struct Runner {
    context: Arc<RunnerContext>,
}

impl Runner {
    /// Starts to run tasks, and to interrupt those that dead servers left running: at once where no other server can use
    /// the database, else after [`tikmatrix_domain::HEARTBEAT_TIMEOUT`]. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// Returns an error when the database fails; nothing runs then.
    pub async fn start(options: RunnerOptions) -> Result<Self, StorageError> {
        let phones = options.phones.clone();
        let context = Arc::new(RunnerContext::new(options));
        let cluster = Cluster::join(&context).await?;
        tokio::spawn(supervisor::run(Arc::clone(&context), phones, cluster));
        Ok(Self { context })
    }

    /// The tasks: to create them, to wait for one, and to subscribe to events.
    #[must_use]
    pub fn tasks(&self) -> Tasks {
        Tasks { context: Arc::clone(&self.context) }
    }

    /// A receiver that changes whenever another server on the same database may have changed something that this one
    /// depends on, such as the settings.
    #[must_use]
    pub fn cluster_changes(&self) -> watch::Receiver<()> {
        self.context.cluster_changes.subscribe()
    }

    /// Wakes the idle devices after tasks were created or moved to another device. Without this call they see new tasks
    /// only at their next claim.
    pub fn wake(&self) {
        self.context.wake();
    }

    /// Applies changed settings at once: idle devices look for work, and a device that waits for a slot sees a higher limit.
    pub fn settings_changed(&self) {
        self.context.wake();
        self.context.slots.release();
    }

    /// Whether the device can take a task now, and if not, why.
    #[must_use]
    pub fn presence(&self, serial: &Serial) -> DevicePresence {
        self.context.presence(serial)
    }

    /// Returns whether a device runs a task, whatever its presence is.
    #[must_use]
    pub fn is_busy(&self, serial: &Serial) -> bool {
        self.context.devices.get(serial).is_some_and(|device| device.is_busy())
    }

    /// A counter that rises after every change of any device's presence: while it is the same, so is each presence. Read
    /// it before the presences.
    #[must_use]
    pub fn presence_version(&self) -> u64 {
        self.context.presence_version.get()
    }

    /// The number of failed attempts by their code, since this runner started. Those of dead servers are counted by the
    /// server that interrupted them.
    #[must_use]
    pub fn failed_attempts(&self) -> Vec<(FailureCode, u64)> {
        self.context.failed_attempts.by_code()
    }

    /// Stops a running task, on any server, and waits until its phone is released and its result is stored: within 5 s
    /// as a rule. A script that takes longer is abandoned, and its device is quarantined until it answers a probe. A task
    /// that ends at that very moment keeps its own result.
    ///
    /// # Errors
    /// Returns [`StorageError::NoSuchTask`], [`StorageError::Illegal`] for a task that does not run, or an error of the
    /// database.
    pub async fn stop(&self, task: TaskId) -> Result<(), StorageError> {
        stop::stop(&self.context, task).await
    }

    /// Deletes tasks with their journals and artifacts; running ones are stopped first.
    ///
    /// # Errors
    /// Returns an error when the database fails; tasks that are deleted by then stay deleted.
    pub async fn delete(&self, tasks: Vec<TaskId>) -> Result<Batch, StorageError> {
        stop::delete(&self.context, tasks).await
    }

    /// Cancels tasks: pending ones end as cancelled before they run, running ones are stopped, finished ones are refused.
    ///
    /// # Errors
    /// Returns an error when the database fails; tasks that have ended by then stay ended.
    pub async fn cancel(&self, tasks: Vec<TaskId>) -> Result<Batch, StorageError> {
        stop::cancel(&self.context, tasks).await
    }

    /// Does `operation` with many tasks, in short transactions.
    ///
    /// # Errors
    /// Returns an error when the database fails; what is done by then stays done.
    pub async fn run_batch(
        &self,
        operation: BatchOperation,
        selection: TaskSelection,
    ) -> Result<BatchResult, StorageError> {
        batch::run(&self.context, operation, selection).await
    }

    /// Returns what [`Runner::run_batch`] would do now, and changes nothing.
    ///
    /// # Errors
    /// Returns an error when the database fails.
    pub async fn preview_batch(
        &self,
        operation: BatchOperation,
        selection: TaskSelection,
    ) -> Result<BatchResult, StorageError> {
        batch::preview(&self.context, operation, selection).await
    }

    /// Reads the file of an artifact.
    ///
    /// # Errors
    /// Returns an error when the file is missing or cannot be read.
    pub async fn artifact(&self, artifact: &Artifact) -> io::Result<Vec<u8>> {
        artifacts::read(&self.context.artifacts, &artifact.file).await
    }

    /// Claims no more tasks, stops the running ones, and waits until all their results are stored: within 5 s as a rule,
    /// and within 20 s even if a script or the database hangs. A second call waits for the same end.
    pub async fn shutdown(&self) {
        self.context.stop.cancel();
        self.context.ended.cancelled().await;
    }
}
