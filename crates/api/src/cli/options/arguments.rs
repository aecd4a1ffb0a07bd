//! Arguments that several commands take: the data directory, the adb server.

use std::path::PathBuf;
use std::time::Duration;

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

/// Reads a duration: a number with `s`, `m`, `h` or `d` behind it; without any of them it is seconds.
///
/// # Errors
/// What is expected instead.
pub(in crate::cli) fn parse_duration(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    let digits = text.trim_end_matches(|letter: char| !letter.is_ascii_digit());
    let seconds = match text[digits.len()..].trim() {
        "" | "s" => Some(1),
        "m" | "min" => Some(60),
        "h" => Some(3600),
        "d" => Some(86_400),
        _ => None,
    };
    let number = digits.parse::<u64>().ok();
    let seconds = number.zip(seconds).and_then(|(number, seconds)| number.checked_mul(seconds));
    seconds
        .map(Duration::from_secs)
        .ok_or_else(|| "it is a number of seconds, or like 90s, 10m, 2h or 1d".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_a_number_with_its_unit() {
        for (text, seconds) in
            [("0", 0), ("90", 90), ("90s", 90), (" 10 m ", 600), ("2h", 7200), ("1d", 86_400)]
        {
            assert_eq!(parse_duration(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "s", "-1s", "1.5h", "10x", "1h30m", "99999999999999999999d", "９s"] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_adb_server_is_an_address_or_off() {
        assert_eq!(parse_adb_server("off"), Ok(AdbServerOption::Off));
        let address = AdbServerOption::At("127.0.0.1:5037".to_owned());
        assert_eq!(parse_adb_server(" 127.0.0.1:5037 "), Ok(address));
        assert!(parse_adb_server("on").is_err());
    }
}
