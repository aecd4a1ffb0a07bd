//! Records events about the connections to phones, and deletes old events. Events about tasks are recorded by the store
//! with the change itself.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tikmatrix_api_types::devices::DeviceState;
use tikmatrix_device::registry::PhoneEntry;
use tikmatrix_domain::{Clock, EventSubject, Serial};
use tikmatrix_storage::Store;
use tokio::sync::watch;
use tokio::time::sleep;

use crate::devices::convert::device_state;

/// Some 20 MB; up to a minute's events more are stored.
const MAX_EVENTS: u32 = 100_000;
const CLEANUP_INTERVAL: Duration = Duration::from_secs(60);
/// After the database could not be written to.
const RETRY_DELAY: Duration = Duration::from_secs(5);

/// A phone: its serial or, while that is not known, its address.
type Phone = (Option<Serial>, String);
/// The last event of each.
type Phones = HashMap<Phone, EventSubject>;

/// Runs until it is dropped.
pub(crate) async fn run(store: Store, phones: watch::Receiver<Vec<PhoneEntry>>, clock: Arc<dyn Clock>) {
    tokio::join!(record_phones(&store, phones, &*clock), delete_old(&store));
}

async fn record_phones(store: &Store, mut phones: watch::Receiver<Vec<PhoneEntry>>, clock: &dyn Clock) {
    let mut recorded = HashMap::new();
    loop {
        let now = as_it_is(&phones.borrow_and_update());
        let mut is_complete = true;
        for (phone, subject) in changes(&recorded, &now) {
            let is_ready = readiness(&subject);
            let recorded_now =
                store.events().record_device_event(phone.0.clone(), subject.clone(), is_ready, clock.now());
            match recorded_now.await {
                Ok(()) => drop(recorded.insert(phone, subject)),
                Err(error) => {
                    log::warn!("{error}");
                    is_complete = false;
                }
            }
        }
        if is_complete {
            recorded = now;
        }
        tokio::select! {
            changed = phones.changed() => if changed.is_err() {
                // The registry is gone: its phones are what they are until the end.
                return;
            },
            () = sleep(RETRY_DELAY), if !is_complete => {}
        }
    }
}

fn as_it_is(entries: &[PhoneEntry]) -> Phones {
    let subject = |entry: &PhoneEntry| {
        let (state, reason) = device_state(Some(entry));
        let address = entry.endpoint().map(ToString::to_string).unwrap_or_default();
        let nameless = if entry.serial.is_none() { address.clone() } else { String::new() };
        let subject = EventSubject::Device { address, state: state.as_str().to_owned(), reason };
        ((entry.serial.clone(), nameless), subject)
    };
    // Of several phones that report one serial, the last one counts: one that is connected, if any.
    let (connected, away): (Vec<_>, Vec<_>) = entries.iter().partition(|entry| entry.is_connected());
    away.into_iter().chain(connected).map(subject).collect()
}

/// The events to record: phones in a new state, and phones that are gone. One whose serial has become known is recorded
/// under that.
fn changes(told: &Phones, now: &Phones) -> Vec<(Phone, EventSubject)> {
    let new = now.iter().filter(|(phone, subject)| told.get(*phone).map(state) != Some(state(subject)));
    let new = new.map(|(phone, subject)| (phone.clone(), subject.clone()));
    let gone = told.iter().filter(|(phone, subject)| {
        phone.0.is_some() && !now.contains_key(*phone) && state(subject) != DeviceState::Absent.as_str()
    });
    let gone = gone.map(|(phone, subject)| {
        let EventSubject::Device { address, .. } = subject else { return (phone.clone(), subject.clone()) };
        let state = DeviceState::Absent.as_str().to_owned();
        let reason = Some("nothing leads to it any more".to_owned());
        (phone.clone(), EventSubject::Device { address: address.clone(), state, reason })
    });
    new.chain(gone).collect()
}

/// The reason changes with each attempt to reach a phone, and is no event without a new state.
fn state(subject: &EventSubject) -> &str {
    match subject {
        EventSubject::Device { state, .. } => state,
        EventSubject::Task { .. } => "",
    }
}

/// Returns whether a phone can be used; `None` while the first connection to it is being made.
fn readiness(subject: &EventSubject) -> Option<bool> {
    let state = state(subject);
    (state != DeviceState::Connecting.as_str()).then_some(state == DeviceState::Ready.as_str())
}

async fn delete_old(store: &Store) {
    loop {
        if let Err(error) = store.events().prune(MAX_EVENTS).await {
            log::warn!("{error}");
        }
        sleep(CLEANUP_INTERVAL).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phones(known: &[(Option<&str>, &str)]) -> Phones {
        let phone = |(serial, state): &(Option<&str>, &str)| {
            let serial = serial.map(|serial| Serial::new(serial).unwrap());
            let nameless = if serial.is_none() { "10.0.0.9:5555".to_owned() } else { String::new() };
            let (address, reason) = ("10.0.0.9:5555".to_owned(), None);
            ((serial, nameless), EventSubject::Device { address, state: (*state).to_owned(), reason })
        };
        known.iter().map(phone).collect()
    }

    #[test]
    fn a_phone_makes_an_event_when_its_state_changes_and_when_it_is_gone() {
        let states =
            |told: &[(Option<&str>, &str)], now: &[(Option<&str>, &str)]| -> Vec<(Option<String>, String)> {
                let changes = changes(&phones(told), &phones(now)).into_iter();
                changes
                    .map(|(phone, subject)| {
                        (phone.0.map(|serial| serial.to_string()), state(&subject).to_owned())
                    })
                    .collect()
            };
        let of = |serial: Option<&str>, state: &str| vec![(serial.map(str::to_owned), state.to_owned())];
        assert_eq!(states(&[], &[(None, "connecting")]), of(None, "connecting"));
        assert_eq!(states(&[(None, "connecting")], &[(Some("a"), "ready")]), of(Some("a"), "ready"));
        assert_eq!(states(&[(Some("a"), "ready")], &[(Some("a"), "ready")]), []);
        assert_eq!(states(&[(Some("a"), "ready")], &[(Some("a"), "stalled")]), of(Some("a"), "stalled"));
        assert_eq!(states(&[(Some("a"), "ready")], &[]), of(Some("a"), "absent"));
        assert_eq!(states(&[(Some("a"), "absent")], &[]), []);
    }
}
