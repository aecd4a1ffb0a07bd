//! The TCP connection to an address: resolving it, IPv6 zones included, and the rules by which an address that a client
//! named is refused. They are checked on the resolved address that is then connected to, so that no name leads around them.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;

use thiserror::Error;
use tikmatrix_domain::{embedded_ipv4, is_host_address};
use tokio::net::{TcpStream, lookup_host};

use super::error::AdbCause;

/// Where a route may lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// To any address: an operator named it.
    Anywhere,
    /// To the addresses that these networks allow: a client of the server named it.
    Within(Arc<PhoneNetworks>),
}

/// The networks in which clients of the server may add phones. Without any these are all but the addresses that are no one
/// phone's: link-local ones, which include the metadata services of clouds, multicast, broadcast and unspecified ones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PhoneNetworks {
    networks: Vec<PhoneNetwork>,
}

/// One network in which clients may add phones: `ADDRESS/PREFIX`, or `ADDRESS%ZONE/PREFIX` for link-local IPv6 addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhoneNetwork {
    address: IpAddr,
    prefix: u8,
    zone: Option<String>,
}

/// The text is not a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "a network has the form ADDRESS/PREFIX, such as 192.168.0.0/16, or fe80::%eth0/10 for the link-local addresses of a zone"
)]
pub struct InvalidPhoneNetwork;

/// The longest name of a zone, in bytes: that of an interface on Linux.
const MAX_ZONE: usize = 15;

/// Returns whether a text can be the zone of an IPv6 address: the name or the number of an interface.
pub(crate) fn is_zone(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    (1..=MAX_ZONE).contains(&text.len()) && text.bytes().all(fits)
}

impl FromStr for PhoneNetwork {
    type Err = InvalidPhoneNetwork;

    fn from_str(text: &str) -> Result<Self, InvalidPhoneNetwork> {
        let (address, prefix) = text.trim().split_once('/').ok_or(InvalidPhoneNetwork)?;
        let (address, zone) = match address.split_once('%') {
            Some((address, zone)) => (address, Some(zone)),
            None => (address, None),
        };
        let address: IpAddr = address.parse().map_err(|_| InvalidPhoneNetwork)?;
        let digits = prefix.bytes().all(|byte| byte.is_ascii_digit());
        let bits = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.parse().ok().filter(|prefix| digits && *prefix <= bits);
        let prefix = prefix.ok_or(InvalidPhoneNetwork)?;
        if zone.is_some_and(|zone| !is_zone(zone) || address.is_ipv4()) {
            return Err(InvalidPhoneNetwork);
        }
        Ok(Self { address, prefix, zone: zone.map(str::to_owned) })
    }
}

impl fmt::Display for PhoneNetwork {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.address)?;
        if let Some(zone) = &self.zone {
            write!(formatter, "%{zone}")?;
        }
        write!(formatter, "/{}", self.prefix)
    }
}

impl PhoneNetwork {
    fn contains(&self, ip: IpAddr, zone: Option<&str>) -> bool {
        let same = match (self.address, ip) {
            (IpAddr::V4(network), IpAddr::V4(ip)) => {
                let differing = network.to_bits() ^ ip.to_bits();
                differing.checked_shr(32 - u32::from(self.prefix)).unwrap_or(0) == 0
            }
            (IpAddr::V6(network), IpAddr::V6(ip)) => {
                let differing = network.to_bits() ^ ip.to_bits();
                differing.checked_shr(128 - u32::from(self.prefix)).unwrap_or(0) == 0
            }
            _ => return false,
        };
        // A link-local address means another host in each zone.
        same && (!is_link_local_v6(ip) || (zone.is_some() && self.zone.as_deref() == zone))
    }
}

impl PhoneNetworks {
    /// Returns the rules that allow these networks and no other address; without any, the default ones.
    #[must_use]
    pub fn new(networks: Vec<PhoneNetwork>) -> Self {
        Self { networks }
    }

    /// Returns whether `ip`, which was written with `zone`, may be connected to.
    #[must_use]
    pub fn allow(&self, ip: IpAddr, zone: Option<&str>) -> bool {
        let ip = ip.to_canonical();
        let inner = embedded_ipv4(ip).map(IpAddr::V4);
        if !is_host_address(ip) {
            return false;
        }
        let contains = |ip| self.networks.iter().any(|network| network.contains(ip, zone));
        if self.networks.is_empty() {
            return !is_no_phones(ip) && !inner.is_some_and(is_no_phones);
        }
        // A network of IPv6 alone does not lead to the link-local addresses behind a translator or a tunnel.
        contains(ip) && inner.is_none_or(|inner| !is_no_phones(inner) || contains(inner))
    }

    /// Returns whether any of the addresses to which `address` (`HOST:PORT`) resolves now may be connected to; `true` while
    /// it does not resolve. An address that is written in digits needs no resolving, also with a zone that is not there.
    pub async fn allow_address(&self, address: &str) -> bool {
        let host = address.rsplit_once(':').map_or(address, |(host, _)| host).trim_matches(['[', ']']);
        let (ip, zone) = host.split_once('%').map_or((host, None), |(ip, zone)| (ip, Some(zone)));
        if let Ok(ip) = ip.parse::<IpAddr>() {
            return self.allow(ip, zone);
        }
        match resolve(address).await {
            Ok((found, zone)) => found.is_empty() || found.iter().any(|one| self.allow(one.ip(), zone)),
            Err(_) => true,
        }
    }
}

/// Returns whether an address is link-local or of "this network": no phone's, unless an operator says so.
fn is_no_phones(ip: IpAddr) -> bool {
    is_link_local_v6(ip) || matches!(ip, IpAddr::V4(ip) if ip.is_link_local() || ip.octets()[0] == 0)
}

fn is_link_local_v6(ip: IpAddr) -> bool {
    matches!(ip, IpAddr::V6(ip) if ip.is_unicast_link_local())
}

/// Connects to `address` (`HOST:PORT`) where `reach` leads.
pub(crate) async fn connect(address: &str, reach: &Reach) -> Result<TcpStream, AdbCause> {
    let (found, zone) = resolve(address).await.map_err(unreachable)?;
    let mut failed = AdbCause::Unreachable("its name has no address".to_owned());
    for one in found {
        if let Reach::Within(networks) = reach
            && !networks.allow(one.ip(), zone)
        {
            failed = AdbCause::Unreachable("it is at an address where no phones may be".to_owned());
            continue;
        }
        match TcpStream::connect(one).await {
            Ok(socket) => return Ok(socket),
            Err(error) => failed = unreachable(error),
        }
    }
    Err(failed)
}

/// Returns the addresses of `HOST:PORT`, and the zone that is written in it.
async fn resolve(address: &str) -> std::io::Result<(Vec<SocketAddr>, Option<&str>)> {
    let invalid = || std::io::Error::new(std::io::ErrorKind::InvalidInput, "it is no HOST:PORT");
    let (host, port) = address.rsplit_once(':').ok_or_else(invalid)?;
    let port: u16 = port.parse().map_err(|_| invalid())?;
    let host = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    let zone = host.split_once('%').filter(|(ip, _)| ip.parse::<Ipv6Addr>().is_ok()).map(|(_, zone)| zone);
    Ok((lookup_host((host, port)).await?.collect(), zone))
}

#[expect(clippy::needless_pass_by_value, reason = "it is an adapter for map_err")]
fn unreachable(error: std::io::Error) -> AdbCause {
    AdbCause::Unreachable(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn networks(texts: &[&str]) -> PhoneNetworks {
        PhoneNetworks::new(texts.iter().map(|text| text.parse().unwrap()).collect())
    }

    fn allow(networks: &PhoneNetworks, written: &str) -> bool {
        let (ip, zone) = match written.split_once('%') {
            Some((ip, zone)) => (ip, Some(zone)),
            None => (written, None),
        };
        networks.allow(ip.parse().unwrap(), zone)
    }

    #[test]
    fn by_default_every_address_is_allowed_that_can_be_one_phones() {
        let networks = networks(&[]);
        for ip in [
            "127.0.0.1",
            "192.168.1.20",
            "8.8.8.8",
            "::1",
            "fd00::7",
            "2001:db8::1",
            "::ffff:10.0.0.1",
            "64:ff9b::10.0.0.1",
            "2002:0a00:0001::1",
            "::10.0.0.1",
        ] {
            assert!(allow(&networks, ip), "{ip}");
        }
        for ip in [
            "0.0.0.0",
            "0.1.2.3",
            "169.254.169.254",
            "224.0.0.251",
            "255.255.255.255",
            "::",
            "ff02::1",
            "fe80::1",
            "fe80::1%eth0",
            "::ffff:169.254.169.254",
            "::ffff:224.0.0.1",
            "64:ff9b::169.254.169.254",
            "64:ff9b::255.255.255.255",
            "2002:a9fe:a9fe::1",
            "2002:e000:fb::1",
            "::169.254.169.254",
            "::224.0.0.1",
            "::2",
        ] {
            assert!(!allow(&networks, ip), "{ip}");
        }
    }

    #[test]
    fn with_networks_only_their_addresses_are_allowed() {
        let networks =
            networks(&["10.1.0.0/16", "fd00::/8", "169.254.7.0/24", "fe80::%eth0/10", "192.0.2.9/32"]);
        for ip in ["10.1.2.3", "fd12::1", "169.254.7.9", "fe80::1%eth0", "::ffff:10.1.2.3", "192.0.2.9"] {
            assert!(allow(&networks, ip), "{ip}");
        }
        for ip in
            ["127.0.0.1", "10.2.0.1", "169.254.8.1", "fe80::1", "fe80::1%eth1", "2001:db8::1", "192.0.2.8"]
        {
            assert!(!allow(&networks, ip), "{ip}");
        }
        let translated = self::networks(&["64:ff9b::/96", "2002::/16", "::/96"]);
        for (ip, allowed) in [
            ("64:ff9b::10.0.0.1", true),
            ("64:ff9b::169.254.169.254", false),
            ("2002:a9fe:a9fe::1", false),
            ("::169.254.169.254", false),
        ] {
            assert_eq!(allow(&translated, ip), allowed, "{ip}");
        }
        let all = self::networks(&["0.0.0.0/0", "::/0"]);
        for (ip, allowed) in [("8.8.8.8", true), ("::1", true), ("224.0.0.1", false), ("fe80::1%eth0", false)]
        {
            assert_eq!(allow(&all, ip), allowed, "{ip}");
        }
    }

    #[test]
    fn a_network_is_read_as_it_is_shown() {
        for text in ["10.1.0.0/16", "fe80::%eth0/10", "::/0", "192.0.2.9/32"] {
            assert_eq!(text.parse::<PhoneNetwork>().unwrap().to_string(), text);
        }
        for text in
            ["", "10.0.0.0", "10.0.0.0/33", "::/129", "10.0.0.0%eth0/8", "fe80::%/10", "a/8", "10.0.0.0/+8"]
        {
            assert!(text.parse::<PhoneNetwork>().is_err(), "{text}");
        }
    }

    #[tokio::test]
    async fn a_name_is_refused_by_the_address_that_it_resolves_to() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("localhost:{}", listener.local_addr().unwrap().port());
        let within = |texts| Reach::Within(Arc::new(networks(texts)));
        assert!(connect(&address, &Reach::Anywhere).await.is_ok());
        assert!(connect(&address, &within(&["127.0.0.0/8", "::1/128"])).await.is_ok());
        let refused = connect(&address, &within(&["10.0.0.0/8"])).await.unwrap_err();
        assert!(refused.to_string().contains("where no phones may be"), "{refused}");
        assert!(!networks(&["10.0.0.0/8"]).allow_address(&address).await);
        assert!(networks(&["10.0.0.0/8"]).allow_address("no-such-name.invalid:1").await);
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_zone_is_resolved_to_its_interface() {
        let (found, zone) = resolve("[fe80::1%lo]:5555").await.unwrap();
        assert!(
            matches!(found[..], [SocketAddr::V6(one)] if one.scope_id() == 1 && one.port() == 5555),
            "{found:?}"
        );
        assert_eq!(zone, Some("lo"));
    }
}
