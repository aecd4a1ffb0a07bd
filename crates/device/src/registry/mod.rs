//! The configured phones: one task each that connects, watches that the phone lives, and connects again when it went
//! away. Which work goes to which phone is the runner's.

mod backoff;
mod keeper;
mod state;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tikmatrix_domain::Serial;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

pub use backoff::Backoff;
pub use state::PhoneState;

use crate::phone::Phone;
use keeper::Keeper;

/// One configured phone.
#[derive(Debug, Clone)]
pub struct PhoneEntry {
    /// `HOST:PORT`, as configured.
    pub address: String,
    /// Its serial number, once it was known; kept while it is offline, and also that of a duplicate: only one entry
    /// with it has a phone.
    pub serial: Option<Serial>,
    /// How it is doing.
    pub state: PhoneState,
    /// The connection, exactly while it is ready.
    pub phone: Option<Phone>,
}

/// How patient a registry is.
#[derive(Debug, Clone, Copy)]
pub struct RegistryOptions {
    /// The longest that making a connection may take.
    pub connect_time: Duration,
    /// How often a connected phone is asked whether it lives.
    pub probe_interval: Duration,
    /// The longest that its answer may take.
    pub probe_time: Duration,
    /// The waits between attempts to connect.
    pub backoff: Backoff,
    /// Where the spread of those waits comes from: a number from 0 to 1, a new one at each call.
    pub jitter: fn() -> f64,
}

impl Default for RegistryOptions {
    fn default() -> Self {
        Self {
            connect_time: Duration::from_secs(5),
            probe_interval: Duration::from_secs(10),
            probe_time: Duration::from_secs(5),
            backoff: Backoff::default(),
            jitter: rand::random,
        }
    }
}

/// Keeps the configured phones connected. Dropping it lets them go.
#[derive(Debug)]
pub struct Registry {
    options: RegistryOptions,
    entries: watch::Sender<Vec<PhoneEntry>>,
    keepers: Mutex<Vec<JoinHandle<()>>>,
    stop: CancellationToken,
    _stop_at_drop: DropGuard,
}

impl Registry {
    /// Begins to connect to the adbd at each address (`HOST:PORT`). Needs a tokio runtime around it.
    #[must_use]
    pub fn start(addresses: Vec<String>) -> Self {
        Self::start_with(addresses, RegistryOptions::default())
    }

    /// As [`Registry::start`], with another patience.
    #[must_use]
    pub fn start_with(addresses: Vec<String>, options: RegistryOptions) -> Self {
        let stop = CancellationToken::new();
        let registry = Self {
            options,
            entries: watch::Sender::new(Vec::new()),
            keepers: Mutex::default(),
            _stop_at_drop: stop.clone().drop_guard(),
            stop,
        };
        for address in addresses {
            registry.add(&address);
        }
        registry
    }

    /// Adds a phone; an address that is known already is left as it is.
    pub fn add(&self, address: &str) {
        let added = self.entries.send_if_modified(|entries| {
            let new = entries.iter().all(|entry| entry.address != address);
            if new {
                let address = address.to_owned();
                entries.push(PhoneEntry {
                    address,
                    serial: None,
                    state: PhoneState::Connecting,
                    phone: None,
                });
            }
            new
        });
        if added {
            let keeper = Keeper::new(address, self.options, self.entries.clone(), self.stop.clone());
            let keeper = tokio::spawn(keeper.run());
            self.keepers.lock().unwrap_or_else(PoisonError::into_inner).push(keeper);
        }
    }

    /// The phones as they are and every change from now on, in the order in which they were added.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Vec<PhoneEntry>> {
        self.entries.subscribe()
    }

    /// Lets every phone go and returns when all are.
    pub async fn shutdown(&self) {
        self.stop.cancel();
        let keepers = std::mem::take(&mut *self.keepers.lock().unwrap_or_else(PoisonError::into_inner));
        for keeper in keepers {
            if let Err(error) = keeper.await {
                log::error!("the keeper of a phone ended early: {error}");
            }
        }
    }
}
