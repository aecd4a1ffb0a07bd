//! The registry: it starts a supervisor for each endpoint, which connects, probes, and reconnects.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::adb_server_watcher::AdbServerWatcher;
use super::announcements::{Announcements, Discovery};
use super::connection_supervisor::{ConnectionSupervisor, RegistryOptions, log_end};
use super::devices::device_table::DeviceTable;
use super::endpoint::{Endpoint, PhoneEntry};
use super::scan::{self, Network, Scan};
use super::source::Source;
use crate::adb::keys::KeyStore;
use crate::adb::reach::Reach;
use crate::adb::server::AdbServer;
use crate::deadline::Deadline;

/// Connected phones, kept so. Dropping it disconnects them.
#[derive(Debug)]
pub struct Registry {
    options: RegistryOptions,
    keys: KeyStore,
    table: Arc<DeviceTable>,
    /// The supervisors of fixed addresses.
    supervised: Mutex<HashMap<Arc<str>, Supervised>>,
    watchers: Mutex<Vec<JoinHandle<()>>>,
    stop: CancellationToken,
    _stop_at_drop: DropGuard,
}

#[derive(Debug)]
struct Supervised {
    stop: CancellationToken,
    supervisor: JoinHandle<()>,
}

impl Registry {
    /// Starts to connect to the adbd at each address (`HOST:PORT`), with the keys that adb uses for this user. Runs inside a
    /// tokio runtime.
    #[must_use]
    pub fn start(addresses: Vec<String>) -> Self {
        Self::start_with(addresses, RegistryOptions::default())
    }

    /// As [`Registry::start`], with other timeouts and intervals.
    #[must_use]
    pub fn start_with(addresses: Vec<String>, options: RegistryOptions) -> Self {
        Self::start_as(addresses, KeyStore::of_user(), options)
    }

    /// As [`Registry::start_with`], with other keys.
    #[must_use]
    pub fn start_as(addresses: Vec<String>, keys: KeyStore, options: RegistryOptions) -> Self {
        let stop = CancellationToken::new();
        let registry = Self {
            options,
            keys,
            table: DeviceTable::new(),
            supervised: Mutex::default(),
            watchers: Mutex::default(),
            _stop_at_drop: stop.clone().drop_guard(),
            stop,
        };
        for address in addresses {
            registry.add(&address);
        }
        registry
    }

    /// Starts to connect to the adbd at an address (`HOST:PORT`); `false` if it does already.
    pub fn add(&self, address: &str) -> bool {
        self.add_within(address, Reach::Anywhere)
    }

    /// Does what [`Registry::add`] does, and connects only where `reach` leads.
    pub fn add_within(&self, address: &str, reach: Reach) -> bool {
        let address: Arc<str> = address.into();
        let mut supervised = self.supervised.lock();
        let Some(registration) = self.table.register(Endpoint::Tcp(Arc::clone(&address)), None) else {
            return false;
        };
        let stop = self.stop.child_token();
        let source = Source::Address { address: Arc::clone(&address), reach, keys: self.keys.clone() };
        let supervisor = ConnectionSupervisor::new(registration, source, self.options);
        let supervisor = tokio::spawn(supervisor.run(stop.clone()));
        supervised.insert(address, Supervised { stop, supervisor });
        true
    }

    /// Releases the phone at an address and returns when it is gone from the list; `false` if there was none.
    pub async fn remove(&self, address: &str) -> bool {
        let supervised = self.supervised.lock().remove(address);
        let Some(Supervised { stop, supervisor }) = supervised else { return false };
        stop.cancel();
        log_end(supervisor.await);
        true
    }

    /// Uses the phones of an adb server as well, for as long as it lists them. The server need not be there, and may come and
    /// go.
    pub fn follow(&self, server: AdbServer) {
        let watcher = AdbServerWatcher::new(server, Arc::clone(&self.table), self.options);
        let watcher = tokio::spawn(watcher.run(self.stop.child_token()));
        self.watchers.lock().push(watcher);
    }

    /// Uses the phones that announce their wireless debugging as well.
    pub fn discover(&self, discovery: Discovery) {
        let (table, keys) = (Arc::clone(&self.table), self.keys.clone());
        let listening = Announcements::run(discovery, table, keys, self.options, self.stop.child_token());
        self.watchers.lock().push(tokio::spawn(listening));
    }

    /// Searches for an adbd on `port` at each address of a network, until the deadline. No phone that is found is added. A
    /// phone that does not know this computer may ask its owner whether to accept it.
    pub async fn scan(&self, network: Network, port: u16, deadline: Deadline) -> Scan {
        scan::scan(network, port, &self.keys, deadline).await
    }

    /// Returns the phones and their changes, in the order in which their endpoints were added.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use tikmatrix_virtual_phone::{Farm, FarmOptions};
    /// # let farm = Farm::start(FarmOptions { count: 1, first_port: None, seed: 1 }).await?;
    /// # let address = farm.phones()[0].address().to_string();
    /// use tikmatrix_device::registry::Registry;
    ///
    /// let registry = Registry::start(vec![address]);
    /// let mut phones = registry.watch();
    /// let ready = phones.wait_for(|phones| phones.iter().all(|phone| phone.phone.is_some())).await?;
    /// assert_eq!(ready[0].serial.as_ref().map(|serial| serial.as_str()), Some("virtual-1"));
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Vec<PhoneEntry>> {
        self.table.watch()
    }

    /// Releases every phone and returns when all are released.
    pub async fn shutdown(&self) {
        self.stop.cancel();
        let supervised = std::mem::take(&mut *self.supervised.lock());
        let watchers = std::mem::take(&mut *self.watchers.lock());
        for task in supervised.into_values().map(|one| one.supervisor).chain(watchers) {
            log_end(task.await);
        }
    }
}
