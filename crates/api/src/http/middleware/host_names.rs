//! The host names that a server answers to. A web site whose own name resolves to this machine (DNS rebinding) has none of
//! them, wherever the browser connects.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// A name or address by which clients reach the server, without scheme and port: `tikmatrix.example.com`,
/// `192.168.1.5`, `fd00::5`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostName(Name);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Name {
    Address(IpAddr),
    /// In lower case and without the dot that may end it.
    Text(String),
}

/// Every name that one server answers to.
#[derive(Debug, Clone, Default)]
pub(crate) struct HostNames(Vec<HostName>);

impl HostName {
    /// Whether it is a name of this machine alone: `localhost`, `127.0.0.0/8`, `::1`.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        match &self.0 {
            Name::Address(address) => address.is_loopback(),
            Name::Text(text) => text == "localhost",
        }
    }
}

impl FromStr for HostName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
        if let Ok(address) = bare.parse() {
            return Ok(Self(Name::Address(address)));
        }
        let name = text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase();
        let is_name = !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
        if is_name {
            Ok(Self(Name::Text(name)))
        } else {
            Err(format!(
                "{text:?} is no host name: give it without http:// and port, as in tikmatrix.example.com"
            ))
        }
    }
}

impl From<IpAddr> for HostName {
    fn from(address: IpAddr) -> Self {
        Self(Name::Address(address))
    }
}

impl fmt::Display for HostName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Name::Address(address) => address.fmt(formatter),
            Name::Text(text) => formatter.write_str(text),
        }
    }
}

impl HostNames {
    /// The loopback names, and these.
    pub(crate) fn new(more: Vec<HostName>) -> Self {
        Self(more)
    }

    /// Whether `host`, as a request's `Host` gives it, with or without a port, is one of them.
    pub(crate) fn hold(&self, host: &str) -> bool {
        name_of(host).is_some_and(|name| name.is_loopback() || self.0.contains(&name))
    }
}

/// The name in front of the port, if `host` is well formed.
fn name_of(host: &str) -> Option<HostName> {
    if let Some(rest) = host.strip_prefix('[') {
        let (address, port) = rest.split_once(']')?;
        let port_is_well = port.is_empty() || port.strip_prefix(':').is_some_and(is_port);
        let address: Ipv6Addr = address.parse().ok()?;
        return port_is_well.then(|| HostName(Name::Address(address.into())));
    }
    let name = match host.split_once(':') {
        Some((name, port)) if is_port(port) => name,
        Some(_) => return None,
        None => host,
    };
    match name.parse::<Ipv4Addr>() {
        Ok(address) => Some(HostName(Name::Address(address.into()))),
        Err(_) => name.parse().ok(),
    }
}

fn is_port(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(texts: &[&str]) -> HostNames {
        HostNames::new(texts.iter().map(|text| text.parse().unwrap()).collect())
    }

    #[test]
    fn loopback_names_are_always_known_and_others_only_when_they_are_configured() {
        let none = names(&[]);
        for host in ["localhost", "LOCALHOST:50809", "127.0.0.1:1", "127.9.9.9", "[::1]", "[::1]:50809"] {
            assert!(none.hold(host), "{host}");
        }
        for host in [
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "10.0.0.1",
            "[::2]:1",
            "",
            "localhost:",
            "localhost:x",
            "[::1",
            "[::1]x",
            "[localhost]",
        ] {
            assert!(!none.hold(host), "{host}");
        }
    }

    #[test]
    fn a_configured_name_is_known_in_any_case_and_with_any_port() {
        let some = names(&["TikMatrix.Example.com", "192.168.1.5", "fd00::5", "[fd00::6]"]);
        for host in [
            "tikmatrix.example.com",
            "TIKMATRIX.example.com:443",
            "tikmatrix.example.com.",
            "192.168.1.5:50809",
            "[fd00:0::5]:50809",
            "[fd00::6]",
            "localhost",
        ] {
            assert!(some.hold(host), "{host}");
        }
        for host in ["example.com", "x.tikmatrix.example.com", "192.168.1.6", "[fd00::7]", "fd00::5"] {
            assert!(!some.hold(host), "{host}");
        }
    }

    #[test]
    fn a_url_is_no_host_name() {
        for text in ["http://tikmatrix.example.com", "tikmatrix.example.com:443", "a/b", "a b", "", "*"] {
            assert!(text.parse::<HostName>().is_err(), "{text}");
        }
    }
}
