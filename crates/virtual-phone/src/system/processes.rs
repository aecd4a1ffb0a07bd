//! The shells of one phone as processes: their ids, their entries under `/proc`, and killing them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use parking_lot::Mutex;

use crate::filesystem::FileSystem;
use crate::system::stop::StopSignal;

/// Process ids below belong to the system and to apps.
pub(crate) const FIRST_SHELL: u32 = 4000;
/// The limit is needed because `shell,v2,raw` shells outlive their clients.
const MAX_SHELLS: usize = 500;

/// The running shells, by process id; clones are the same table.
#[derive(Clone)]
pub(crate) struct Processes {
    running: Arc<Mutex<BTreeMap<u32, Arc<StopSignal>>>>,
    next: Arc<AtomicU32>,
    files: Arc<Mutex<FileSystem>>,
}

impl Processes {
    /// No shells yet; their entries will be in the `/proc` of `files`.
    pub(crate) fn new(files: Arc<Mutex<FileSystem>>) -> Self {
        Self { running: Arc::default(), next: Arc::new(AtomicU32::new(FIRST_SHELL)), files }
    }

    /// Gives a process id that no other shell has.
    pub(crate) fn next_id(&self) -> u32 {
        // Two apart: the command that a shell runs has the number after it.
        self.next.fetch_add(2, Ordering::Relaxed)
    }

    /// Registers a shell whose environment holds `TERM=terminal`. `None` when there are too many.
    pub(crate) fn register(
        &self,
        process: u32,
        terminal: &str,
        stop: &Arc<StopSignal>,
        now: i64,
    ) -> Option<RunningShell> {
        {
            let mut running = self.running.lock();
            if running.len() >= MAX_SHELLS {
                return None;
            }
            running.insert(process, Arc::clone(stop));
        }
        let environment = format!("TERM={terminal}\0USER=shell\0");
        self.files.lock().system().add_process(process, environment.as_bytes(), now);
        Some(RunningShell { processes: self.clone(), process })
    }

    /// Kills all shells, as when the phone is switched off.
    pub(crate) fn kill_all(&self) {
        self.running.lock().values().for_each(|stop| stop.stop());
    }

    /// Kills a shell and what it runs; `false` when there is none of this id.
    pub(crate) fn kill(&self, process: u32) -> bool {
        self.running.lock().get(&process).map(|stop| stop.stop()).is_some()
    }
}

/// A shell that is listed under `/proc` until this is dropped.
pub(crate) struct RunningShell {
    processes: Processes,
    process: u32,
}

impl Drop for RunningShell {
    fn drop(&mut self) {
        self.processes.running.lock().remove(&self.process);
        self.processes.files.lock().system().remove_process(self.process);
    }
}
