//! A search for phones in a network, on request: which addresses may be searched, and which of them answer.

use std::net::Ipv4Addr;
use std::str::FromStr;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream;
use thiserror::Error;
use tikmatrix_domain::Serial;

use super::endpoint::PhoneState;
use crate::adb::keys::KeyStore;
use crate::adb::reach::Reach;
use crate::deadline::Deadline;
use crate::phone::{AdbCause, Phone, Route};

/// The shortest prefix that is taken: 1,024 addresses.
const MIN_PREFIX: u8 = 22;
/// Addresses that are tried at the same time.
const MAX_CONCURRENT: usize = 128;
/// The timeout of one address: in the same network an answer takes milliseconds.
const ANSWER_TIMEOUT: Duration = Duration::from_millis(1500);

/// Why a network cannot be scanned.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NetworkError {
    /// Not an address and a prefix.
    #[error("a network has the form ADDRESS/PREFIX, such as 192.168.1.0/24")]
    Form,
    /// Too many addresses.
    #[error(
        "/{0} is too large: at most 1024 addresses, a prefix of {MIN_PREFIX} or more, are scanned at once"
    )]
    TooLarge(u8),
    /// Not a private network.
    #[error(
        "{0} is no private network: only 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 and 127.0.0.0/8 are scanned"
    )]
    NotPrivate(Ipv4Addr),
}

/// A private IPv4 network, small enough to be scanned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    first: Ipv4Addr,
    prefix: u8,
}

impl FromStr for Network {
    type Err = NetworkError;

    /// Reads `ADDRESS/PREFIX`; the address may be any one of the network.
    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let (address, prefix) = text.trim().split_once('/').ok_or(NetworkError::Form)?;
        let address: Ipv4Addr = address.parse().map_err(|_| NetworkError::Form)?;
        let prefix: u8 = prefix.parse().ok().filter(|prefix| *prefix <= 32).ok_or(NetworkError::Form)?;
        if prefix < MIN_PREFIX {
            return Err(NetworkError::TooLarge(prefix));
        }
        // Every private range is wider than the widest network that is accepted, so that one address stands for all.
        if !address.is_private() && !address.is_loopback() {
            return Err(NetworkError::NotPrivate(address));
        }
        let host_bits = 32 - u32::from(prefix);
        let first = u32::from(address) >> host_bits << host_bits;
        Ok(Self { first: Ipv4Addr::from(first), prefix })
    }
}

impl Network {
    /// Returns the addresses that a phone may have: all but the network's own and its broadcast address.
    pub fn hosts(self) -> impl Iterator<Item = Ipv4Addr> {
        let count = 1_u32 << (32 - u32::from(self.prefix));
        let edge = u32::from(count > 2);
        let first = u32::from(self.first);
        (edge..count - edge).map(move |offset| Ipv4Addr::from(first + offset))
    }
}

/// A phone that answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundPhone {
    /// `HOST:PORT` of its adbd.
    pub address: String,
    /// Its serial number, if it lets this computer in.
    pub serial: Option<Serial>,
    /// Ready, or why it does not let this computer in.
    pub state: PhoneState,
}

/// The result of a scan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scan {
    /// How many addresses were tried, the first ones of the network: all of them unless the deadline passed before.
    pub looked_at: usize,
    /// The phones, in the order of their addresses.
    pub phones: Vec<FoundPhone>,
}

pub(super) async fn scan(network: Network, port: u16, keys: &KeyStore, deadline: Deadline) -> Scan {
    let answers = stream::iter(network.hosts()).map(|host| probe(format!("{host}:{port}"), keys));
    let mut answers = answers.buffered(MAX_CONCURRENT);
    let mut scan = Scan::default();
    while let Ok(Some(answer)) = deadline.run(answers.next()).await {
        scan.looked_at += 1;
        scan.phones.extend(answer);
    }
    scan
}

async fn probe(address: String, keys: &KeyStore) -> Option<FoundPhone> {
    let route = Route::Direct { address: address.clone(), reach: Reach::Anywhere, keys: keys.clone() };
    match Phone::connect_by(&route, Deadline::after(ANSWER_TIMEOUT)).await {
        Ok(phone) => {
            Some(FoundPhone { address, serial: Some(phone.serial().clone()), state: PhoneState::Ready })
        }
        Err(error) => match error.cause() {
            cause @ (AdbCause::Authorizing { .. } | AdbCause::Unauthorized(_) | AdbCause::NoKey(_)) => {
                Some(FoundPhone { address, serial: None, state: PhoneState::after(cause) })
            }
            // No answer, or an answer that is not ADB, or a phone that does not serve.
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(network: &str) -> Vec<String> {
        network.parse::<Network>().unwrap().hosts().map(|host| host.to_string()).collect()
    }

    #[test]
    fn a_network_is_all_of_its_addresses_but_those_that_no_phone_has() {
        assert_eq!(hosts("192.168.7.77/30"), ["192.168.7.77", "192.168.7.78"]);
        assert_eq!(hosts("10.1.2.3/32"), ["10.1.2.3"]);
        assert_eq!(hosts("10.1.2.3/31"), ["10.1.2.2", "10.1.2.3"]);
        let largest = hosts("172.16.9.1/22");
        assert_eq!((largest.len(), largest[0].as_str()), (1022, "172.16.8.1"));
        assert_eq!(largest[1021], "172.16.11.254");
    }

    #[test]
    fn only_small_private_networks_are_taken() {
        let refused = |text: &str| text.parse::<Network>().unwrap_err();
        for text in ["", "192.168.0.0", "192.168.0/24", "192.168.0.0/33", "::1/128", "a/24", "10.0.0.0/-1"] {
            assert_eq!(refused(text), NetworkError::Form, "{text}");
        }
        for text in ["8.8.8.8/32", "172.32.0.0/24", "169.254.1.0/24", "100.64.0.0/24", "224.0.0.0/24"] {
            assert!(matches!(refused(text), NetworkError::NotPrivate(_)), "{text}");
        }
        assert_eq!(refused("10.0.0.0/21"), NetworkError::TooLarge(21));
    }

    #[tokio::test(start_paused = true)]
    async fn a_scan_ends_at_its_deadline() {
        let keys = KeyStore::of_user();
        let network: Network = "127.0.0.0/22".parse().unwrap();
        let none = scan(network, 1, &keys, Deadline::after(Duration::ZERO)).await;
        assert_eq!(none, Scan::default());
    }
}
