//! The devices that the runner has seen: their current connection, and whether each of them can take a task.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use parking_lot::Mutex;
use tikmatrix_device::phone::Phone;
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
        Self { by_serial: Mutex::default(), version }
    }

    pub(crate) fn get(&self, serial: &Serial) -> Option<Arc<KnownDevice>> {
        self.by_serial.lock().get(serial).cloned()
    }

    /// Updates the connections to the phones that are ready now, and returns the devices that were not known before.
    pub(crate) fn update<'phone>(&self, ready: impl Iterator<Item = &'phone Phone>) -> Vec<Arc<KnownDevice>> {
        let mut ready_by_serial: HashMap<&Serial, &Phone> = HashMap::new();
        for phone in ready {
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
