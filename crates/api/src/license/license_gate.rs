//! What this server may do, kept up to date: reads the evidence that `licensing` evaluates, and limits how many phones the
//! runner lets work.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tikmatrix_domain::Clock;
use tikmatrix_licensing::{
    Entitlement, Evidence, LicenseError, Machine, MachineSources, PublicKey, RecordedTime, evaluate, verify,
};
use tikmatrix_storage::{Installation, StorageError, Store};
use tokio::sync::watch;

use crate::license::license_file::read_license;
use crate::start_error::StartError;

/// How often the licence file is read: a new one is in force after this time at most.
const READ_INTERVAL: Duration = Duration::from_secs(5);
/// How old an evaluation may be, since verifying a signature for each request would be slow.
const EVALUATION_INTERVAL: TimeDelta = TimeDelta::seconds(1);
/// How far the stored time may be behind the time that was seen.
const STORE_INTERVAL: TimeDelta = TimeDelta::minutes(1);

/// The licence with which a server starts.
pub(crate) struct LicenseOptions {
    /// The licence file.
    pub(crate) path: PathBuf,
    /// Whether it has to exist.
    pub(crate) required: bool,
    /// The key that verifies it.
    pub(crate) key: Option<PublicKey>,
}

/// Evaluates the licence as time passes; clones share what they know.
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
    max_at_work: watch::Sender<u32>,
}

struct Known {
    license: Option<Vec<u8>>,
    /// The licence file as it was last read, also if it cannot be verified.
    read: Option<Vec<u8>>,
    recorded: RecordedTime,
    /// What of this is in the database.
    stored: RecordedTime,
    evaluated: Option<(DateTime<Utc>, Entitlement)>,
    /// What the log last reported of the plan.
    logged: String,
}

impl LicenseGate {
    /// Reads the licence and the evidence around it; a new data directory starts its trial here.
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
        let installation = store.settings().installation(clock.now()).await?;
        let Installation { made_at, last_seen, set_back_at, newest_license } = installation;
        let recorded = RecordedTime { last_seen, set_back_at, newest_license };
        let known = Mutex::new(Known {
            read: license.clone(),
            license,
            recorded,
            stored: recorded,
            evaluated: None,
            logged: String::new(),
        });
        let machine = MachineSources::system().read();
        let max_at_work = watch::Sender::new(0);
        let gate = Self(Arc::new(Inner { path, key, machine, made_at, clock, store, known, max_at_work }));
        gate.entitlement();
        Ok(gate)
    }

    /// Returns what the server may do now.
    pub(crate) fn entitlement(&self) -> Entitlement {
        let now = self.0.clock.now();
        let mut known = self.0.known();
        let fresh = known.evaluated.as_ref().filter(|(at, _)| (now - at).abs() < EVALUATION_INTERVAL);
        if let Some((_, entitlement)) = fresh {
            return entitlement.clone();
        }
        let entitlement = evaluate(Evidence {
            license: known.license.as_deref(),
            key: self.0.key.as_ref(),
            machine: &self.0.machine,
            trial_start: self.0.made_at,
            recorded: known.recorded,
            now,
        });
        known.recorded = entitlement.recorded;
        known.evaluated = Some((now, entitlement.clone()));
        if known.logged != entitlement.message {
            known.logged.clone_from(&entitlement.message);
            let level = if entitlement.api_enabled { log::Level::Info } else { log::Level::Warn };
            log::log!(level, "{}", entitlement.message);
        }
        // Within the lock, so that an older evaluation never overtakes a later one.
        self.0.max_at_work.send_if_modified(|most| {
            let changed = *most != entitlement.device_limit;
            *most = entitlement.device_limit;
            changed
        });
        entitlement
    }

    /// Follows how many phones may work at once.
    pub(crate) fn max_at_work(&self) -> watch::Receiver<u32> {
        self.0.max_at_work.subscribe()
    }

    /// Rereads the licence and stores the time, until it is dropped.
    pub(crate) async fn run(self) {
        loop {
            tokio::time::sleep(READ_INTERVAL).await;
            self.reread().await;
            self.entitlement();
            if let Err(error) = self.store_time(STORE_INTERVAL).await {
                log::warn!("{error}");
            }
        }
    }

    /// Stores the time when the server ends.
    pub(crate) async fn close(&self) {
        self.entitlement();
        if let Err(error) = self.store_time(TimeDelta::zero()).await {
            log::warn!("{error}");
        }
    }

    async fn reread(&self) {
        let path = self.0.path.clone();
        let read = tokio::task::spawn_blocking(move || read_license(&path)).await;
        // While the file cannot be read, the licence that was read before stays.
        let Ok(Ok(license)) = read else { return };
        let mut known = self.0.known();
        if known.read == license {
            return;
        }
        known.read.clone_from(&license);
        match license.as_deref().map(|file| verify(file, self.0.key.as_ref().ok_or(LicenseError::NoKey)?)) {
            // So does it while what is there now cannot be verified: all goes on as before.
            Some(Err(error)) => {
                log::warn!("the licence file {} changed and is not used: {error}", self.0.path.display());
            }
            Some(Ok(_)) | None => {
                known.license = license;
                known.evaluated = None;
            }
        }
    }

    async fn store_time(&self, behind: TimeDelta) -> Result<(), StorageError> {
        let (recorded, stored) = {
            let known = self.0.known();
            (known.recorded, known.stored)
        };
        let RecordedTime { last_seen, set_back_at, newest_license } = recorded;
        if recorded == (RecordedTime { last_seen, ..stored }) && last_seen >= stored.last_seen {
            if last_seen - stored.last_seen <= behind {
                return Ok(());
            }
            self.0.store.settings().record_seen(last_seen).await?;
        } else {
            let made_at = self.0.made_at;
            let times = Installation { made_at, last_seen, set_back_at, newest_license };
            self.0.store.settings().replace_times(times).await?;
        }
        self.0.known().stored = recorded;
        Ok(())
    }
}

impl Inner {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
