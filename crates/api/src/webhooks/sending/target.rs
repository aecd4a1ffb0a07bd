//! The URLs that webhooks may have, and the addresses that they may call.

use std::net::IpAddr;

use tikmatrix_domain::{is_host_address, is_public_address};
use url::Url;

/// The option of `serve` that allows private targets.
const OPTION: &str = "--webhook-private-targets (webhook_private_targets in its configuration file)";

/// The rule by which addresses are refused. It is applied to the address that is then connected to, so that neither a name
/// nor another form of an address leads around it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Targets {
    /// Whether private, loopback, link-local and other special addresses may be called.
    pub(crate) private: bool,
}

impl Targets {
    /// Checks that an address may be called.
    ///
    /// # Errors
    /// The reason, for a person.
    pub(crate) fn check(self, ip: IpAddr) -> Result<(), String> {
        let ip = ip.to_canonical();
        if !is_host_address(ip) {
            return Err(format!("leads to {ip}, which is the address of no host"));
        }
        if self.private || is_public_address(ip) {
            return Ok(());
        }
        Err(format!(
            "leads to {ip}, which is not an address of the public internet: such targets are allowed where the server is \
             started with {OPTION}"
        ))
    }
}

/// Reads the URL of a webhook.
///
/// # Errors
/// The reason, for a client.
pub(crate) fn parse(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("is not a URL: {error}"))?;
    if !["http", "https"].contains(&url.scheme()) {
        return Err("must begin with http:// or https://".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(
            "must hold no user name and no password, since lists show it: receivers know the server by its signature"
                .to_owned(),
        );
    }
    if url.fragment().is_some() {
        return Err("must have no fragment (#): it is not sent".to_owned());
    }
    if url.port() == Some(0) {
        return Err("must not have the port 0".to_owned());
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_are_called_unless_the_configuration_allows_others() {
        let check = |private, ip: &str| Targets { private }.check(ip.parse().unwrap());
        assert_eq!(check(false, "8.8.8.8"), Ok(()));
        for ip in ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fe80::1", "::ffff:127.0.0.1"] {
            let refused = check(false, ip).unwrap_err();
            assert!(refused.contains("--webhook-private-targets"), "{ip}: {refused}");
            assert_eq!(check(true, ip), Ok(()), "{ip}");
        }
        for ip in ["0.0.0.0", "::", "255.255.255.255", "224.0.0.1", "ff02::1", "::ffff:0.0.0.0"] {
            let refused = check(true, ip).unwrap_err();
            assert!(refused.ends_with("the address of no host"), "{ip}: {refused}");
        }
    }

    #[test]
    fn a_url_has_a_scheme_and_a_host_and_nothing_that_is_secret_or_not_sent() {
        for text in
            ["https://example.com", "http://example.com:8080/a?b=c", "https://[2001:db8::1]/", "http://ü.de"]
        {
            assert!(parse(text).is_ok(), "{text}");
        }
        for (text, reason) in [
            ("example.com/hook", "is not a URL"),
            ("ftp://example.com", "must begin with http:// or https://"),
            ("https://user:hunter2@example.com", "no password"),
            ("https://user@example.com", "no user name"),
            ("https://example.com/#a", "no fragment"),
            ("https://example.com:0/", "port 0"),
            ("https://exa mple.com/", "is not a URL"),
            ("http://999.1.1.1/", "is not a URL"),
        ] {
            let refused = parse(text).unwrap_err();
            assert!(refused.contains(reason) && !refused.contains("hunter2"), "{text}: {refused}");
        }
    }
}
