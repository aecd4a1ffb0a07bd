//! The state that the tasks of one runner share: its options, its wake-ups, and the devices that it knows.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tikmatrix_device::script::ScriptRegistry;
use tikmatrix_domain::{Clock, DevicePresence, Serial, ServerId};
use tikmatrix_storage::{Store, WorkLimit};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::devices::{Devices, PresenceVersion};
use crate::failed_attempts::FailedAttempts;
use crate::options::RunnerOptions;
use crate::slots::SlotLimiter;
use crate::worker::running_tasks::RunningTasks;

pub(crate) struct RunnerContext {
    /// This run of the server; its leases carry it.
    pub(crate) server: ServerId,
    pub(crate) store: Store,
    pub(crate) scripts: ScriptRegistry,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) artifacts: PathBuf,
    pub(crate) materials: PathBuf,
    pub(crate) task_limit: Duration,
    pub(crate) running: RunningTasks,
    pub(crate) failed_attempts: FailedAttempts,
    pub(crate) slots: SlotLimiter,
    pub(crate) devices: Devices,
    pub(crate) presence_version: PresenceVersion,
    /// Changes whenever there may be new work.
    pub(crate) wakes: watch::Sender<()>,
    /// Changes whenever another server may have changed something that this one depends on.
    pub(crate) cluster_changes: watch::Sender<()>,
    /// Cancelled when no more tasks are to be claimed and the running ones are to stop.
    pub(crate) stop: CancellationToken,
    /// Cancelled when every worker has ended.
    pub(crate) ended: CancellationToken,
}

impl RunnerContext {
    pub(crate) fn new(options: RunnerOptions) -> Self {
        let presence_version = PresenceVersion::default();
        Self {
            server: ServerId::new(rand::random()),
            store: options.store,
            scripts: options.scripts,
            clock: options.clock,
            artifacts: options.artifacts,
            materials: options.materials,
            task_limit: options.task_limit,
            running: RunningTasks::default(),
            failed_attempts: FailedAttempts::default(),
            slots: SlotLimiter::new(options.max_running, presence_version.clone()),
            devices: Devices::new(presence_version.clone()),
            presence_version,
            wakes: watch::Sender::new(()),
            cluster_changes: watch::Sender::new(()),
            stop: CancellationToken::new(),
            ended: CancellationToken::new(),
        }
    }

    pub(crate) fn wake(&self) {
        self.wakes.send_replace(());
    }

    pub(crate) fn presence(&self, serial: &Serial) -> DevicePresence {
        match self.devices.get(serial) {
            _ if self.devices.is_in_conflict(serial) => DevicePresence::Conflict,
            Some(device) if device.is_busy() => DevicePresence::Busy,
            Some(device) if !device.is_ready() => DevicePresence::Offline,
            Some(_) => match self.slots.limit_reached(serial) {
                Some(WorkLimit::Plan) => DevicePresence::AtPlanLimit,
                Some(WorkLimit::Setting) => DevicePresence::AtDeviceLimit,
                None => DevicePresence::Idle,
            },
            None => DevicePresence::Offline,
        }
    }
}
