//! Reading which adb server is used from the command line.

use tikmatrix_device::registry::{AddressError, parse_address};

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
/// [`AddressError`].
pub(super) fn parse_or_off(text: &str) -> Result<AdbServerOption, AddressError> {
    match text.trim() {
        "off" => Ok(AdbServerOption::Off),
        address => parse_address(address).map(AdbServerOption::At),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_adb_server_is_an_address_or_off() {
        assert_eq!(parse_or_off("off"), Ok(AdbServerOption::Off));
        let address = AdbServerOption::At("127.0.0.1:5037".to_owned());
        assert_eq!(parse_or_off(" 127.0.0.1:5037 "), Ok(address));
        assert!(parse_or_off("on").is_err());
    }
}
