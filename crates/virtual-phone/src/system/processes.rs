//! The phone's processes as far as others can find and end them: `/proc/PID/environ` and a way to stop the shell. The
//! shells themselves run in `daemon`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use crate::machine::Machine;
use crate::shell::{Stop, lock};

/// The most shells of one phone at a time: those of `shell,v2,raw` outlive their clients.
const MOST_SHELLS: usize = 500;

/// The shells that run, by process id.
#[derive(Default)]
pub(crate) struct Processes(Mutex<BTreeMap<u32, Arc<Stop>>>);

impl Processes {
    /// Ends all shells, as when the phone is switched off.
    pub(crate) fn kill_all(&self) {
        lock(&self.0).values().for_each(|stop| stop.stop());
    }

    /// Ends a shell and what it runs; `false` when there is none of this number.
    pub(crate) fn kill(&self, process: u32) -> bool {
        lock(&self.0).get(&process).map(|stop| stop.stop()).is_some()
    }
}

/// A shell that can be found under `/proc` for as long as this is kept.
pub(crate) struct Running {
    machine: Arc<Machine>,
    process: u32,
}

impl Running {
    /// Enters a shell whose environment holds `TERM=terminal`.
    /// `None` when there are too many.
    pub(crate) fn enter(
        machine: &Arc<Machine>,
        process: u32,
        terminal: &str,
        stop: &Arc<Stop>,
    ) -> Option<Self> {
        {
            let mut running = lock(&machine.processes().0);
            if running.len() >= MOST_SHELLS {
                return None;
            }
            running.insert(process, Arc::clone(stop));
        }
        let environment = format!("TERM={terminal}\0USER=shell\0");
        machine.files().add_process(process, environment.as_bytes(), machine.seconds());
        Some(Self { machine: Arc::clone(machine), process })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        lock(&self.machine.processes().0).remove(&self.process);
        self.machine.files().remove_process(self.process);
    }
}
