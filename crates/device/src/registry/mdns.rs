//! Phones that announce their wireless debugging in the local network (mDNS, `_adb-tls-connect._tcp`): a keeper for each.
//! A phone's port changes with every start, its name does not, so that it is kept by name and looked up anew.

use std::collections::HashMap;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use mdns_sd::{ScopedIp, ServiceDaemon, ServiceEvent};
use thiserror::Error;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::connection_supervisor::{ConnectionSupervisor, RegistryOptions, log_end};
use super::device_table::DeviceTable;
use super::endpoint::Endpoint;
use super::source::{LastSeen, Source, Verifier};
use crate::adb::keys::KeyStore;

/// What phones with wireless debugging announce (AOSP packages/modules/adb, `adb_mdns.h`).
const SERVICE: &str = "_adb-tls-connect._tcp.local.";
/// More names are left alone: anybody in the network can announce what he likes.
const MOST_PHONES: usize = 1000;
/// The longest name in bytes, as DNS has it.
const LONGEST_NAME: usize = 255;
/// Before announcements are listened to anew, after more came at once than could be heard.
const LISTENS_AGAIN_AFTER: Duration = Duration::from_secs(5);

/// Announcements in the local network cannot be listened to.
#[derive(Debug, Clone, Error)]
#[error("phones cannot be discovered in the local network: {0}")]
pub struct DiscoveryError(String);

impl From<mdns_sd::Error> for DiscoveryError {
    fn from(error: mdns_sd::Error) -> Self {
        Self(error.to_string())
    }
}

/// What was heard of one phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Announcement {
    /// It listens for TLS at an address.
    At {
        /// The name that it announces, such as `adb-R58M12ABCDE-x1Yz9A._adb-tls-connect._tcp.local.`
        instance: String,
        /// Where it listens until it says otherwise.
        address: SocketAddr,
    },
    /// It no longer announces itself.
    Gone {
        /// The name that it announced.
        instance: String,
    },
}

/// Where announcements of phones are heard, until the registry that uses it ends.
pub struct Discovery(EventSource);

enum EventSource {
    Network { daemon: ServiceDaemon, nearby_only: bool },
    Channel(mpsc::Receiver<Announcement>),
}

impl Discovery {
    /// Listens in the local network, and believes what is said of private addresses alone: nobody in the network shall
    /// have this machine call others, or itself.
    ///
    /// # Errors
    /// [`DiscoveryError`].
    pub fn new() -> Result<Self, DiscoveryError> {
        Ok(Self(EventSource::Network { daemon: ServiceDaemon::new()?, nearby_only: true }))
    }

    /// Listens by an mDNS daemon that runs already, believes every address that it hears of, and ends it when the registry
    /// ends.
    #[must_use]
    pub fn with(daemon: ServiceDaemon) -> Self {
        Self(EventSource::Network { daemon, nearby_only: false })
    }

    /// Takes the word of somebody who listens otherwise, such as by the system's own mDNS responder. When the sender is
    /// dropped, the phones stay where they were last.
    #[must_use]
    pub fn from_channel(announcements: mpsc::Receiver<Announcement>) -> Self {
        Self(EventSource::Channel(announcements))
    }

    fn verifier(&self) -> Verifier {
        match &self.0 {
            EventSource::Network { daemon, .. } => Verifier::new(Some(daemon.clone())),
            EventSource::Channel(_) => Verifier::new(None),
        }
    }
}

/// Keeps a phone for each name that is announced.
pub(super) struct Announcements {
    verifier: Verifier,
    table: Arc<DeviceTable>,
    keys: KeyStore,
    options: RegistryOptions,
    keepers: JoinSet<()>,
    phones: HashMap<String, Announced>,
    stop: CancellationToken,
}

struct Announced {
    last_seen: watch::Sender<LastSeen>,
    stop: CancellationToken,
}

impl Announcements {
    /// Listens until it is told to stop, and returns when every phone was let go.
    pub(super) async fn run(
        discovery: Discovery,
        table: Arc<DeviceTable>,
        keys: KeyStore,
        options: RegistryOptions,
        stop: CancellationToken,
    ) {
        let (verifier, keepers, phones) = (discovery.verifier(), JoinSet::new(), HashMap::new());
        let mut all = Self { verifier, table, keys, options, keepers, phones, stop: stop.clone() };
        match discovery.0 {
            EventSource::Channel(mut told) => {
                let listening = async {
                    while let Some(announcement) = told.recv().await {
                        all.take(announcement);
                    }
                };
                stop.run_until_cancelled(listening).await;
            }
            EventSource::Network { daemon, nearby_only } => {
                stop.run_until_cancelled(all.listen(&daemon, nearby_only)).await;
                stop.cancelled().await;
                // It may have ended by itself; then there is nothing to end.
                let _ = daemon.shutdown();
            }
        }
        stop.cancelled().await;
        while let Some(ended) = all.keepers.join_next().await {
            log_end(ended);
        }
    }

    async fn listen(&mut self, daemon: &ServiceDaemon, nearby_only: bool) {
        loop {
            let events = match daemon.browse(SERVICE) {
                Ok(events) => events,
                Err(error) => return log::warn!("{}", DiscoveryError::from(error)),
            };
            while let Ok(event) = events.recv_async().await {
                if let Some(announcement) = heard(event, nearby_only) {
                    self.take(announcement);
                }
            }
            // The daemon lets go of who does not keep up, as when somebody announces a thousand names at once.
            log::warn!("too much was announced in the local network; it is listened to again in a moment");
            tokio::time::sleep(LISTENS_AGAIN_AFTER).await;
        }
    }

    fn take(&mut self, announcement: Announcement) {
        while let Some(ended) = self.keepers.try_join_next() {
            log_end(ended);
        }
        match announcement {
            Announcement::At { instance, .. } if !is_name(&instance) => {
                log::debug!("{instance:?} is left alone: that is no name of a phone");
            }
            Announcement::At { instance, address } => match self.phones.get(&instance) {
                Some(known) => {
                    let now = LastSeen { address, announced: true };
                    known.last_seen.send_if_modified(|known| std::mem::replace(known, now) != now);
                }
                None => self.keep(instance, address),
            },
            Announcement::Gone { instance } => {
                if let Some(known) = self.phones.get(&instance) {
                    known.last_seen.send_modify(|known| known.announced = false);
                }
            }
        }
    }

    fn keep(&mut self, name: String, address: SocketAddr) {
        if self.phones.len() >= MOST_PHONES {
            self.forget_those_that_are_gone();
        }
        if self.phones.len() >= MOST_PHONES {
            log::debug!("{name} is left alone: {MOST_PHONES} phones announced themselves before it");
            return;
        }
        let instance: Arc<str> = name.as_str().into();
        let Some(registration) =
            self.table.register(Endpoint::WirelessDebugging(Arc::clone(&instance)), None)
        else {
            return;
        };
        let (sender, last_seen) = watch::channel(LastSeen { address, announced: true });
        let (verifier, keys) = (self.verifier.clone(), self.keys.clone());
        let source = Source::Announced { instance, keys, last_seen, verifier };
        let stop = self.stop.child_token();
        self.keepers.spawn(ConnectionSupervisor::new(registration, source, self.options).run(stop.clone()));
        self.phones.insert(name, Announced { last_seen: sender, stop });
    }

    /// Names cost nothing: whoever announces many must not keep the phones out that come after.
    fn forget_those_that_are_gone(&mut self) {
        self.phones.retain(|_, phone| {
            let announced = phone.last_seen.borrow().announced;
            if !announced {
                phone.stop.cancel();
            }
            announced
        });
    }
}

/// Whether it can be shown to people; DNS allows any bytes.
fn is_name(instance: &str) -> bool {
    !instance.is_empty() && instance.len() <= LONGEST_NAME && !instance.contains(char::is_control)
}

fn heard(event: ServiceEvent, nearby_only: bool) -> Option<Announcement> {
    match event {
        ServiceEvent::ServiceResolved(service) => {
            let addresses = service.addresses.iter().map(ScopedIp::to_ip_addr);
            let believed = addresses.filter(|address| !nearby_only || is_nearby(*address));
            let address = best(believed, service.port)?;
            Some(Announcement::At { instance: service.fullname.clone(), address })
        }
        ServiceEvent::ServiceRemoved(_, instance) => Some(Announcement::Gone { instance }),
        _ => None,
    }
}

/// Whether an address is one of a private network.
fn is_nearby(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_private() || address.is_link_local(),
        IpAddr::V6(address) => address.is_unique_local(),
    }
}

/// The address to connect to: IPv4 before IPv6, since that of a link needs more than the address to be reached.
fn best(addresses: impl Iterator<Item = IpAddr>, port: u16) -> Option<SocketAddr> {
    let usable = addresses.filter(|address| match address {
        IpAddr::V4(_) => port != 0,
        IpAddr::V6(address) => port != 0 && !address.is_unicast_link_local(),
    });
    let best = usable.min_by_key(|address| (address.is_ipv6(), *address))?;
    Some(SocketAddr::new(best, port))
}

impl fmt::Debug for Discovery {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Discovery")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_that_can_be_connected_to_is_taken() {
        let of = |addresses: &[&str], port| {
            let best = best(addresses.iter().map(|text| text.parse().unwrap()), port);
            best.map(|address| address.to_string())
        };
        assert_eq!(
            of(&["fd00::7", "192.168.0.9", "192.168.0.8"], 41234).as_deref(),
            Some("192.168.0.8:41234")
        );
        assert_eq!(of(&["fe80::1", "fd00::7"], 5).as_deref(), Some("[fd00::7]:5"));
        assert_eq!(of(&["fe80::1"], 5), None);
        assert_eq!(of(&["10.0.0.1"], 0), None);
        assert_eq!(of(&[], 5), None);
    }

    #[test]
    fn nobody_in_the_network_has_this_machine_call_others_or_itself() {
        for address in ["192.168.0.9", "10.1.2.3", "172.31.0.1", "169.254.3.4", "fd00::7"] {
            assert!(is_nearby(address.parse().unwrap()), "{address}");
        }
        for address in ["127.0.0.1", "8.8.8.8", "0.0.0.0", "224.0.0.251", "::1", "2001:db8::1", "::"] {
            assert!(!is_nearby(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn what_cannot_be_shown_to_people_is_no_name() {
        assert!(is_name("adb-R58M12ABCDE-x1Yz9A._adb-tls-connect._tcp.local."));
        for name in ["", "adb\nphone ready at 10.0.0.1:5", "\u{1b}[2J", &"a".repeat(256)] {
            assert!(!is_name(name), "{name:?}");
        }
    }
}
