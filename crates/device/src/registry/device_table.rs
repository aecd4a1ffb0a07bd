//! The endpoints with the state of the phone at each, and the list of phones that comes of them: endpoints with the same
//! serial number are one phone, which is used through one of them.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use tikmatrix_domain::Serial;
use tokio::sync::{Notify, watch};

use super::endpoint::{Endpoint, EndpointEntry, PhoneEntry, PhoneState};
use crate::phone::Phone;

/// The endpoints, and the phones that are published.
#[derive(Debug)]
pub(super) struct DeviceTable {
    rows: Mutex<Vec<Row>>,
    published: watch::Sender<Vec<PhoneEntry>>,
}

/// One endpoint.
#[derive(Debug, Clone)]
struct Row {
    endpoint: Endpoint,
    serial: Option<Serial>,
    state: PhoneState,
    phone: Option<Phone>,
    /// Notified when another endpoint may have preempted this one, or may have released the phone.
    changed: Arc<Notify>,
}

/// An endpoint in the table; dropping it removes the endpoint.
#[derive(Debug)]
pub(super) struct Registration {
    table: Arc<DeviceTable>,
    endpoint: Endpoint,
    changed: Arc<Notify>,
}

impl DeviceTable {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self { rows: Mutex::default(), published: watch::Sender::new(Vec::new()) })
    }

    pub(super) fn watch(&self) -> watch::Receiver<Vec<PhoneEntry>> {
        self.published.subscribe()
    }

    /// Adds an endpoint; `None` if it is there already.
    pub(super) fn register(
        self: &Arc<Self>,
        endpoint: Endpoint,
        serial: Option<Serial>,
    ) -> Option<Registration> {
        let changed = Arc::new(Notify::new());
        let row = Row {
            endpoint: endpoint.clone(),
            serial,
            state: PhoneState::Connecting,
            phone: None,
            changed: Arc::clone(&changed),
        };
        let new = self.change(|rows| {
            let new = rows.iter().all(|row| row.endpoint != endpoint);
            if new {
                rows.push(row);
            }
            new
        });
        new.then(|| Registration { table: Arc::clone(self), endpoint, changed })
    }

    /// Changes rows and publishes the phones.
    fn change<T>(&self, change: impl FnOnce(&mut Vec<Row>) -> T) -> T {
        let mut rows = self.rows.lock();
        let result = change(&mut rows);
        // Under the lock, so that the last change is published last.
        self.published.send_replace(phones(&rows));
        result
    }
}

impl Registration {
    pub(super) fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Sets the state of the phone, and releases it if it is used through this endpoint.
    pub(super) fn set(&self, state: PhoneState) {
        self.table.change(|rows| {
            let Some(own) = rows.iter_mut().find(|row| row.endpoint == self.endpoint) else { return };
            own.state = state;
            let held = own.phone.take();
            if let (Some(_), Some(serial)) = (held, own.serial.clone()) {
                notify(rows, &serial);
            }
        });
    }

    /// Uses the phone through this endpoint, unless one with the same or a better priority does; a worse one is preempted.
    pub(super) fn claim(&self, phone: &Phone) -> Claim {
        self.table.change(|rows| {
            let serial = phone.serial();
            let held = rows.iter_mut().find(|row| {
                row.endpoint != self.endpoint && row.phone.is_some() && row.serial.as_ref() == Some(serial)
            });
            let mut claim = Claim::InUse;
            if let Some(holder) = held {
                if holder.endpoint.priority() <= self.endpoint.priority() {
                    claim = Claim::Standby { used_by: holder.endpoint.clone() };
                } else {
                    holder.phone = None;
                    holder.changed.notify_one();
                }
            }
            if let Some(own) = rows.iter_mut().find(|row| row.endpoint == self.endpoint) {
                own.serial = Some(serial.clone());
                own.state = PhoneState::Ready;
                own.phone = (claim == Claim::InUse).then(|| phone.clone());
            }
            claim
        })
    }

    /// Waits until another endpoint uses the phone that this one had.
    pub(super) async fn preempted(&self) {
        self.wait_until(|own, _| own.phone.is_none()).await;
    }

    /// Waits until no other endpoint uses the phone.
    pub(super) async fn released(&self) {
        self.wait_until(|own, others| {
            !others
                .iter()
                .any(|row| row.endpoint != own.endpoint && row.phone.is_some() && row.serial == own.serial)
        })
        .await;
    }

    async fn wait_until(&self, wanted: impl Fn(&Row, &[Row]) -> bool) {
        loop {
            let changed = self.changed.notified();
            let is_so = {
                let rows = self.table.rows.lock();
                rows.iter().find(|row| row.endpoint == self.endpoint).is_none_or(|own| wanted(own, &rows))
            };
            if is_so {
                return;
            }
            changed.await;
        }
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.table.change(|rows| {
            let Some(index) = rows.iter().position(|row| row.endpoint == self.endpoint) else { return };
            let row = rows.remove(index);
            if let (Some(_), Some(serial)) = (row.phone, row.serial) {
                notify(rows, &serial);
            }
        });
    }
}

/// The result of [`Registration::claim`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Claim {
    /// It is used through this endpoint.
    InUse,
    /// It is used through another endpoint, and through this one when that fails.
    Standby {
        /// The other endpoint.
        used_by: Endpoint,
    },
}

/// Notifies the endpoints of a phone that none uses it.
fn notify(rows: &[Row], serial: &Serial) {
    for row in rows.iter().filter(|row| row.serial.as_ref() == Some(serial)) {
        row.changed.notify_one();
    }
}

/// Returns the phones in the order of their first endpoints.
fn phones(rows: &[Row]) -> Vec<PhoneEntry> {
    let mut phones: Vec<Vec<&Row>> = Vec::with_capacity(rows.len());
    let mut by_serial: HashMap<&Serial, usize> = HashMap::with_capacity(rows.len());
    for row in rows {
        match row.serial.as_ref().map(|serial| *by_serial.entry(serial).or_insert(phones.len())) {
            Some(index) if index < phones.len() => phones[index].push(row),
            _ => phones.push(vec![row]),
        }
    }
    phones.into_iter().map(fold).collect()
}

/// One phone with all of its endpoints.
fn fold(mut rows: Vec<&Row>) -> PhoneEntry {
    rows.sort_by_key(|row| (row.phone.is_none(), row.state.priority(), row.endpoint.priority()));
    let endpoints = rows.iter().map(|row| EndpointEntry {
        endpoint: row.endpoint.clone(),
        state: row.state.clone(),
        in_use: row.phone.is_some(),
    });
    let phone = rows.iter().find_map(|row| row.phone.clone());
    let state = match rows.first().map(|row| &row.state) {
        // It answered at an endpoint that a better one preempted, and that one just failed: it is being reconnected.
        Some(PhoneState::Ready) if phone.is_none() => PhoneState::Connecting,
        Some(state) => state.clone(),
        None => PhoneState::Connecting,
    };
    PhoneEntry {
        serial: rows.iter().find_map(|row| row.serial.clone()),
        state,
        phone,
        endpoints: endpoints.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tcp(address: &str) -> Endpoint {
        Endpoint::Tcp(address.into())
    }

    #[test]
    fn endpoints_without_a_known_serial_are_a_phone_each_and_leave_with_their_registrations() {
        let table = DeviceTable::new();
        let one = table.register(tcp("a:1"), None).unwrap();
        let two = table.register(tcp("b:1"), None).unwrap();
        assert!(table.register(tcp("a:1"), None).is_none(), "an endpoint has one registration");
        two.set(PhoneState::Absent { reason: "no answer".to_owned() });
        let listed = |table: &Arc<DeviceTable>| -> Vec<String> {
            table.watch().borrow().iter().map(|entry| entry.endpoint().unwrap().to_string()).collect()
        };
        assert_eq!(listed(&table), ["a:1", "b:1"]);
        drop(one);
        assert_eq!(listed(&table), ["b:1"]);
        assert!(matches!(table.watch().borrow()[0].state, PhoneState::Absent { .. }));
    }

    #[test]
    fn endpoints_with_one_serial_are_one_phone_in_the_state_of_the_highest_priority() {
        let table = DeviceTable::new();
        let serial = Serial::new("same").ok();
        let one = table.register(tcp("a:1"), serial.clone()).unwrap();
        let _other = table.register(tcp("c:1"), None).unwrap();
        let two = table.register(tcp("b:1"), serial.clone()).unwrap();
        one.set(PhoneState::Absent { reason: "no answer".to_owned() });
        two.set(PhoneState::Unauthorized { reason: "allow it".to_owned() });
        let entries = table.watch().borrow().clone();
        assert_eq!(entries.len(), 2);
        assert_eq!((&entries[0].serial, entries[0].endpoints.len()), (&serial, 2));
        assert_eq!(entries[0].state, PhoneState::Unauthorized { reason: "allow it".to_owned() });
        assert_eq!(entries[0].endpoint(), Some(&tcp("b:1")));
    }
}
