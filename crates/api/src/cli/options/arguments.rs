//! Arguments that several commands take: the data directory, the adb server.

use std::path::PathBuf;

use anyhow::Context;
use etcetera::app_strategy::choose_native_strategy;
use etcetera::{AppStrategy, AppStrategyArgs};
use tikmatrix_device::registry::{AddressError, parse_address};

/// Returns the platform's directory for a program's data: `~/.local/share/tikmatrix` on Linux.
///
/// # Errors
/// When the user has no home directory.
pub(in crate::cli) fn default_data_directory() -> anyhow::Result<PathBuf> {
    let strategy = choose_native_strategy(AppStrategyArgs {
        top_level_domain: "com".to_owned(),
        author: "TikMatrix".to_owned(),
        app_name: "tikmatrix".to_owned(),
    })
    .context("there is no home directory: name the data directory with --data-dir")?;
    Ok(strategy.data_dir())
}

/// The adb server to use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) enum AdbServerOption {
    /// The one at this address (`HOST:PORT`).
    At(String),
    /// None.
    Off,
}

/// Reads `HOST:PORT`, or `off`.
///
/// # Errors
/// [`AddressError`].
pub(in crate::cli) fn parse_adb_server(text: &str) -> Result<AdbServerOption, AddressError> {
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
        assert_eq!(parse_adb_server("off"), Ok(AdbServerOption::Off));
        let address = AdbServerOption::At("127.0.0.1:5037".to_owned());
        assert_eq!(parse_adb_server(" 127.0.0.1:5037 "), Ok(address));
        assert!(parse_adb_server("on").is_err());
    }
}
