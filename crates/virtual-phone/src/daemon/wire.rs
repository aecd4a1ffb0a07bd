//! The cable of a phone and its faults: what is cut, delayed, lost or spoilt on its way.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::{broadcast, watch};
use tokio::time::Instant;

/// Bursts that wait for a busy connection.
const BURSTS: usize = 16;
/// Transfers of a slow cable in a second.
const TICKS: u32 = 20;
/// The least time of an answer over a wireless network.
const ROUND_TRIP: Duration = Duration::from_millis(3);

/// The cable of one phone, shared by its connections.
#[derive(Clone)]
pub(crate) struct Wire {
    /// Incremented each time that the cable is pulled.
    pulls: Arc<watch::Sender<u64>>,
    pull_after: Arc<Mutex<Option<u64>>>,
    trouble: Arc<watch::Sender<Trouble>>,
    bursts: broadcast::Sender<Burst>,
    realistic: Arc<AtomicBool>,
}

/// Faults that last until they are cleared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Trouble {
    /// Nothing is read and nothing written, though sockets stay open.
    pub(crate) frozen: bool,
    /// Bytes that pass in a second, each way.
    pub(crate) bytes_per_second: Option<NonZeroU32>,
    /// Every n-th packet to the host is lost.
    pub(crate) drop_every: Option<NonZeroU32>,
    /// How often the end of a stream is sent beyond the two times of adbd.
    pub(crate) more_closes: u32,
    /// Connections are closed until then.
    pub(crate) away_until: Option<Instant>,
}

/// A fault that happens once, on every connection there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Burst {
    /// The phone ends its sending, and goes on reading.
    HalfClose,
    /// Bytes that are no ADB.
    Garbage,
    /// A stream that the host did not request.
    UnsolicitedOpen,
}

/// For the farm, which arms faults.
impl Wire {
    pub(crate) fn new() -> Self {
        Self {
            pulls: Arc::new(watch::Sender::new(0)),
            pull_after: Arc::default(),
            trouble: Arc::new(watch::Sender::new(Trouble::default())),
            bursts: broadcast::Sender::new(BURSTS),
            realistic: Arc::default(),
        }
    }

    /// Ends all connections now; new ones are accepted.
    pub(crate) fn pull(&self) {
        self.pulls.send_modify(|count| *count += 1);
    }

    /// Ends all connections once the next push has brought so many bytes.
    pub(crate) fn pull_after(&self, bytes: u64) {
        *self.pull_after.lock() = Some(bytes);
    }

    /// Changes the lasting faults.
    pub(crate) fn trouble(&self, change: impl FnOnce(&mut Trouble)) {
        self.trouble.send_modify(change);
    }

    /// Sends a burst to every connection there is.
    pub(crate) fn burst(&self, burst: Burst) {
        // Without a connection there is nothing to spoil.
        let _no_receiver = self.bursts.send(burst);
    }

    /// Makes the cable as slow as a wireless network.
    pub(crate) fn be_realistic(&self) {
        self.realistic.store(true, Ordering::Relaxed);
    }

    pub(crate) fn mend(&self) {
        *self.pull_after.lock() = None;
        self.trouble.send_replace(Trouble::default());
    }
}

/// For the connections.
impl Wire {
    /// Receives the pulls from now on.
    pub(super) fn watch(&self) -> watch::Receiver<u64> {
        let mut pulls = self.pulls.subscribe();
        pulls.mark_unchanged();
        pulls
    }

    /// Receives the bursts from now on.
    pub(super) fn bursts(&self) -> broadcast::Receiver<Burst> {
        self.bursts.subscribe()
    }

    /// Pulls the cable if a push has brought at least as many `bytes` as armed. Returns whether it did.
    pub(super) fn breaks_at(&self, bytes: u64) -> bool {
        let mut armed = self.pull_after.lock();
        if armed.is_some_and(|limit| bytes >= limit) {
            *armed = None;
            drop(armed);
            self.pull();
            return true;
        }
        false
    }

    /// How many bytes of a push still pass after `bytes`.
    pub(super) fn left(&self, bytes: u64) -> Option<u64> {
        self.pull_after.lock().map(|limit| limit.saturating_sub(bytes))
    }

    /// Whether the phone accepts connections.
    pub(super) fn is_there(&self) -> bool {
        self.trouble.borrow().away_until.is_none_or(|until| until <= Instant::now())
    }

    /// The lasting faults of this moment.
    pub(super) fn now(&self) -> Trouble {
        *self.trouble.borrow()
    }

    /// Waits until bytes may pass. Returns how many of `wanted` pass at once.
    pub(super) async fn pass(&self, wanted: usize) -> usize {
        self.thaw().await;
        let Some(speed) = self.now().bytes_per_second else { return wanted };
        let most = usize::try_from(speed.get().div_ceil(TICKS)).unwrap_or(usize::MAX);
        let passes = wanted.min(most);
        // No longer than until the fault is cleared.
        let time = Duration::from_secs_f64(passes as f64 / f64::from(speed.get()));
        let mut trouble = self.trouble.subscribe();
        let mended = trouble.wait_for(|trouble| trouble.bytes_per_second.is_none());
        drop(tokio::time::timeout(time, mended).await);
        self.thaw().await;
        passes
    }

    /// Waits while the cable is frozen.
    pub(super) async fn thaw(&self) {
        // The sender is in this wire, so that no receiver fails.
        let mut trouble = self.trouble.subscribe();
        drop(trouble.wait_for(|trouble| !trouble.frozen).await);
        if !self.is_there() {
            // The connections of before a reboot never answer again.
            std::future::pending::<()>().await;
        }
    }

    /// Waits for the latency of the network.
    pub(super) async fn travel(&self) {
        if self.realistic.load(Ordering::Relaxed) {
            tokio::time::sleep(ROUND_TRIP).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn only_a_realistic_phone_has_latency() {
        let (wire, begin) = (Wire::new(), Instant::now());
        wire.travel().await;
        assert_eq!(begin.elapsed(), Duration::ZERO);
        wire.be_realistic();
        wire.travel().await;
        assert!(begin.elapsed() >= ROUND_TRIP);
    }
}
