//! What this server may do, kept up to date: it brings the evidence together that `licensing` weighs, refuses the API
//! where the plan has none, and tells the runner how many phones may work.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tikmatrix_domain::Clock;
use tikmatrix_licensing::{Entitlement, Evidence, Machine, MachineSources, PublicKey, evaluate};
use tikmatrix_storage::{StorageError, Store};
use tokio::sync::watch;

use crate::license::license_file::read_license;
use crate::start_error::StartError;

/// How often the licence file is read again: a new one is in force after this time at most.
const READ_EVERY: Duration = Duration::from_secs(5);
/// How old a judgement may be. Verifying a signature for each request would be felt.
const JUDGE_EVERY: TimeDelta = TimeDelta::seconds(1);
/// How far the time that is kept may be behind the time that was seen.
const KEEP_EVERY: TimeDelta = TimeDelta::minutes(1);

/// What a server needs to know of its licence when it starts.
pub(crate) struct LicenseOptions {
    /// The licence file.
    pub(crate) path: PathBuf,
    /// Whether it has to be there.
    pub(crate) required: bool,
    /// What verifies it.
    pub(crate) key: Option<PublicKey>,
}

/// Weighs the licence again and again; clones share what they know.
#[derive(Clone)]
pub(crate) struct LicenseGate(Arc<Inner>);

struct Inner {
    path: PathBuf,
    key: Option<PublicKey>,
    machine: Machine,
    made_at: DateTime<Utc>,
    clock: Arc<dyn Clock>,
    store: Store,
    known: Mutex<Known>,
    most_at_work: watch::Sender<u32>,
}

struct Known {
    license: Option<Vec<u8>>,
    last_seen: DateTime<Utc>,
    /// Which last-seen time is in the database.
    kept: DateTime<Utc>,
    judged: Option<(DateTime<Utc>, Entitlement)>,
}

impl LicenseGate {
    /// Brings the evidence together; a new data directory begins its trial here.
    pub(crate) async fn open(
        options: LicenseOptions,
        store: Store,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, StartError> {
        let LicenseOptions { path, required, key } = options;
        let unreadable = |source| StartError::License { path: path.clone(), source };
        let license = read_license(&path).map_err(unreadable)?;
        if required && license.is_none() {
            return Err(unreadable(std::io::ErrorKind::NotFound.into()));
        }
        let installation = store.installation(clock.now()).await?;
        let (last_seen, made_at) = (installation.last_seen, installation.made_at);
        let known = Mutex::new(Known { license, last_seen, kept: last_seen, judged: None });
        let machine = MachineSources::system().read();
        let most_at_work = watch::Sender::new(0);
        let gate = Self(Arc::new(Inner { path, key, machine, made_at, clock, store, known, most_at_work }));
        log::info!("{}", gate.standing().message);
        Ok(gate)
    }

    /// What the server may do now.
    pub(crate) fn standing(&self) -> Entitlement {
        let now = self.0.clock.now();
        let mut known = self.0.known();
        let fresh = known.judged.as_ref().filter(|(at, _)| (now - at).abs() < JUDGE_EVERY);
        if let Some((_, standing)) = fresh {
            return standing.clone();
        }
        let standing = evaluate(Evidence {
            license: known.license.as_deref(),
            key: self.0.key.as_ref(),
            machine: &self.0.machine,
            trial_start: self.0.made_at,
            last_seen: known.last_seen,
            now,
        });
        known.last_seen = standing.last_seen;
        let before = known.judged.replace((now, standing.clone()));
        if before.is_some_and(|(_, before)| before.message != standing.message) {
            log::info!("{}", standing.message);
        }
        // Within the lock, so that an older judgement never overtakes a later one.
        self.0.most_at_work.send_if_modified(|most| {
            let changed = *most != standing.device_limit;
            *most = standing.device_limit;
            changed
        });
        standing
    }

    /// How many phones may work at once.
    pub(crate) fn most_at_work(&self) -> watch::Receiver<u32> {
        self.0.most_at_work.subscribe()
    }

    /// Reads the licence again and keeps the time, for as long as it is not dropped.
    pub(crate) async fn keep(self) {
        loop {
            tokio::time::sleep(READ_EVERY).await;
            self.read_again().await;
            self.standing();
            if let Err(error) = self.keep_the_time(KEEP_EVERY).await {
                log::warn!("{error}");
            }
        }
    }

    /// Keeps the time when the server ends.
    pub(crate) async fn close(&self) {
        self.standing();
        if let Err(error) = self.keep_the_time(TimeDelta::zero()).await {
            log::warn!("{error}");
        }
    }

    async fn read_again(&self) {
        let path = self.0.path.clone();
        let read = tokio::task::spawn_blocking(move || read_license(&path)).await;
        // One that cannot be read for now is the one that was read before.
        if let Ok(Ok(license)) = read {
            let mut known = self.0.known();
            if known.license != license {
                known.license = license;
                known.judged = None;
            }
        }
    }

    async fn keep_the_time(&self, behind: TimeDelta) -> Result<(), StorageError> {
        let (last_seen, kept) = {
            let known = self.0.known();
            (known.last_seen, known.kept)
        };
        if last_seen - kept > behind {
            self.0.store.record_seen(last_seen).await?;
            self.0.known().kept = last_seen;
        }
        Ok(())
    }
}

impl Inner {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
