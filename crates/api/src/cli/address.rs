//! Reading the addresses of phones and of the adb server from the command line.

/// Reads `HOST:PORT`; an IPv6 host stands in brackets.
///
/// # Errors
/// What is wrong with it.
pub(super) fn parse(text: &str) -> Result<String, String> {
    let form = "an address has the form HOST:PORT, such as 192.168.1.20:5555";
    let (host, port) = text.trim().rsplit_once(':').ok_or(form)?;
    let bracketed = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let host_is_well = match bracketed {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => !host.is_empty() && !host.contains(|c: char| c.is_whitespace() || "[]:/@".contains(c)),
    };
    if !host_is_well {
        return Err(form.to_owned());
    }
    match port.parse::<u16>() {
        Ok(1..) => Ok(format!("{host}:{port}")),
        _ => Err(format!("{port:?} is not a port from 1 to 65535")),
    }
}

/// The adb server that is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum AdbServerOption {
    /// The one at this address (`HOST:PORT`).
    At(String),
    /// None.
    Off,
}

/// Reads `HOST:PORT`, or `off`.
///
/// # Errors
/// What is wrong with it.
pub(super) fn parse_or_off(text: &str) -> Result<AdbServerOption, String> {
    match text.trim() {
        "off" => Ok(AdbServerOption::Off),
        address => parse(address).map(AdbServerOption::At),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_ports_are_told_apart() {
        for address in ["10.0.0.1:5555", "phone.local:1", "[::1]:65535"] {
            assert_eq!(parse(address).as_deref(), Ok(address));
        }
        for address in
            ["", "10.0.0.1", ":5555", "10.0.0.1:0", "10.0.0.1:65536", "::1:5555", "http://a:1", "a b:1"]
        {
            assert!(parse(address).is_err(), "{address}");
        }
    }

    #[test]
    fn the_adb_server_is_an_address_or_off() {
        assert_eq!(parse_or_off("off"), Ok(AdbServerOption::Off));
        let address = AdbServerOption::At("127.0.0.1:5037".to_owned());
        assert_eq!(parse_or_off(" 127.0.0.1:5037 "), Ok(address));
        assert!(parse_or_off("on").is_err());
    }
}
