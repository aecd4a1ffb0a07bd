//! The endpoints with the state of the phone at each, and through which of them a phone is used.

use std::sync::Arc;

use parking_lot::Mutex;
use tikmatrix_domain::Serial;
use tokio::sync::{Notify, watch};

use super::identity::PhoneIdentity;
use super::phones::phones;
use super::row::Row;
use crate::phone::Phone;
use crate::registry::endpoint::{Endpoint, PhoneEntry, PhoneState};

/// The endpoints, and the phones that are published.
#[derive(Debug)]
pub(in crate::registry) struct DeviceTable {
    rows: Mutex<Vec<Row>>,
    published: watch::Sender<Vec<PhoneEntry>>,
}

/// An endpoint in the table; dropping it removes the endpoint.
#[derive(Debug)]
pub(in crate::registry) struct Registration {
    table: Arc<DeviceTable>,
    endpoint: Endpoint,
    changed: Arc<Notify>,
}

impl DeviceTable {
    pub(in crate::registry) fn new() -> Arc<Self> {
        Arc::new(Self { rows: Mutex::default(), published: watch::Sender::new(Vec::new()) })
    }

    pub(in crate::registry) fn watch(&self) -> watch::Receiver<Vec<PhoneEntry>> {
        self.published.subscribe()
    }

    /// Adds an endpoint; `None` if it is there already.
    pub(in crate::registry) fn register(
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
            identity: None,
            rivals: Vec::new(),
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
    pub(in crate::registry) fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Sets the state of the phone, and releases it if it is used through this endpoint.
    pub(in crate::registry) fn set(&self, state: PhoneState) {
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
    /// `identity` is what the phone says of itself over this connection. While an endpoint of the same serial leads to another
    /// phone, both connections are kept and neither is published.
    pub(in crate::registry) fn claim(&self, phone: &Phone, identity: PhoneIdentity) -> Claim {
        self.table.change(|rows| {
            let (serial, at) = (phone.serial(), |row: &Row| row.endpoint == self.endpoint);
            if let Some(own) = rows.iter().find(|row| at(row))
                && own.is_taken_by_another(serial, &identity)
            {
                return Claim::OtherPhone { known: own.serial.clone() };
            }
            let rivals = settle_rivals(rows, &self.endpoint, serial, &identity);
            let mut claim =
                rivals.first().map_or(Claim::InUse, |rival| Claim::Conflict { with: rival.clone() });
            let held = rows.iter_mut().find(|row| {
                !at(row)
                    && row.phone.is_some()
                    && row.serial.as_ref() == Some(serial)
                    && !rivals.contains(&row.endpoint)
            });
            if let Some(holder) = held {
                if holder.endpoint.priority() <= self.endpoint.priority() {
                    claim = Claim::Standby { used_by: holder.endpoint.clone() };
                } else {
                    holder.phone = None;
                    holder.changed.notify_one();
                }
            }
            if let Some(own) = rows.iter_mut().find(|row| at(row)) {
                own.serial = Some(serial.clone());
                own.identity = Some(identity);
                own.rivals = rivals;
                own.state = PhoneState::Ready;
                own.phone = (!matches!(claim, Claim::Standby { .. })).then(|| phone.clone());
            }
            claim
        })
    }

    /// Waits until another endpoint uses the phone that this one had.
    pub(in crate::registry) async fn preempted(&self) {
        self.wait_until(|own, _| own.phone.is_none()).await;
    }

    /// Waits until no other endpoint uses the phone.
    pub(in crate::registry) async fn released(&self) {
        self.wait_until(|own, others| {
            let uses_it = |row: &Row| row.phone.is_some() && row.serial == own.serial;
            !others.iter().any(|row| {
                row.endpoint != own.endpoint && uses_it(row) && !own.rivals.contains(&row.endpoint)
            })
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
            for other in &mut *rows {
                other.rivals.retain(|rival| *rival != row.endpoint);
            }
            if let (Some(_), Some(serial)) = (row.phone, row.serial) {
                notify(rows, &serial);
            }
        });
    }
}

/// Finds out which rows of `serial` lead to other phones than the one that says `identity` at `endpoint`, notes it in them,
/// and returns their endpoints.
fn settle_rivals(
    rows: &mut [Row],
    endpoint: &Endpoint,
    serial: &Serial,
    identity: &PhoneIdentity,
) -> Vec<Endpoint> {
    let mut rivals = Vec::new();
    for row in rows.iter_mut().filter(|row| row.endpoint != *endpoint) {
        row.rivals.retain(|rival| rival != endpoint);
        if row.serial.as_ref() == Some(serial) && row.leads_elsewhere(identity) {
            row.rivals.push(endpoint.clone());
            rivals.push(row.endpoint.clone());
        }
    }
    rivals
}

/// The result of [`Registration::claim`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::registry) enum Claim {
    /// It is used through this endpoint.
    InUse,
    /// It is used through another endpoint, and through this one when that fails.
    Standby {
        /// The other endpoint.
        used_by: Endpoint,
    },
    /// Another phone reports the same serial: neither is used until one is gone.
    Conflict {
        /// Where the other phone is.
        with: Endpoint,
    },
    /// It is not the phone that was at this endpoint first: it is not used.
    OtherPhone {
        /// The serial of that phone.
        known: Option<Serial>,
    },
}

/// Notifies the endpoints of a phone that none uses it.
fn notify(rows: &[Row], serial: &Serial) {
    for row in rows.iter().filter(|row| row.serial.as_ref() == Some(serial)) {
        row.changed.notify_one();
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
