//! What the runner's tasks share: its options, its wake-up, and a slot for each phone that was ever seen.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tikmatrix_device::phone::Phone;
use tikmatrix_device::script::ScriptRegistry;
use tikmatrix_domain::{Clock, PhonePresence, Serial, ServerId};
use tikmatrix_storage::Store;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::devices::PresenceChanges;
use crate::runner::RunnerOptions;
use crate::slots::Places;
use crate::worker::running_tasks::AtWork;

pub(crate) struct Shared {
    /// This run of the server, as its leases name it.
    pub(crate) server: ServerId,
    pub(crate) store: Store,
    pub(crate) scripts: ScriptRegistry,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) artifacts: PathBuf,
    pub(crate) materials: PathBuf,
    pub(crate) task_limit: Duration,
    /// What works now.
    pub(crate) at_work: AtWork,
    /// The places for phones that work, and the queue for them.
    pub(crate) places: Places,
    /// Changes whenever there may be new work.
    pub(crate) wakes: watch::Sender<()>,
    /// Changes whenever another server may have changed something that this one goes by.
    pub(crate) news: watch::Sender<()>,
    /// Cancelled when no more tasks are to be taken and those that work are to stop.
    pub(crate) stop: CancellationToken,
    /// Cancelled when every worker has ended.
    pub(crate) ended: CancellationToken,
    /// How often any phone's presence changed.
    pub(crate) presence_changes: PresenceChanges,
    slots: Mutex<HashMap<Serial, Arc<Slot>>>,
}

/// One phone by its serial number, whichever connection leads to it now.
pub(crate) struct Slot {
    pub(crate) serial: Serial,
    /// The connection while the phone is ready.
    pub(crate) phone: watch::Sender<Option<Phone>>,
    busy: AtomicBool,
    set_aside: AtomicBool,
    changes: PresenceChanges,
}

/// Marks a slot's phone as busy for as long as it lives.
pub(crate) struct Busy<'slot>(&'slot Slot);

impl Shared {
    pub(crate) fn new(options: RunnerOptions) -> Self {
        let presence_changes = PresenceChanges::default();
        Self {
            server: ServerId::new(rand::random()),
            store: options.store,
            scripts: options.scripts,
            clock: options.clock,
            artifacts: options.artifacts,
            materials: options.materials,
            task_limit: options.task_limit,
            at_work: AtWork::default(),
            places: Places::new(options.most_at_work, presence_changes.clone()),
            wakes: watch::Sender::new(()),
            news: watch::Sender::new(()),
            stop: CancellationToken::new(),
            ended: CancellationToken::new(),
            presence_changes,
            slots: Mutex::default(),
        }
    }

    pub(crate) fn wake(&self) {
        self.wakes.send_replace(());
    }

    pub(crate) fn presence(&self, serial: &Serial) -> PhonePresence {
        match self.slots().get(serial) {
            Some(slot) if slot.busy.load(Ordering::Relaxed) => PhonePresence::Busy,
            Some(slot) if slot.is_set_aside() || slot.phone.borrow().is_none() => PhonePresence::Offline,
            Some(slot) if self.places.is_held_back(&slot.serial) => PhonePresence::HeldBack,
            Some(_) => PhonePresence::Idle,
            None => PhonePresence::Offline,
        }
    }

    /// Takes note of which phones are ready now, and gives the slots of those that were never seen before.
    pub(crate) fn follow<'phone>(&self, ready: impl Iterator<Item = &'phone Phone>) -> Vec<Arc<Slot>> {
        let mut ready_by_serial: HashMap<&Serial, &Phone> = HashMap::new();
        for phone in ready {
            ready_by_serial.entry(phone.serial()).or_insert(phone);
        }
        let mut slots = self.slots();
        for slot in slots.values() {
            slot.lead_to(ready_by_serial.remove(&slot.serial));
        }
        let slot = |phone| Arc::new(Slot::new(phone, self.presence_changes.clone()));
        let new: Vec<Arc<Slot>> = ready_by_serial.into_values().map(slot).collect();
        slots.extend(new.iter().map(|slot| (slot.serial.clone(), Arc::clone(slot))));
        if !new.is_empty() {
            self.presence_changes.happened();
        }
        new
    }

    fn slots(&self) -> MutexGuard<'_, HashMap<Serial, Arc<Slot>>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Slot {
    fn new(phone: &Phone, changes: PresenceChanges) -> Self {
        Self {
            serial: phone.serial().clone(),
            phone: watch::Sender::new(Some(phone.clone())),
            busy: AtomicBool::new(false),
            set_aside: AtomicBool::new(false),
            changes,
        }
    }

    /// Says through which connection the phone is reached from now on. Only a change wakes its worker: what happens to
    /// one phone of many concerns the others nothing.
    fn lead_to(&self, new: Option<&Phone>) {
        let changed = self.phone.send_if_modified(|current| {
            let same = match (current.as_ref(), new) {
                (None, None) => true,
                (Some(current), Some(new)) => is_same_connection(current, new),
                _ => false,
            };
            if !same {
                *current = new.cloned();
            }
            !same
        });
        if changed {
            self.changes.happened();
        }
    }

    /// Whether the phone gets no work because a script did not let go of it.
    pub(crate) fn is_set_aside(&self) -> bool {
        self.set_aside.load(Ordering::Relaxed)
    }

    /// Gives the phone no work, or work again.
    pub(crate) fn set_aside(&self, aside: bool) {
        if self.set_aside.swap(aside, Ordering::Relaxed) != aside {
            self.changes.happened();
        }
    }

    pub(crate) fn occupy(&self) -> Busy<'_> {
        self.busy.store(true, Ordering::Relaxed);
        self.changes.happened();
        Busy(self)
    }
}

/// Clones of one connection share what they know of the phone; another connection to it knows it anew.
fn is_same_connection(one: &Phone, other: &Phone) -> bool {
    std::ptr::eq(one.serial(), other.serial())
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.busy.store(false, Ordering::Relaxed);
        self.0.changes.happened();
    }
}
