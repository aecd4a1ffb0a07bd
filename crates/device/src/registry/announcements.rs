//! Phones that announce their wireless debugging: a supervisor for each. A phone's port changes with every start, its name
//! does not: it is kept by name, and its address is looked up again for each connection.

use std::collections::HashMap;
use std::fmt;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use thiserror::Error;
use tikmatrix_domain::{clean, is_harmless};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::connection_supervisor::{ConnectionSupervisor, RegistryOptions, log_end};
use super::devices::device_table::DeviceTable;
use super::endpoint::Endpoint;
use super::source::{LastSeen, Source, Verifier};
use crate::adb::keys::KeyStore;

/// The most announced phones: any host of the network can announce any number of names.
const MAX_PHONES: usize = 1000;
/// The longest name in bytes, as in DNS.
const MAX_NAME_LEN: usize = 255;

/// A change of one announced phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Announcement {
    /// It listens for TLS at an address.
    At {
        /// The name that it announces, such as `adb-R58M12ABCDE-x1Yz9A._adb-tls-connect._tcp.local.`
        instance: String,
        /// Its address until the next announcement.
        address: SocketAddr,
    },
    /// It no longer announces itself.
    Gone {
        /// The name that it announced.
        instance: String,
    },
}

/// A source of announcements, used until the registry that it is given to ends.
pub struct Discovery {
    source: EventSource,
    verifier: Verifier,
}

/// Announcements in the local network cannot be received.
#[derive(Debug, Clone, Error)]
#[error("phones cannot be discovered in the local network: {0}")]
pub struct DiscoveryError(pub(super) String);

/// Where announcements come from.
pub(super) struct EventSource {
    /// The announcements.
    pub(super) channel: mpsc::Receiver<Announcement>,
    /// What sends them, if the registry has to run it.
    pub(super) listener: Option<Pin<Box<dyn Future<Output = ()> + Send + Sync>>>,
}

impl Discovery {
    /// Takes announcements from a channel, as from the system's own mDNS responder. When the sender is dropped, the phones
    /// keep their last addresses.
    #[must_use]
    pub fn from_channel(announcements: mpsc::Receiver<Announcement>) -> Self {
        Self::new_with(EventSource { channel: announcements, listener: None }, Verifier::default())
    }

    /// Fails: the program was built without the feature `mdns`, by which the local network is listened to.
    ///
    /// # Errors
    /// [`DiscoveryError`].
    #[cfg(not(feature = "mdns"))]
    pub fn new() -> Result<Self, DiscoveryError> {
        let reason = "this program was built without mDNS; build it with the feature `mdns`";
        Err(DiscoveryError(reason.to_owned()))
    }

    pub(super) fn new_with(source: EventSource, verifier: Verifier) -> Self {
        Self { source, verifier }
    }
}

impl fmt::Debug for Discovery {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Discovery")
    }
}

/// The task that supervises every announced phone.
pub(super) struct Announcements {
    verifier: Verifier,
    table: Arc<DeviceTable>,
    keys: KeyStore,
    options: RegistryOptions,
    supervisors: JoinSet<()>,
    phones: HashMap<String, Announced>,
    stop: CancellationToken,
}

struct Announced {
    last_seen: watch::Sender<LastSeen>,
    stop: CancellationToken,
}

impl Announcements {
    /// Supervises the announced phones until `stop`, and returns when every phone is released.
    pub(super) async fn run(
        discovery: Discovery,
        table: Arc<DeviceTable>,
        keys: KeyStore,
        options: RegistryOptions,
        stop: CancellationToken,
    ) {
        let Discovery { source: EventSource { mut channel, listener }, verifier } = discovery;
        let (supervisors, phones) = (JoinSet::new(), HashMap::new());
        let mut all = Self { verifier, table, keys, options, supervisors, phones, stop: stop.clone() };
        let receiving = async {
            while let Some(announcement) = channel.recv().await {
                all.take(announcement);
            }
        };
        let listening = async {
            if let Some(listener) = listener {
                listener.await;
            }
        };
        stop.run_until_cancelled(async { tokio::join!(receiving, listening) }).await;
        stop.cancelled().await;
        while let Some(ended) = all.supervisors.join_next().await {
            log_end(ended);
        }
    }

    fn take(&mut self, announcement: Announcement) {
        while let Some(ended) = self.supervisors.try_join_next() {
            log_end(ended);
        }
        match announcement {
            Announcement::At { instance, .. } if !is_name(&instance) => {
                let name = clean(&instance);
                log::debug!("the announced name {name} is ignored: it is not the name of a phone");
            }
            Announcement::At { instance, address } => match self.phones.get(&instance) {
                Some(known) => {
                    let now = LastSeen { address, announced: true };
                    known.last_seen.send_if_modified(|known| std::mem::replace(known, now) != now);
                }
                None => self.supervise(instance, address),
            },
            Announcement::Gone { instance } => {
                if let Some(known) = self.phones.get(&instance) {
                    known.last_seen.send_modify(|known| known.announced = false);
                }
            }
        }
    }

    fn supervise(&mut self, name: String, address: SocketAddr) {
        if self.phones.len() >= MAX_PHONES {
            self.forget_withdrawn();
        }
        if self.phones.len() >= MAX_PHONES {
            log::debug!("{name} is ignored: {MAX_PHONES} phones were announced before it");
            return;
        }
        let instance: Arc<str> = name.as_str().into();
        let endpoint = Endpoint::WirelessDebugging(Arc::clone(&instance));
        let Some(registration) = self.table.register(endpoint, None) else { return };
        let (sender, last_seen) = watch::channel(LastSeen { address, announced: true });
        let (verifier, keys) = (self.verifier.clone(), self.keys.clone());
        let source = Source::Announced { instance, keys, last_seen, verifier };
        let stop = self.stop.child_token();
        let supervisor = ConnectionSupervisor::new(registration, source, self.options);
        self.supervisors.spawn(supervisor.run(stop.clone()));
        self.phones.insert(name, Announced { last_seen: sender, stop });
    }

    /// Forgets the phones that are no longer announced: names cost nothing, and a host that announces many must not keep
    /// later phones out.
    fn forget_withdrawn(&mut self) {
        self.phones.retain(|_, phone| {
            let announced = phone.last_seen.borrow().announced;
            if !announced {
                phone.stop.cancel();
            }
            announced
        });
    }
}

/// Returns whether a name can be shown in messages; DNS allows any bytes.
fn is_name(instance: &str) -> bool {
    !instance.is_empty() && instance.len() <= MAX_NAME_LEN && instance.chars().all(is_harmless)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(not(feature = "mdns"))]
    #[test]
    fn a_program_without_mdns_says_how_to_get_it() {
        assert_eq!(
            Discovery::new().unwrap_err().to_string(),
            "phones cannot be discovered in the local network: this program was built without mDNS; build it with the \
             feature `mdns`"
        );
    }

    #[test]
    fn a_name_that_cannot_be_shown_is_refused() {
        assert!(is_name("adb-R58M12ABCDE-x1Yz9A._adb-tls-connect._tcp.local."));
        for name in ["", "adb\nphone ready at 10.0.0.1:5", "\u{1b}[2J", &"a".repeat(256)] {
            assert!(!is_name(name), "{name:?}");
        }
    }
}
