//! What the server itself has to do with events: it tells how the connections to phones are doing, and forgets what
//! happened long ago. What happens to tasks, the store tells with the change.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tikmatrix_device::registry::PhoneEntry;
use tikmatrix_domain::{Clock, EventSubject, Serial};
use tikmatrix_storage::Store;
use tokio::sync::watch;
use tokio::time::sleep;

use crate::devices::view::{DeviceState, device_state};

/// How many events are kept, give or take those of a minute: some 20 MB.
const KEPT: u32 = 100_000;
const FORGET_EVERY: Duration = Duration::from_secs(60);
/// After the database could not be written to.
const TELL_AGAIN_AFTER: Duration = Duration::from_secs(5);

/// A phone: its serial or, as long as nobody knows that, the way to it.
type Phone = (Option<Serial>, String);
/// What there is to tell of each.
type Phones = HashMap<Phone, EventSubject>;

/// Goes on until it is dropped.
pub(crate) async fn run(store: Store, phones: watch::Receiver<Vec<PhoneEntry>>, clock: Arc<dyn Clock>) {
    tokio::join!(tell_of_phones(&store, phones, &*clock), forget(&store));
}

async fn tell_of_phones(store: &Store, mut phones: watch::Receiver<Vec<PhoneEntry>>, clock: &dyn Clock) {
    let mut told = HashMap::new();
    loop {
        let now = as_it_is(&phones.borrow_and_update());
        let mut all_told = true;
        for (phone, subject) in changes(&told, &now) {
            match store.record_device_event(phone.0.clone(), subject.clone(), clock.now()).await {
                Ok(()) => drop(told.insert(phone, subject)),
                Err(error) => {
                    log::warn!("{error}");
                    all_told = false;
                }
            }
        }
        if all_told {
            told = now;
        }
        tokio::select! {
            changed = phones.changed() => if changed.is_err() {
                // The registry is gone: its phones are what they are until the end.
                return;
            },
            () = sleep(TELL_AGAIN_AFTER), if !all_told => {}
        }
    }
}

fn as_it_is(entries: &[PhoneEntry]) -> Phones {
    let subject = |entry: &PhoneEntry| {
        let (state, reason) = device_state(Some(entry));
        let address = entry.endpoint().map(ToString::to_string).unwrap_or_default();
        let nameless = if entry.serial.is_none() { address.clone() } else { String::new() };
        let subject = EventSubject::Device { address, state: state.text().to_owned(), reason };
        ((entry.serial.clone(), nameless), subject)
    };
    entries.iter().map(subject).collect()
}

/// What is to be told: phones in a new state, and phones that are gone. One that was nameless and has a serial now is
/// told under that.
fn changes(told: &Phones, now: &Phones) -> Vec<(Phone, EventSubject)> {
    let new = now.iter().filter(|(phone, subject)| told.get(*phone).map(state) != Some(state(subject)));
    let new = new.map(|(phone, subject)| (phone.clone(), subject.clone()));
    let gone = told.iter().filter(|(phone, subject)| {
        phone.0.is_some() && !now.contains_key(*phone) && state(subject) != DeviceState::Absent.text()
    });
    let gone = gone.map(|(phone, subject)| {
        let EventSubject::Device { address, .. } = subject else { return (phone.clone(), subject.clone()) };
        let state = DeviceState::Absent.text().to_owned();
        let reason = Some("nothing leads to it any more".to_owned());
        (phone.clone(), EventSubject::Device { address: address.clone(), state, reason })
    });
    new.chain(gone).collect()
}

/// The reason changes with each attempt to reach a phone, and is told with the state alone.
fn state(subject: &EventSubject) -> &str {
    match subject {
        EventSubject::Device { state, .. } => state,
        EventSubject::Task { .. } => "",
    }
}

async fn forget(store: &Store) {
    loop {
        if let Err(error) = store.prune_events(KEPT).await {
            log::warn!("{error}");
        }
        sleep(FORGET_EVERY).await;
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
    fn a_phone_is_told_of_when_its_state_changes_and_when_it_is_gone() {
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
