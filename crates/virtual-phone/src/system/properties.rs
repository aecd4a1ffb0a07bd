//! The phone's system properties (`getprop`): those of an Android 13 phone without a manufacturer.

use std::collections::BTreeMap;

/// `PROP_VALUE_MAX`, without the zero byte.
const MAX_VALUE_BYTES: usize = 91;
const MAX_PROPERTIES: usize = 2000;

/// Names and values.
#[derive(Debug, Clone)]
pub(crate) struct Properties(BTreeMap<String, String>);

impl Properties {
    pub(crate) fn new(serial: &str) -> Self {
        let fixed = FIXED.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let mut properties = Self(fixed.collect());
        properties.set_serial(serial);
        properties
    }

    /// Sets the serial number, which the phone's own commands cannot.
    pub(crate) fn set_serial(&mut self, serial: &str) {
        for name in ["ro.serialno", "ro.boot.serialno"] {
            self.0.insert(name.to_owned(), serial.to_owned());
        }
    }

    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// Sets a property; `false` when it is read-only or does not fit.
    pub(crate) fn set(&mut self, name: &str, value: &str) -> bool {
        let known = self.0.contains_key(name);
        let allowed = name.starts_with("debug.") || name.starts_with("log.") || name.starts_with("persist.");
        if !allowed || value.len() > MAX_VALUE_BYTES || (!known && self.0.len() >= MAX_PROPERTIES) {
            return false;
        }
        self.0.insert(name.to_owned(), value.to_owned());
        true
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = (&String, &String)> {
        self.0.iter()
    }
}

const FIXED: &[(&str, &str)] = &[
    ("dev.bootcomplete", "1"),
    ("gsm.sim.state", "ABSENT"),
    ("init.svc.adbd", "running"),
    ("init.svc.bootanim", "stopped"),
    ("persist.sys.locale", "en-US"),
    ("persist.sys.timezone", "Etc/UTC"),
    ("ro.build.characteristics", "default"),
    ("ro.build.display.id", "virtual_phone-user 13 release-keys"),
    ("ro.build.fingerprint", "tikmatrix/virtual_phone/virtual:13/VP1A.230101.001/1:user/release-keys"),
    ("ro.build.id", "VP1A.230101.001"),
    ("ro.build.tags", "release-keys"),
    ("ro.build.type", "user"),
    ("ro.build.version.codename", "REL"),
    ("ro.build.version.release", "13"),
    ("ro.build.version.sdk", "33"),
    ("ro.build.version.security_patch", "2023-01-05"),
    ("ro.debuggable", "0"),
    ("ro.hardware", "virtual"),
    ("ro.product.board", "virtual"),
    ("ro.product.brand", "TikMatrix"),
    ("ro.product.cpu.abi", "arm64-v8a"),
    ("ro.product.cpu.abilist", "arm64-v8a,armeabi-v7a,armeabi"),
    ("ro.product.device", "virtual"),
    ("ro.product.locale", "en-US"),
    ("ro.product.manufacturer", "TikMatrix"),
    ("ro.product.model", "Virtual Phone"),
    ("ro.product.name", "virtual_phone"),
    ("ro.secure", "1"),
    ("ro.sf.lcd_density", "420"),
    ("ro.sys.safemode", "0"),
    ("sys.boot_completed", "1"),
];
