//! Watches the list of an adb server: a supervisor for each phone, for as long as it is listed. A server that is not there
//! is retried with a backoff; its absence has no other effect.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;

use tikmatrix_domain::Serial;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::connection_supervisor::{ConnectionSupervisor, RegistryOptions, log_end};
use super::devices::device_table::DeviceTable;
use super::endpoint::Endpoint;
use super::source::Source;
use crate::adb::server::device_list::ListedPhone;
use crate::adb::server::{AdbServer, ServerError};
use crate::phone::Deadline;

/// The watcher of one server.
pub(super) struct AdbServerWatcher {
    server: AdbServer,
    table: Arc<DeviceTable>,
    options: RegistryOptions,
    supervisors: JoinSet<()>,
    /// The phones of the last list.
    listed: HashMap<Identity, Kept>,
}

/// The server's number for a phone's connection, or its name for the phone where it gives no numbers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Identity {
    TransportId(u64),
    Name(String),
}

struct Kept {
    phone: watch::Sender<ListedPhone>,
    stop: CancellationToken,
}

impl AdbServerWatcher {
    pub(super) fn new(server: AdbServer, table: Arc<DeviceTable>, options: RegistryOptions) -> Self {
        Self { server, table, options, supervisors: JoinSet::new(), listed: HashMap::new() }
    }

    /// Watches the server until `stop`, and returns when every phone of it is released.
    pub(super) async fn run(mut self, stop: CancellationToken) {
        stop.run_until_cancelled(self.watch()).await;
        self.release_all().await;
    }

    async fn watch(&mut self) {
        let mut failures = 0_u32;
        loop {
            let error = self.watch_once(&mut failures).await;
            failures = failures.saturating_add(1);
            match (failures, self.listed.is_empty()) {
                (1, true) => log::info!("{error}: phones on USB are used as soon as there is one"),
                (1, false) => log::warn!("{error}; its phones are released until it is back"),
                _ => {}
            }
            self.release_all().await;
            tokio::time::sleep(self.options.backoff.delay(failures, (self.options.jitter)())).await;
        }
    }

    async fn watch_once(&mut self, failures: &mut u32) -> ServerError {
        let (server, options) = (self.server.clone(), self.options);
        let listed = async {
            let version = self.server.version(Deadline::after(self.options.connect_time)).await?;
            let mut tracker = self.server.track(Deadline::after(self.options.connect_time)).await?;
            log::info!("adb server {}: following its phones (version {version})", self.server);
            loop {
                let list = tracker.next().await?;
                *failures = 0;
                self.take(list);
                while self.supervisors.try_join_next().is_some() {}
            }
        };
        // A list that does not change looks like a server that hangs or whose computer is gone.
        let answered = async {
            loop {
                tokio::time::sleep(options.probe_interval).await;
                server.version(Deadline::after(options.probe_time)).await?;
            }
        };
        let ended: Result<Infallible, ServerError> = tokio::select! {
            ended = listed => ended,
            ended = answered => ended,
        };
        match ended {
            Err(error) => error,
            Ok(never) => match never {},
        }
    }

    /// Adapts the supervisors to a list.
    fn take(&mut self, list: Vec<ListedPhone>) {
        let mut before = std::mem::take(&mut self.listed);
        for phone in list {
            let identity = match phone.transport_id {
                Some(id) => Identity::TransportId(id),
                None => Identity::Name(phone.serial.clone()),
            };
            let kept = match before.remove(&identity) {
                Some(kept) => {
                    kept.phone.send_if_modified(|known| {
                        let changed = *known != phone;
                        *known = phone;
                        changed
                    });
                    Some(kept)
                }
                None => self.supervise(phone),
            };
            if let Some(kept) = kept {
                self.listed.insert(identity, kept);
            }
        }
        for gone in before.into_values() {
            gone.stop.cancel();
        }
    }

    fn supervise(&mut self, phone: ListedPhone) -> Option<Kept> {
        let endpoint = Endpoint::AdbServer {
            server: self.server.clone(),
            name: phone.serial.as_str().into(),
            transport_id: phone.transport_id,
        };
        // On USB the name of a phone is its serial number, known before it authorises anyone.
        let serial = if phone.usb { Serial::reported(&phone.serial) } else { None };
        let registration = self.table.register(endpoint, serial)?;
        let (sender, receiver) = watch::channel(phone);
        let stop = CancellationToken::new();
        let supervisor = ConnectionSupervisor::new(
            registration,
            Source::Listed(self.server.clone(), receiver),
            self.options,
        );
        self.supervisors.spawn(supervisor.run(stop.clone()));
        Some(Kept { phone: sender, stop })
    }

    async fn release_all(&mut self) {
        for kept in std::mem::take(&mut self.listed).into_values() {
            kept.stop.cancel();
        }
        while let Some(ended) = self.supervisors.join_next().await {
            log_end(ended);
        }
    }
}
