//! How often what phones are doing has changed, so that whoever shows it knows whether it is still as it was shown. What
//! they are doing, [`crate::context::Shared::presence`] tells.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A count that rises after every change of any phone's presence; clones share it. It may also rise where nothing
/// changed.
#[derive(Clone, Default)]
pub(crate) struct PresenceChanges(Arc<AtomicU64>);

impl PresenceChanges {
    /// Is called after a change, so that whoever reads the count before the presence never takes an old presence for a
    /// new one.
    pub(crate) fn happened(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }

    pub(crate) fn count(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}
