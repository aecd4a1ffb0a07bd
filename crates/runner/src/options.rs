//! What a runner is started with.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tikmatrix_device::registry::PhoneEntry;
use tikmatrix_device::script::ScriptRegistry;
use tikmatrix_domain::Clock;
use tikmatrix_storage::Store;
use tokio::sync::watch;

/// Everything that a [`crate::Runner`] works with.
pub struct RunnerOptions {
    /// The database that holds the tasks.
    pub store: Store,
    /// The scripts that tasks may name.
    pub scripts: ScriptRegistry,
    /// The phones, as a registry sees them come and go.
    pub phones: watch::Receiver<Vec<PhoneEntry>>,
    /// The clock by which tasks become due.
    pub clock: Arc<dyn Clock>,
    /// The folder for the artifacts of failed attempts; it is created when it is needed.
    pub artifacts: PathBuf,
    /// The folder that holds the files of the library's materials.
    pub materials: PathBuf,
    /// The time limit of an attempt whose task sets none, its clean-up not counted.
    pub task_limit: Duration,
    /// How many devices may run a task at once, over all servers on one database. The value may change at any time;
    /// running tasks continue.
    pub max_running: watch::Receiver<u32>,
}
