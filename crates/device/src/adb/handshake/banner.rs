//! The banner in a CNXN packet: the kind of a side, its properties and the features that it offers.
//! Source: AOSP packages/modules/adb, `adb.cpp` (`parse_banner`, `get_connection_string`) and `transport.cpp`.

use std::collections::{BTreeMap, BTreeSet};

use thiserror::Error;

/// Feature: shells with separate output, error output and exit status.
pub const SHELL_V2: &str = "shell_v2";
/// Feature: the full `stat` of a path (`sync:` STA2, LST2).
pub const STAT_V2: &str = "stat_v2";
/// Feature: directory lists with a full `stat` (`sync:` LIS2).
pub const LS_V2: &str = "ls_v2";
/// Feature: transfers with flags (`sync:` SND2, RCV2); each compression is a feature too.
pub const SENDRECV_V2: &str = "sendrecv_v2";
/// Feature: transfers that store nothing.
pub const SENDRECV_V2_DRY_RUN: &str = "sendrecv_v2_dry_run_send";
/// Feature: a stream may have many unacknowledged packets (AOSP, `docs/dev/delayed_ack.md`).
pub const DELAYED_ACK: &str = "delayed_ack";

/// A banner that does not start with a kind and a colon.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the banner {0:?} is not KIND:SERIAL:PROPERTIES")]
pub struct BannerError(String);

/// The description that one side sends of itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Banner {
    /// `device`, `host`, `recovery`, `sideload`, `bootloader` or another word.
    pub kind: String,
    /// Properties such as `ro.product.model`, without the features.
    pub properties: BTreeMap<String, String>,
    /// Features offered. In force are those that both sides offer.
    pub features: BTreeSet<String>,
}

impl Banner {
    /// Creates a banner of `kind` with `features` and without properties.
    #[must_use]
    pub fn new(kind: &str, features: &[&str]) -> Self {
        Self {
            kind: kind.to_owned(),
            properties: BTreeMap::new(),
            features: features.iter().copied().map(str::to_owned).collect(),
        }
    }

    /// Reads the payload of a CNXN packet. The serial between the colons is empty in practice and is left out;
    /// bytes that are not UTF-8 are replaced, a trailing NUL or `;` is allowed.
    ///
    /// # Errors
    /// [`BannerError`] when there is no colon.
    pub fn parse(payload: &[u8]) -> Result<Self, BannerError> {
        let text = String::from_utf8_lossy(payload);
        let text = text.trim_end_matches('\0');
        let (kind, rest) =
            text.split_once(':').ok_or_else(|| BannerError(text.chars().take(80).collect()))?;
        let properties = rest.split_once(':').map_or("", |(_serial, properties)| properties);
        let mut banner = Self::new(kind, &[]);
        for (name, value) in properties.split(';').filter_map(|property| property.split_once('=')) {
            if name == "features" {
                banner
                    .features
                    .extend(value.split(',').filter(|feature| !feature.is_empty()).map(str::to_owned));
            } else {
                banner.properties.insert(name.to_owned(), value.to_owned());
            }
        }
        Ok(banner)
    }

    /// Formats the payload of a CNXN packet.
    #[must_use]
    pub fn format(&self) -> String {
        let mut fields: Vec<String> =
            self.properties.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !self.features.is_empty() {
            let features: Vec<&str> = self.features.iter().map(String::as_str).collect();
            fields.push(format!("features={}", features.join(",")));
        }
        format!("{}::{}", self.kind, fields.join(";"))
    }

    /// Returns whether `feature` is offered.
    #[must_use]
    pub fn offers(&self, feature: &str) -> bool {
        self.features.contains(feature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_real_phones_banner_is_read_with_and_without_its_last_semicolon() {
        for end in ["", ";", "\0"] {
            let text = format!(
                "device::ro.product.name=oriole;ro.product.model=Pixel 6;features=shell_v2,cmd,delayed_ack{end}"
            );
            let banner = Banner::parse(text.as_bytes()).unwrap();
            assert_eq!(banner.kind, "device");
            assert_eq!(banner.properties["ro.product.model"], "Pixel 6");
            assert!(banner.offers(SHELL_V2) && banner.offers(DELAYED_ACK) && !banner.offers("abb"));
        }
    }

    #[test]
    fn a_formatted_banner_is_read_back_the_same() {
        let mut banner = Banner::new("device", &[SHELL_V2, "cmd"]);
        banner.properties.insert("ro.product.name".to_owned(), "virtual".to_owned());
        assert_eq!(Banner::parse(banner.format().as_bytes()).unwrap(), banner);
        assert_eq!(Banner::parse(b"device::").unwrap(), Banner::new("device", &[]));
    }

    #[test]
    fn what_has_no_kind_is_refused() {
        assert!(Banner::parse(b"").is_err());
        assert!(Banner::parse(b"\xff\xfe").is_err());
    }
}
