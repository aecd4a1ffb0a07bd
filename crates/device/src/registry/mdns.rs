//! Announcements in the local network by mDNS (`_adb-tls-connect._tcp`).

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use mdns_sd::{ScopedIp, ServiceDaemon, ServiceEvent};
use tokio::sync::mpsc;

use super::announcements::{Announcement, Discovery, DiscoveryError, EventSource};
use super::source::Verifier;

/// The service of phones with wireless debugging (AOSP packages/modules/adb, `adb_mdns.h`).
const SERVICE: &str = "_adb-tls-connect._tcp.local.";
/// The time for a phone to confirm its announcement.
const CONFIRMATION_TIMEOUT: Duration = Duration::from_secs(10);
/// The delay before browsing restarts, after more announcements came at once than could be received.
const RESTART_DELAY: Duration = Duration::from_secs(5);
/// Announcements that wait to be handled.
const QUEUE: usize = 64;

impl From<mdns_sd::Error> for DiscoveryError {
    fn from(error: mdns_sd::Error) -> Self {
        Self(error.to_string())
    }
}

impl Discovery {
    /// Listens in the local network, and accepts announcements of private addresses only: a host of the network must not
    /// make this machine connect to others, or to itself.
    ///
    /// # Errors
    /// [`DiscoveryError`], always in a program that was built without the feature `mdns`.
    pub fn new() -> Result<Self, DiscoveryError> {
        Ok(browsing(ServiceDaemon::new()?, true))
    }

    /// Listens with an mDNS daemon that runs already, accepts every address, and shuts the daemon down when the registry
    /// ends.
    #[must_use]
    pub fn with(daemon: ServiceDaemon) -> Self {
        browsing(daemon, false)
    }
}

fn browsing(daemon: ServiceDaemon, nearby_only: bool) -> Discovery {
    let (sender, channel) = mpsc::channel(QUEUE);
    let asked = daemon.clone();
    let verifier = Verifier::new(Arc::new(move |instance: &str| {
        if let Err(error) = asked.verify(instance.to_owned(), CONFIRMATION_TIMEOUT) {
            log::debug!("{instance} cannot be asked for its address: {error}");
        }
    }));
    let listener = async move {
        let daemon = ShutDown(daemon);
        browse(&daemon.0, nearby_only, &sender).await;
    };
    Discovery::new_with(EventSource { channel, listener: Some(Box::pin(listener)) }, verifier)
}

/// A daemon that is shut down when it is dropped.
struct ShutDown(ServiceDaemon);

impl Drop for ShutDown {
    fn drop(&mut self) {
        // Fails when the daemon has ended already.
        let _ = self.0.shutdown();
    }
}

async fn browse(daemon: &ServiceDaemon, nearby_only: bool, announcements: &mpsc::Sender<Announcement>) {
    loop {
        let events = match daemon.browse(SERVICE) {
            Ok(events) => events,
            Err(error) => return log::warn!("{}", DiscoveryError::from(error)),
        };
        while let Ok(event) = events.recv_async().await {
            if let Some(announcement) = announcement(event, nearby_only)
                && announcements.send(announcement).await.is_err()
            {
                return;
            }
        }
        // The daemon drops a receiver that does not keep up, as when a thousand names are announced at once.
        log::warn!(
            "too many announcements came from the local network at once; listening restarts in a moment"
        );
        tokio::time::sleep(RESTART_DELAY).await;
    }
}

fn announcement(event: ServiceEvent, nearby_only: bool) -> Option<Announcement> {
    match event {
        ServiceEvent::ServiceResolved(service) => {
            let addresses = service.addresses.iter().map(ScopedIp::to_ip_addr);
            let accepted = addresses.filter(|address| !nearby_only || is_nearby(*address));
            let address = best(accepted, service.port)?;
            Some(Announcement::At { instance: service.fullname.clone(), address })
        }
        ServiceEvent::ServiceRemoved(_, instance) => Some(Announcement::Gone { instance }),
        _ => None,
    }
}

/// Returns whether an address belongs to a private network.
fn is_nearby(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_private() || address.is_link_local(),
        IpAddr::V6(address) => address.is_unique_local(),
    }
}

/// Returns the address to connect to: IPv4 before IPv6, whose link-local addresses need a scope to be reached.
fn best(addresses: impl Iterator<Item = IpAddr>, port: u16) -> Option<SocketAddr> {
    let usable = addresses.filter(|address| match address {
        IpAddr::V4(_) => port != 0,
        IpAddr::V6(address) => port != 0 && !address.is_unicast_link_local(),
    });
    let best = usable.min_by_key(|address| (address.is_ipv6(), *address))?;
    Some(SocketAddr::new(best, port))
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
    fn an_announcement_cannot_make_this_machine_call_other_networks_or_itself() {
        for address in ["192.168.0.9", "10.1.2.3", "172.31.0.1", "169.254.3.4", "fd00::7"] {
            assert!(is_nearby(address.parse().unwrap()), "{address}");
        }
        for address in ["127.0.0.1", "8.8.8.8", "0.0.0.0", "224.0.0.251", "::1", "2001:db8::1", "::"] {
            assert!(!is_nearby(address.parse().unwrap()), "{address}");
        }
    }
}
