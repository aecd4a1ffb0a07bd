//! Every way to a phone with what is known of it, and the one list of phones that comes of them: ways to the same
//! serial number are one phone, which is used by one of them. Connecting is the keepers'.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tikmatrix_domain::Serial;
use tokio::sync::{Notify, watch};

use super::{PhoneEntry, PhoneState, Way, WayEntry};
use crate::phone::Phone;

/// The ways, and what is published of them.
#[derive(Debug)]
pub(super) struct Table {
    rows: Mutex<Vec<Row>>,
    published: watch::Sender<Vec<PhoneEntry>>,
}

/// One way.
#[derive(Debug, Clone)]
struct Row {
    way: Way,
    serial: Option<Serial>,
    state: PhoneState,
    phone: Option<Phone>,
    /// Rung when the phone of this way may have been taken over by another way, or may have become free.
    turn: Arc<Notify>,
}

/// A keeper's place in the table; dropping it removes the way.
#[derive(Debug)]
pub(super) struct Seat {
    table: Arc<Table>,
    way: Way,
    turn: Arc<Notify>,
}

impl Table {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self { rows: Mutex::default(), published: watch::Sender::new(Vec::new()) })
    }

    pub(super) fn watch(&self) -> watch::Receiver<Vec<PhoneEntry>> {
        self.published.subscribe()
    }

    /// A place for a way; none if it has one.
    pub(super) fn seat(self: &Arc<Self>, way: Way, serial: Option<Serial>) -> Option<Seat> {
        let turn = Arc::new(Notify::new());
        let row = Row {
            way: way.clone(),
            serial,
            state: PhoneState::Connecting,
            phone: None,
            turn: Arc::clone(&turn),
        };
        let new = self.change(|rows| {
            let new = rows.iter().all(|row| row.way != way);
            if new {
                rows.push(row);
            }
            new
        });
        new.then(|| Seat { table: Arc::clone(self), way, turn })
    }

    /// Changes rows and publishes what comes of it.
    fn change<T>(&self, change: impl FnOnce(&mut Vec<Row>) -> T) -> T {
        let mut rows = self.lock();
        let result = change(&mut rows);
        // Under the lock, so that what is published last is what was changed last.
        self.published.send_replace(phones(&rows));
        result
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Row>> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seat {
    pub(super) fn way(&self) -> &Way {
        &self.way
    }

    /// Says how the phone is seen, and takes it out of use by this way.
    pub(super) fn set(&self, state: PhoneState) {
        self.table.change(|rows| {
            let Some(own) = rows.iter_mut().find(|row| row.way == self.way) else { return };
            own.state = state;
            let held = own.phone.take();
            if let (Some(_), Some(serial)) = (held, own.serial.clone()) {
                free(rows, &serial);
            }
        });
    }

    /// Uses the phone by this way from now on, unless a way as good uses it; a worse one gives it up.
    pub(super) fn claim(&self, phone: &Phone) -> Claim {
        self.table.change(|rows| {
            let serial = phone.serial();
            let held = rows.iter_mut().find(|row| {
                row.way != self.way && row.phone.is_some() && row.serial.as_ref() == Some(serial)
            });
            let mut claim = Claim::InUse;
            if let Some(holder) = held {
                if holder.way.rank() <= self.way.rank() {
                    claim = Claim::Standby { used_by: holder.way.clone() };
                } else {
                    holder.phone = None;
                    holder.turn.notify_one();
                }
            }
            if let Some(own) = rows.iter_mut().find(|row| row.way == self.way) {
                own.serial = Some(serial.clone());
                own.state = PhoneState::Ready;
                own.phone = (claim == Claim::InUse).then(|| phone.clone());
            }
            claim
        })
    }

    /// Returns when another way uses the phone that this one had.
    pub(super) async fn taken_over(&self) {
        self.wait_until(|own, _| own.phone.is_none()).await;
    }

    /// Returns when no other way uses this way's phone.
    pub(super) async fn free(&self) {
        self.wait_until(|own, others| {
            !others.iter().any(|row| row.way != own.way && row.phone.is_some() && row.serial == own.serial)
        })
        .await;
    }

    async fn wait_until(&self, wanted: impl Fn(&Row, &[Row]) -> bool) {
        loop {
            let turn = self.turn.notified();
            let is_so = {
                let rows = self.table.lock();
                rows.iter().find(|row| row.way == self.way).is_none_or(|own| wanted(own, &rows))
            };
            if is_so {
                return;
            }
            turn.await;
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.table.change(|rows| {
            let Some(index) = rows.iter().position(|row| row.way == self.way) else { return };
            let row = rows.remove(index);
            if let (Some(_), Some(serial)) = (row.phone, row.serial) {
                free(rows, &serial);
            }
        });
    }
}

/// What became of a phone that a way led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Claim {
    /// It is used by this way.
    InUse,
    /// It is used by another way, and by this one when that fails.
    Standby {
        /// The other way.
        used_by: Way,
    },
}

/// Tells the ways to a phone that it is used by none.
fn free(rows: &[Row], serial: &Serial) {
    for row in rows.iter().filter(|row| row.serial.as_ref() == Some(serial)) {
        row.turn.notify_one();
    }
}

/// The phones in the order of their first ways.
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

/// One phone out of its ways.
fn fold(mut rows: Vec<&Row>) -> PhoneEntry {
    rows.sort_by_key(|row| (row.phone.is_none(), row.state.rank(), row.way.rank()));
    let ways = rows.iter().map(|row| WayEntry {
        way: row.way.clone(),
        state: row.state.clone(),
        in_use: row.phone.is_some(),
    });
    let phone = rows.iter().find_map(|row| row.phone.clone());
    let state = match rows.first().map(|row| &row.state) {
        // It answered by a way that was left for a better one, and that one just failed: it is being connected again.
        Some(PhoneState::Ready) if phone.is_none() => PhoneState::Connecting,
        Some(state) => state.clone(),
        None => PhoneState::Connecting,
    };
    PhoneEntry { serial: rows.iter().find_map(|row| row.serial.clone()), state, phone, ways: ways.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tcp(address: &str) -> Way {
        Way::Tcp(address.into())
    }

    #[test]
    fn ways_without_a_known_phone_are_a_phone_each_and_leave_with_their_seats() {
        let table = Table::new();
        let one = table.seat(tcp("a:1"), None).unwrap();
        let two = table.seat(tcp("b:1"), None).unwrap();
        assert!(table.seat(tcp("a:1"), None).is_none(), "a way has one seat");
        two.set(PhoneState::Absent { reason: "nobody".to_owned() });
        let ways = |table: &Arc<Table>| -> Vec<String> {
            table.watch().borrow().iter().map(|entry| entry.way().unwrap().to_string()).collect()
        };
        assert_eq!(ways(&table), ["a:1", "b:1"]);
        drop(one);
        assert_eq!(ways(&table), ["b:1"]);
        assert!(matches!(table.watch().borrow()[0].state, PhoneState::Absent { .. }));
    }

    #[test]
    fn ways_to_one_serial_are_one_phone_in_the_state_that_says_most() {
        let table = Table::new();
        let serial = Serial::new("same").ok();
        let one = table.seat(tcp("a:1"), serial.clone()).unwrap();
        let _other = table.seat(tcp("c:1"), None).unwrap();
        let two = table.seat(tcp("b:1"), serial.clone()).unwrap();
        one.set(PhoneState::Absent { reason: "nobody".to_owned() });
        two.set(PhoneState::Unauthorized { reason: "allow it".to_owned() });
        let entries = table.watch().borrow().clone();
        assert_eq!(entries.len(), 2);
        assert_eq!((&entries[0].serial, entries[0].ways.len()), (&serial, 2));
        assert_eq!(entries[0].state, PhoneState::Unauthorized { reason: "allow it".to_owned() });
        assert_eq!(entries[0].way(), Some(&tcp("b:1")));
    }
}
