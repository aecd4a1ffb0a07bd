//! The phones of a server, by whatever way they are reached: one task for each way, that connects, watches that the
//! phone lives, and connects again when it went away. Which work goes to which phone is the runner's.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::adb_server_watcher::AdbServerWatcher;
use super::connection_supervisor::{ConnectionSupervisor, RegistryOptions, log_end};
use super::device_table::DeviceTable;
use super::endpoint::{Endpoint, PhoneEntry};
use super::mdns::{Announcements, Discovery};
use super::scan::{self, Network, Scan};
use super::source::Source;
use crate::adb::keys::KeyStore;
use crate::adb::server::AdbServer;
use crate::deadline::Deadline;

/// Keeps phones connected. Dropping it lets them go.
#[derive(Debug)]
pub struct Registry {
    options: RegistryOptions,
    keys: KeyStore,
    table: Arc<DeviceTable>,
    /// The phones at addresses, by these.
    kept: Mutex<HashMap<Arc<str>, Kept>>,
    followers: Mutex<Vec<JoinHandle<()>>>,
    stop: CancellationToken,
    _stop_at_drop: DropGuard,
}

#[derive(Debug)]
struct Kept {
    stop: CancellationToken,
    keeper: JoinHandle<()>,
}

impl Registry {
    /// Begins to connect to the adbd at each address (`HOST:PORT`), with the keys that adb uses for this user. Needs a
    /// tokio runtime around it.
    #[must_use]
    pub fn start(addresses: Vec<String>) -> Self {
        Self::start_with(addresses, RegistryOptions::default())
    }

    /// As [`Registry::start`], with another patience.
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
            kept: Mutex::default(),
            followers: Mutex::default(),
            _stop_at_drop: stop.clone().drop_guard(),
            stop,
        };
        for address in addresses {
            registry.add(&address);
        }
        registry
    }

    /// Begins to connect to the adbd at an address (`HOST:PORT`); false if it is connected to already.
    pub fn add(&self, address: &str) -> bool {
        let address: Arc<str> = address.into();
        let mut kept = self.kept.lock();
        let Some(registration) = self.table.register(Endpoint::Tcp(Arc::clone(&address)), None) else {
            return false;
        };
        let stop = self.stop.child_token();
        let source = Source::Address(Arc::clone(&address), self.keys.clone());
        let keeper = ConnectionSupervisor::new(registration, source, self.options);
        let keeper = tokio::spawn(keeper.run(stop.clone()));
        kept.insert(address, Kept { stop, keeper });
        true
    }

    /// Lets the phone at an address go and returns when it is gone from the list; false if there was none.
    pub async fn remove(&self, address: &str) -> bool {
        let kept = self.kept.lock().remove(address);
        let Some(Kept { stop, keeper }) = kept else { return false };
        stop.cancel();
        log_end(keeper.await);
        true
    }

    /// Uses the phones that an adb server knows, too, for as long as it knows them. The server need not be there, and
    /// may come and go.
    pub fn follow(&self, server: AdbServer) {
        let follower = AdbServerWatcher::new(server, Arc::clone(&self.table), self.options);
        let follower = tokio::spawn(follower.run(self.stop.child_token()));
        self.followers.lock().push(follower);
    }

    /// Uses the phones that announce their wireless debugging in the local network, too.
    pub fn discover(&self, discovery: Discovery) {
        let (table, keys) = (Arc::clone(&self.table), self.keys.clone());
        let listening = Announcements::run(discovery, table, keys, self.options, self.stop.child_token());
        self.followers.lock().push(tokio::spawn(listening));
    }

    /// Looks for an adbd on `port` at each address of a network, until the deadline. Nothing that is found is kept. A
    /// phone that was never told of this computer may ask its owner whether to let it in.
    pub async fn scan(&self, network: Network, port: u16, deadline: Deadline) -> Scan {
        scan::scan(network, port, &self.keys, deadline).await
    }

    /// The phones as they are and every change from now on, in the order in which ways to them were found.
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

    /// Lets every phone go and returns when all are.
    pub async fn shutdown(&self) {
        self.stop.cancel();
        let kept = std::mem::take(&mut *self.kept.lock());
        let followers = std::mem::take(&mut *self.followers.lock());
        for task in kept.into_values().map(|kept| kept.keeper).chain(followers) {
            log_end(task.await);
        }
    }
}
