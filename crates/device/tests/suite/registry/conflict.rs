//! Two phones that report one serial: neither is used in the place of the other, and both are shown, until one is gone.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::time::Duration;

use tikmatrix_device::phone::Deadline;
use tikmatrix_device::registry::{Backoff, PhoneEntry, PhoneState, Registry, RegistryOptions};
use tikmatrix_virtual_phone::{Farm, FarmOptions, Fault, VirtualPhone};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::port_forward::Forward;

const SERIAL: &str = "0123456789ABCDEF";

/// Short waits, so that the tests do not take long; none of them depends on how short.
const SHORT_DELAYS: RegistryOptions = RegistryOptions {
    connect_time: Duration::from_secs(5),
    approval_time: Duration::from_secs(20),
    probe_interval: Duration::from_millis(20),
    probe_time: Duration::from_secs(5),
    backoff: Backoff { initial: Duration::from_millis(10), max: Duration::from_millis(50) },
    jitter: || 0.5,
};

/// Two phones that report one serial.
async fn twins() -> (Farm, [VirtualPhone; 2]) {
    let farm = Farm::start(FarmOptions { count: 2, first_port: None, seed: 1 }).await.unwrap();
    let phones = [farm.phones()[0].clone(), farm.phones()[1].clone()];
    for phone in &phones {
        phone.report_serial(SERIAL);
    }
    (farm, phones)
}

fn address(phone: &VirtualPhone) -> String {
    phone.address().to_string()
}

async fn until(registry: &Registry, wanted: impl FnMut(&Vec<PhoneEntry>) -> bool) -> Vec<PhoneEntry> {
    let mut entries = registry.watch();
    let found = Deadline::after(Duration::from_secs(20)).run(entries.wait_for(wanted)).await;
    found.expect("the phones never came to be as wanted").unwrap().clone()
}

fn is_ready(entry: &PhoneEntry) -> bool {
    entry.state == PhoneState::Ready && entry.phone.is_some()
}

fn is_in_conflict(entry: &PhoneEntry) -> bool {
    matches!(entry.state, PhoneState::Conflict { .. })
}

fn is_at(entry: &PhoneEntry, address: &str) -> bool {
    entry.endpoint().is_some_and(|endpoint| endpoint.to_string() == address)
}

#[tokio::test]
async fn two_phones_with_one_serial_are_both_shown_and_neither_is_used_until_one_is_removed() {
    let (_farm, [one, other]) = twins().await;
    let registry = Registry::start_with(vec![address(&one)], SHORT_DELAYS);
    let before = until(&registry, |entries| is_ready(&entries[0])).await;
    registry.add(&address(&other));
    let entries = until(&registry, |entries| entries.len() == 2 && entries.iter().all(is_in_conflict)).await;
    for (entry, rival) in [(&entries[0], address(&other)), (&entries[1], address(&one))] {
        assert_eq!(entry.serial.as_ref().unwrap().as_str(), SERIAL);
        assert!(entry.phone.is_none() && entry.endpoints.iter().all(|way| !way.in_use), "{entry:?}");
        assert!(entry.state.reason().unwrap().contains(&rival), "{entry:?}");
    }
    let running = before[0].phone.clone().unwrap();
    let output = running.shell("echo on", Deadline::after(Duration::from_secs(20))).await.unwrap();
    assert_eq!(output.stdout_text(), "on\n", "what runs on the first one goes on");
    registry.remove(&address(&one)).await;
    let entries = until(&registry, |entries| entries.len() == 1 && is_ready(&entries[0])).await;
    assert!(is_at(&entries[0], &address(&other)), "{entries:?}");
}

#[tokio::test]
async fn a_phone_that_goes_away_never_leaves_its_serial_to_another_one() {
    let (farm, [one, other]) = twins().await;
    let forward = Forward::to(address(&one)).await;
    let registry = Registry::start_with(vec![forward.address.clone(), address(&other)], SHORT_DELAYS);
    until(&registry, |entries| entries.iter().all(is_in_conflict)).await;
    forward.cut();
    let entries = until(&registry, |entries| {
        entries.iter().any(|entry| matches!(entry.state, PhoneState::Absent { .. }))
    })
    .await;
    assert!(entries.iter().any(is_in_conflict) && entries.iter().all(|entry| entry.phone.is_none()));
    // Also not after the other one was connected anew, which asks it who it is.
    let asked =
        || other.commands().iter().filter(|words| words.iter().any(|word| word == "android_id")).count();
    let (mut seen, before) = (registry.watch(), asked());
    other.arm(Fault::Disconnect { after_bytes: None });
    let reconnected = async {
        loop {
            let entries = seen.borrow_and_update().clone();
            assert!(entries.iter().all(|entry| entry.phone.is_none()), "it was used: {entries:?}");
            if asked() > before && entries.iter().any(is_in_conflict) {
                return;
            }
            seen.changed().await.unwrap();
        }
    };
    Deadline::after(Duration::from_secs(20)).run(reconnected).await.unwrap();
    drop(farm);
}

#[tokio::test]
async fn a_conflict_is_over_when_one_phone_reports_another_serial() {
    let (_farm, [one, other]) = twins().await;
    let registry = Registry::start_with(vec![address(&one), address(&other)], SHORT_DELAYS);
    until(&registry, |entries| entries.iter().all(is_in_conflict)).await;
    other.report_serial("renamed");
    other.arm(Fault::Disconnect { after_bytes: None });
    let entries = until(&registry, |entries| entries.iter().all(is_ready)).await;
    let serials: Vec<&str> = entries.iter().map(|entry| entry.serial.as_ref().unwrap().as_str()).collect();
    assert_eq!(serials, [SERIAL, "renamed"]);
}

/// An address that leads to one phone or another, as one that a router gives to another phone.
async fn switchable(target: watch::Receiver<String>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        while let Ok((mut here, _)) = listener.accept().await {
            let mut target = target.clone();
            tokio::spawn(async move {
                let there = target.borrow_and_update().clone();
                let mut there = TcpStream::connect(there).await.unwrap();
                tokio::select! {
                    _ended = tokio::io::copy_bidirectional(&mut here, &mut there) => {}
                    _ = target.changed() => {}
                }
            });
        }
    });
    address
}

#[tokio::test]
async fn an_address_stays_with_the_phone_that_it_led_to_first_until_it_is_removed() {
    let farm = Farm::start(FarmOptions { count: 2, first_port: None, seed: 1 }).await.unwrap();
    let target = watch::Sender::new(address(&farm.phones()[0]));
    let address_of_both = switchable(target.subscribe()).await;
    let registry = Registry::start_with(vec![address_of_both.clone()], SHORT_DELAYS);
    until(&registry, |entries| is_ready(&entries[0])).await;
    target.send_replace(address(&farm.phones()[1]));
    let entries = until(&registry, |entries| {
        matches!(&entries[0].state, PhoneState::Offline { reason } if reason.contains("(virtual-1)"))
    })
    .await;
    assert!(entries[0].phone.is_none());
    assert_eq!(entries[0].serial.as_ref().unwrap().as_str(), "virtual-1");
    // The phone itself, started anew, is still the one.
    target.send_replace(address(&farm.phones()[0]));
    until(&registry, |entries| is_ready(&entries[0])).await;
    target.send_replace(address(&farm.phones()[1]));
    until(&registry, |entries| !is_ready(&entries[0])).await;
    registry.remove(&address_of_both).await;
    registry.add(&address_of_both);
    let entries = until(&registry, |entries| entries.iter().any(is_ready)).await;
    assert_eq!(entries[0].serial.as_ref().unwrap().as_str(), "virtual-2");
}

#[tokio::test]
async fn a_way_that_reports_the_serial_of_another_phone_is_no_second_way_to_it() {
    let farm = Farm::start(FarmOptions { count: 2, first_port: None, seed: 1 }).await.unwrap();
    let (one, liar) = (&farm.phones()[0], &farm.phones()[1]);
    let forward = Forward::to(address(one)).await;
    let registry = Registry::start_with(vec![address(one), forward.address.clone()], SHORT_DELAYS);
    until(&registry, |entries| {
        entries.len() == 1 && entries[0].endpoints.len() == 2 && is_ready(&entries[0])
    })
    .await;
    liar.report_serial("virtual-1");
    registry.add(&address(liar));
    let entries = until(&registry, |entries| entries.len() == 2 && entries.iter().all(is_in_conflict)).await;
    assert_eq!(entries.iter().map(|entry| entry.endpoints.len()).collect::<Vec<_>>(), [2, 1]);
    registry.remove(&address(liar)).await;
    until(&registry, |entries| entries.len() == 1 && is_ready(&entries[0])).await;
}
