//! The cable, as far as faults can trouble it: what is cut, held up, lost or spoilt on its way. Which fault is armed when
//! is left to the farm, what goes over the cable to the connections.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::{broadcast, watch};
use tokio::time::Instant;

/// Bursts that a busy connection may miss no more than.
const BURSTS: usize = 16;
/// How often a slow cable carries something, in a second.
const TICKS: u32 = 20;
/// What a phone on a wireless network takes to answer, at least.
const ROUND_TRIP: Duration = Duration::from_millis(3);

/// Shared by all connections of one phone.
#[derive(Clone)]
pub(crate) struct Wire {
    /// Goes up each time that the cable is pulled.
    pulls: Arc<watch::Sender<u64>>,
    pull_after: Arc<Mutex<Option<u64>>>,
    trouble: Arc<watch::Sender<Trouble>>,
    bursts: broadcast::Sender<Burst>,
    realistic: Arc<AtomicBool>,
}

/// What lasts until it is mended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Trouble {
    /// Nothing is read and nothing written, though sockets stay open.
    pub(crate) frozen: bool,
    /// Bytes that pass in a second, each way.
    pub(crate) bytes_per_second: Option<NonZeroU32>,
    /// Of so many packets to the host one is lost; of one, all.
    pub(crate) drop_every: Option<NonZeroU32>,
    /// How often the end of a stream is told beyond the two times of adbd.
    pub(crate) more_closes: u32,
    /// Nobody is there until then.
    pub(crate) away_until: Option<Instant>,
}

/// What happens once, on every connection there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Burst {
    /// The phone says that it will send nothing more, and goes on reading.
    HalfClose,
    /// Bytes that are no ADB.
    Garbage,
    /// A stream that nobody asked for.
    UnsolicitedOpen,
}

/// Faults, as the farm arms them.
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

    /// Changes what lasts.
    pub(crate) fn trouble(&self, change: impl FnOnce(&mut Trouble)) {
        self.trouble.send_modify(change);
    }

    /// Does something to every connection there is.
    pub(crate) fn burst(&self, burst: Burst) {
        // Without a connection there is nothing to spoil.
        let _nobody = self.bursts.send(burst);
    }

    /// Takes the time that a phone on a wireless network takes.
    pub(crate) fn be_realistic(&self) {
        self.realistic.store(true, Ordering::Relaxed);
    }

    pub(crate) fn mend(&self) {
        *self.pull_after.lock() = None;
        self.trouble.send_replace(Trouble::default());
    }
}

/// The same, as connections meet them.
impl Wire {
    /// Tells of the next pull from now on.
    pub(super) fn watch(&self) -> watch::Receiver<u64> {
        let mut pulls = self.pulls.subscribe();
        pulls.mark_unchanged();
        pulls
    }

    /// Tells of every burst from now on.
    pub(super) fn bursts(&self) -> broadcast::Receiver<Burst> {
        self.bursts.subscribe()
    }

    /// To be asked with the bytes that a push has brought so far: whether this was one too many.
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

    /// How many bytes of a push still pass, when it has brought `bytes` so far.
    pub(super) fn left(&self, bytes: u64) -> Option<u64> {
        self.pull_after.lock().map(|limit| limit.saturating_sub(bytes))
    }

    /// Whether somebody is there to accept a connection.
    pub(super) fn is_there(&self) -> bool {
        self.trouble.borrow().away_until.is_none_or(|until| until <= Instant::now())
    }

    /// What lasts at the moment.
    pub(super) fn now(&self) -> Trouble {
        *self.trouble.borrow()
    }

    /// Waits until bytes may pass, and gives how many of `wanted` then do at once.
    pub(super) async fn pass(&self, wanted: usize) -> usize {
        self.thaw().await;
        let Some(speed) = self.now().bytes_per_second else { return wanted };
        let most = usize::try_from(speed.get().div_ceil(TICKS)).unwrap_or(usize::MAX);
        let passes = wanted.min(most);
        // Never longer than it takes to see that the cable was mended.
        let time = Duration::from_secs_f64(passes as f64 / f64::from(speed.get()));
        let mut trouble = self.trouble.subscribe();
        let mended = trouble.wait_for(|trouble| trouble.bytes_per_second.is_none());
        drop(tokio::time::timeout(time, mended).await);
        self.thaw().await;
        passes
    }

    /// Waits while nothing moves.
    pub(super) async fn thaw(&self) {
        // The sender lives in this very wire.
        let mut trouble = self.trouble.subscribe();
        drop(trouble.wait_for(|trouble| !trouble.frozen).await);
        if !self.is_there() {
            // What belongs to a connection from before a reboot is never heard of again.
            std::future::pending::<()>().await;
        }
    }

    /// Waits as long as a network would make it.
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
    async fn only_a_realistic_phone_takes_time_on_the_way() {
        let (wire, begin) = (Wire::new(), Instant::now());
        wire.travel().await;
        assert_eq!(begin.elapsed(), Duration::ZERO);
        wire.be_realistic();
        wire.travel().await;
        assert!(begin.elapsed() >= ROUND_TRIP);
    }
}
