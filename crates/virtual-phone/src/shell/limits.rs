//! The limits of one `shell:` request, so that no line exhausts the machine. Subshells and background jobs share them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Simple commands, those in loops and background jobs included.
const MAX_COMMANDS: u64 = 20_000;
/// Shells, substitutions and functions inside each other.
const MAX_DEPTH: u32 = 24;
const MAX_JOBS: u64 = 16;

/// What a shell may still do.
#[derive(Clone)]
pub(crate) struct Limits {
    commands_left: Arc<AtomicU64>,
    jobs: Arc<AtomicU64>,
    depth: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { commands_left: Arc::new(AtomicU64::new(MAX_COMMANDS)), jobs: Arc::default(), depth: 0 }
    }
}

impl Limits {
    /// Enters a subshell; an error when too many are inside each other.
    pub(crate) fn enter(&mut self) -> Result<(), String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH { Err("nesting too deep".to_owned()) } else { Ok(()) }
    }

    /// Leaves a subshell that takes the place of the shell it was made from.
    pub(crate) fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// Takes the right to run one command; `false` when none is left.
    pub(crate) fn take_command(&self) -> bool {
        let one_less = |left: u64| left.checked_sub(1);
        self.commands_left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less).is_ok()
    }

    /// Takes a slot for a background job; `None` when there are too many.
    pub(crate) fn take_job(&self) -> Option<JobSlot> {
        let one_more = |running: u64| (running < MAX_JOBS).then_some(running + 1);
        let counted = self.jobs.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more);
        counted.is_ok().then(|| JobSlot(Arc::clone(&self.jobs)))
    }
}

/// A background job's slot, freed when it is dropped.
pub(crate) struct JobSlot(Arc<AtomicU64>);

impl Drop for JobSlot {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
