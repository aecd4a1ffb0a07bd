//! The devices that the runner has seen: their current connection, and whether each of them can take a task.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use parking_lot::Mutex;
use tikmatrix_device::phone::Phone;
use tikmatrix_device::registry::{PhoneEntry, PhoneState};
use tikmatrix_domain::Serial;
use tokio::sync::watch;

/// A counter that rises after every change of any device's presence; clones share it. It may also rise when nothing
/// changed.
#[derive(Clone, Default)]
pub(crate) struct PresenceVersion(Arc<AtomicU64>);

impl PresenceVersion {
    /// Counts a change. It is called after the change, so that a reader that reads the counter before the presence never
    /// takes an old presence for a new one.
    pub(crate) fn bump(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// Every device that was ever connected, by serial.
pub(crate) struct Devices {
    by_serial: Mutex<HashMap<Serial, Arc<KnownDevice>>>,
    /// The serials that two phones report.
    conflicts: Mutex<HashSet<Serial>>,
    version: PresenceVersion,
}

/// One device by its serial, over all its connections.
pub(crate) struct KnownDevice {
    pub(crate) serial: Serial,
    /// The connection while the device is ready.
    pub(crate) phone: watch::Sender<Option<Phone>>,
    busy: AtomicBool,
    quarantined: AtomicBool,
    version: PresenceVersion,
}

/// Marks a device as busy until it is dropped.
pub(crate) struct BusyMark<'device>(&'device KnownDevice);

impl Devices {
    pub(crate) fn new(version: PresenceVersion) -> Self {
        Self { by_serial: Mutex::default(), conflicts: Mutex::default(), version }
    }

    pub(crate) fn get(&self, serial: &Serial) -> Option<Arc<KnownDevice>> {
        self.by_serial.lock().get(serial).cloned()
    }

    /// Returns whether two phones report this serial, so that it is not known on which of them its tasks are to run.
    pub(crate) fn is_in_conflict(&self, serial: &Serial) -> bool {
        self.conflicts.lock().contains(serial)
    }

    /// Updates the conflicts and the connections to the phones that are ready now, and returns the devices that were not
    /// known before.
    pub(crate) fn update(&self, entries: &[PhoneEntry]) -> Vec<Arc<KnownDevice>> {
        let in_conflict = entries.iter().filter(|entry| matches!(entry.state, PhoneState::Conflict { .. }));
        let conflicts: HashSet<Serial> = in_conflict.filter_map(|entry| entry.serial.clone()).collect();
        // Before the connections, so that no task is claimed for a connection that was just withdrawn.
        let before = std::mem::replace(&mut *self.conflicts.lock(), conflicts.clone());
        if before != conflicts {
            self.version.bump();
        }
        let mut ready_by_serial: HashMap<&Serial, &Phone> = HashMap::new();
        for phone in entries.iter().filter_map(|entry| entry.phone.as_ref()) {
            ready_by_serial.entry(phone.serial()).or_insert(phone);
        }
        let mut by_serial = self.by_serial.lock();
        for device in by_serial.values() {
            device.set_connection(ready_by_serial.remove(&device.serial));
        }
        let device = |phone| Arc::new(KnownDevice::new(phone, self.version.clone()));
        let new: Vec<_> = ready_by_serial.into_values().map(device).collect();
        by_serial.extend(new.iter().map(|device| (device.serial.clone(), Arc::clone(device))));
        if !new.is_empty() {
            self.version.bump();
        }
        new
    }
}

impl KnownDevice {
    fn new(phone: &Phone, version: PresenceVersion) -> Self {
        Self {
            serial: phone.serial().clone(),
            phone: watch::Sender::new(Some(phone.clone())),
            busy: AtomicBool::new(false),
            quarantined: AtomicBool::new(false),
            version,
        }
    }

    /// Sets the connection through which the device is reached from now on. Only a change wakes its worker, so that one
    /// device's events do not wake the workers of all others.
    fn set_connection(&self, new: Option<&Phone>) {
        let changed = self.phone.send_if_modified(|current| {
            let same = match (current.as_ref(), new) {
                (None, None) => true,
                (Some(current), Some(new)) => current.is_same_connection(new),
                _ => false,
            };
            if !same {
                *current = new.cloned();
            }
            !same
        });
        if changed {
            self.version.bump();
        }
    }

    pub(crate) fn is_busy(&self) -> bool {
        self.busy.load(Ordering::Relaxed)
    }

    /// Whether the device gets no tasks because a script did not release it.
    pub(crate) fn is_quarantined(&self) -> bool {
        self.quarantined.load(Ordering::Relaxed)
    }

    /// Whether the device is connected and not quarantined.
    pub(crate) fn is_ready(&self) -> bool {
        !self.is_quarantined() && self.phone.borrow().is_some()
    }

    /// Stops the device from getting tasks, or lets it get tasks again.
    pub(crate) fn set_quarantined(&self, quarantined: bool) {
        if self.quarantined.swap(quarantined, Ordering::Relaxed) != quarantined {
            self.version.bump();
        }
    }

    pub(crate) fn mark_busy(&self) -> BusyMark<'_> {
        self.busy.store(true, Ordering::Relaxed);
        self.version.bump();
        BusyMark(self)
    }
}

impl Drop for BusyMark<'_> {
    fn drop(&mut self) {
        self.0.busy.store(false, Ordering::Relaxed);
        self.0.version.bump();
    }
}
