//! The parts that identify a machine: values that any user may read, that last over a restart, and that seldom change
//! all at once. The only module here that reads files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use strum::{AsRefStr, EnumString};

/// Placeholders that manufacturers and images use instead of an identity.
const PLACEHOLDERS: [&str; 9] = [
    "none",
    "unknown",
    "uninitialized",
    "default string",
    "not specified",
    "not applicable",
    "system serial number",
    "to be filled by o.e.m.",
    "localhost",
];

/// The kinds of parts by which a machine is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, AsRefStr, EnumString)]
#[strum(serialize_all = "lowercase")]
pub enum ComponentKind {
    /// The identity of the installed system.
    System,
    /// The machine's name.
    Name,
    /// The addresses of its network cards.
    Network,
    /// The serial numbers of its disks.
    Disk,
    /// The identity of its main board, where the user may read it.
    Board,
}

/// A machine by its parts, in clear. It stays in memory: only its fingerprint leaves the program.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Machine(BTreeMap<ComponentKind, BTreeSet<String>>);

impl Machine {
    /// Adds a part, in lower case. A placeholder is left out.
    #[must_use]
    pub fn with(mut self, kind: ComponentKind, value: &str) -> Self {
        let value = value.trim().to_lowercase();
        let identifies = value.chars().any(|letter| letter.is_alphanumeric() && letter != '0')
            && !PLACEHOLDERS.contains(&value.as_str());
        if identifies {
            self.0.entry(kind).or_default().insert(value);
        }
        self
    }

    pub(crate) fn components(&self) -> impl Iterator<Item = (ComponentKind, &BTreeSet<String>)> {
        self.0.iter().map(|(kind, values)| (*kind, values))
    }
}

/// The files from which the parts are read.
#[derive(Debug, Clone)]
pub struct MachineSources {
    root: PathBuf,
}

impl MachineSources {
    /// This machine's own system. Outside Linux it has no such files, and the machine no parts.
    #[must_use]
    pub fn system() -> Self {
        Self::below("/")
    }

    /// A system whose files are below `root`.
    #[must_use]
    pub fn below(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Reads the parts. A file that is missing, or that the user may not read, is a part that the machine does not
    /// have.
    #[must_use]
    pub fn read(&self) -> Machine {
        let mut machine = Machine::default();
        for (kind, value) in self.values() {
            machine = machine.with(kind, &value);
        }
        machine
    }

    fn values(&self) -> Vec<(ComponentKind, String)> {
        let mut values = Vec::new();
        let mut take = |kind, path: PathBuf| {
            if let Ok(value) = fs::read_to_string(path) {
                values.push((kind, value));
            }
        };
        take(ComponentKind::System, self.root.join("etc/machine-id"));
        take(ComponentKind::Name, self.root.join("proc/sys/kernel/hostname"));
        for card in entries(&self.root.join("sys/class/net")) {
            // Bridges, tunnels and the pairs of containers have no device and come and go.
            if card.join("device").exists() {
                take(ComponentKind::Network, card.join("address"));
            }
        }
        for disk in entries(&self.root.join("sys/block")) {
            // NVMe and SCSI have them below the device, virtio beside it.
            for name in ["device/wwid", "device/serial", "serial"] {
                take(ComponentKind::Disk, disk.join(name));
            }
        }
        for name in ["product_uuid", "product_serial", "board_serial"] {
            take(ComponentKind::Board, self.root.join("sys/class/dmi/id").join(name));
        }
        values
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    entries.filter_map(|entry| Some(entry.ok()?.path())).collect()
}
