//! The address of a phone's adbd as users write it: `HOST:PORT`.

use std::net::Ipv6Addr;

use thiserror::Error;
use tikmatrix_domain::clean_to;

use crate::adb::reach::is_zone;

/// Why an address cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AddressError {
    /// It is not a host and a port.
    #[error("an address has the form HOST:PORT, such as 192.168.1.20:5555")]
    Form,
    /// The port is not a number from 1 to 65535.
    #[error("{0:?} is not a port from 1 to 65535")]
    Port(String),
}

/// Reads `HOST:PORT`; an IPv6 host stands in brackets, a link-local one with its zone (`[fe80::1%eth0]:5555`).
///
/// # Errors
/// [`AddressError`].
pub fn parse_address(text: &str) -> Result<String, AddressError> {
    /// The longest host name in DNS.
    const MAX_HOST_LEN: usize = 253;
    let (host, port) = text.trim().rsplit_once(':').ok_or(AddressError::Form)?;
    let bracketed = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let is_other = |c: char| !c.is_ascii_alphanumeric() && !"._-".contains(c);
    let is_host = match bracketed {
        Some(host) => match host.split_once('%') {
            Some((address, zone)) => {
                address.parse().is_ok_and(|ip: Ipv6Addr| ip.is_unicast_link_local()) && is_zone(zone)
            }
            None => host.parse::<Ipv6Addr>().is_ok(),
        },
        None => !host.is_empty() && host.len() <= MAX_HOST_LEN && !host.contains(is_other),
    };
    if !is_host {
        return Err(AddressError::Form);
    }
    let digits = port.bytes().all(|byte| byte.is_ascii_digit());
    match port.parse::<u16>() {
        Ok(number @ 1..) if digits => Ok(format!("{host}:{number}")),
        _ => Err(AddressError::Port(clean_to(port, 20))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_ports_are_told_apart() {
        for address in
            ["10.0.0.1:5555", "phone.local:1", "[::1]:65535", "[fe80::1%eth0]:5555", "[fe80::1%3]:5555"]
        {
            assert_eq!(parse_address(address).as_deref(), Ok(address));
        }
        assert_eq!(parse_address(" 10.0.0.1:05555 ").as_deref(), Ok("10.0.0.1:5555"));
        for address in [
            "",
            "10.0.0.1",
            ":5555",
            "10.0.0.1:0",
            "10.0.0.1:65536",
            "::1:5555",
            "http://a:1",
            "a b:1",
            "a\0:1",
            "ü:1",
            "10.0.0.1:+5",
            "[::1:5",
            "[10.0.0.1]:5",
            "[fe80::1%]:5",
            "[fe80::1%a b]:5",
            "[fd00::1%eth0]:5",
            "[fe80::1%abcdefghijklmnop]:5",
            "fe80::1%eth0:5",
        ] {
            assert!(parse_address(address).is_err(), "{address}");
        }
    }
}
