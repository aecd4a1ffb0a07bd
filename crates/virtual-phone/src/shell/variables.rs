//! A shell's variables. All of them are exported, as if by `export`.

use std::collections::BTreeMap;

const MAX_VARIABLES: usize = 1000;
/// Names and values together.
const MAX_BYTES: usize = 8 * 1024 * 1024;

/// The variables of one shell, bounded in number and size.
#[derive(Clone)]
pub(crate) struct Variables(BTreeMap<String, String>);

impl Variables {
    /// The environment of a shell that adbd starts, with `TERM=terminal`.
    pub(crate) fn new(terminal: &str) -> Self {
        let variables = ENVIRONMENT.iter().copied().chain([("TERM", terminal)]);
        Self(variables.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&String> {
        self.0.get(name)
    }

    /// Sets a variable; `false` when there are too many or they are too long together.
    pub(crate) fn set(&mut self, name: &str, value: String) -> bool {
        let is_new = !self.0.contains_key(name);
        let others = self.0.iter().filter(|(other, _)| *other != name);
        let held: usize = others.map(|(other, value)| other.len() + value.len()).sum();
        let fits = held + name.len() + value.len() <= MAX_BYTES;
        if !fits || (is_new && self.0.len() >= MAX_VARIABLES) {
            return false;
        }
        self.0.insert(name.to_owned(), value);
        true
    }

    pub(crate) fn unset(&mut self, name: &str) {
        self.0.remove(name);
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&String, &String)> {
        self.0.iter()
    }
}

const ENVIRONMENT: &[(&str, &str)] = &[
    ("ANDROID_DATA", "/data"),
    ("ANDROID_ROOT", "/system"),
    ("EXTERNAL_STORAGE", "/sdcard"),
    ("HOME", "/"),
    ("HOSTNAME", "localhost"),
    ("LOGNAME", "shell"),
    ("PATH", "/product/bin:/apex/com.android.runtime/bin:/system/bin:/system/xbin:/odm/bin:/vendor/bin"),
    ("SHELL", "/bin/sh"),
    ("TMPDIR", "/data/local/tmp"),
    ("USER", "shell"),
];
