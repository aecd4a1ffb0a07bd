//! Phones that announce themselves: how announcements are handled, and that they are received on a real socket, which is one of
//! this machine's own loopback interface.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::time::Duration;

use mdns_sd::{IfKind, ServiceDaemon, ServiceInfo};
use tikmatrix_device::phone::{Deadline, Phone, Route};
use tikmatrix_device::registry::{
    Announcement, Backoff, Discovery, Endpoint, PhoneEntry, PhoneState, Registry, RegistryOptions,
};
use tikmatrix_virtual_phone::{Farm, FarmOptions};
use tokio::sync::mpsc;

const SHORT_DELAYS: RegistryOptions = RegistryOptions {
    connect_time: Duration::from_secs(5),
    approval_time: Duration::from_secs(5),
    probe_interval: Duration::from_millis(20),
    probe_time: Duration::from_secs(5),
    backoff: Backoff { initial: Duration::from_millis(10), max: Duration::from_millis(50) },
    jitter: || 0.5,
};

const ONE: FarmOptions = FarmOptions { count: 1, first_port: None, seed: 1 };
/// No phone is verified twice in this time.
const LONG: Duration = Duration::from_secs(3600);
/// As many names as the registry listens to.
const MOST_PHONES: usize = 1000;

fn at(instance: &str, address: SocketAddr) -> Announcement {
    Announcement::At { instance: instance.to_owned(), address }
}

fn gone(instance: &str) -> Announcement {
    Announcement::Gone { instance: instance.to_owned() }
}

/// A registry that is told what is announced.
fn told(options: RegistryOptions) -> (Registry, mpsc::Sender<Announcement>) {
    let (sender, announcements) = mpsc::channel(1);
    let registry = Registry::start_with(Vec::new(), options);
    registry.discover(Discovery::from_channel(announcements));
    (registry, sender)
}

async fn until(registry: &Registry, wanted: impl FnMut(&Vec<PhoneEntry>) -> bool) -> Vec<PhoneEntry> {
    let mut entries = registry.watch();
    let found = Deadline::after(Duration::from_secs(60)).run(entries.wait_for(wanted)).await;
    found.expect("the phones never came to be as wanted").unwrap().clone()
}

fn one_is_ready(entries: &[PhoneEntry]) -> bool {
    entries.iter().any(|entry| entry.phone.is_some())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_is_found_by_its_name_and_found_again_when_its_port_has_changed() {
    let (registry, announcements) = told(SHORT_DELAYS);
    let farm = Farm::start(ONE).await.unwrap();
    announcements.send(at("adb-1", farm.phones()[0].address())).await.unwrap();
    let entries = until(&registry, |entries| one_is_ready(entries)).await;
    assert_eq!(entries[0].serial.as_ref().unwrap().as_str(), "virtual-1");
    assert_eq!(entries[0].endpoint(), Some(&Endpoint::WirelessDebugging("adb-1".into())));

    farm.shutdown().await;
    let farm = Farm::start(ONE).await.unwrap();
    let moved = farm.phones()[0].address().to_string();
    announcements.send(at("adb-1", farm.phones()[0].address())).await.unwrap();
    let is_there = |phone: &Phone| matches!(phone.connection().route(), Route::Direct { address, .. } if *address == moved);
    until(&registry, |entries| entries[0].phone.as_ref().is_some_and(is_there)).await;

    farm.shutdown().await;
    announcements.send(gone("adb-1")).await.unwrap();
    let why = "it no longer announces itself in the network, and where it was last, it cannot be reached";
    let is_absent =
        |entry: &PhoneEntry| matches!(&entry.state, PhoneState::Absent { reason } if reason.starts_with(why));
    until(&registry, |entries| is_absent(&entries[0])).await;
    let farm = Farm::start(ONE).await.unwrap();
    announcements.send(at("adb-1", farm.phones()[0].address())).await.unwrap();
    let entries = until(&registry, |entries| one_is_ready(entries)).await;
    assert_eq!(entries.len(), 1, "it is one phone: {entries:?}");
    registry.shutdown().await;
}

/// As when an access point was off for a minute: announcements are lost with the network, and phones do not repeat them.
#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_is_announced_no_longer_is_found_where_it_was_last() {
    let (registry, announcements) = told(SHORT_DELAYS);
    let farm = Farm::start(ONE).await.unwrap();
    let address = farm.phones()[0].address();
    announcements.send(at("adb-1", address)).await.unwrap();
    until(&registry, |entries| one_is_ready(entries)).await;
    announcements.send(gone("adb-1")).await.unwrap();
    farm.shutdown().await;
    until(&registry, |entries| matches!(entries[0].state, PhoneState::Absent { .. })).await;
    let farm = Farm::start(FarmOptions { first_port: Some(address.port()), ..ONE }).await.unwrap();
    until(&registry, |entries| one_is_ready(entries)).await;
    registry.shutdown().await;
    farm.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn phones_stay_connected_when_announcements_end() {
    let (registry, announcements) = told(SHORT_DELAYS);
    let farm = Farm::start(ONE).await.unwrap();
    announcements.send(at("adb-1", farm.phones()[0].address())).await.unwrap();
    let phone = until(&registry, |entries| one_is_ready(entries)).await[0].phone.clone().unwrap();
    drop(announcements);
    phone.shell("echo", Deadline::after(Duration::from_secs(5))).await.unwrap();
    assert!(one_is_ready(&registry.watch().borrow()));
    registry.shutdown().await;
    assert!(phone.connection().closed().await.to_string().contains("released"));
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_are_gone_make_room_for_others_and_names_that_are_none_take_none() {
    let (registry, announcements) =
        told(RegistryOptions { backoff: Backoff { initial: LONG, max: LONG }, ..SHORT_DELAYS });
    let farm = Farm::start(ONE).await.unwrap();
    let silent = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
    for number in 0..MOST_PHONES {
        announcements.send(at(&format!("silent-{number}"), silent)).await.unwrap();
    }
    announcements.send(at("one too many", farm.phones()[0].address())).await.unwrap();
    announcements.send(gone("silent-0")).await.unwrap();
    announcements.send(at("not\na name", farm.phones()[0].address())).await.unwrap();
    announcements.send(at("adb-1", farm.phones()[0].address())).await.unwrap();
    let entries = until(&registry, |entries| one_is_ready(entries)).await;
    let ready = entries.iter().find(|entry| entry.phone.is_some()).unwrap();
    assert_eq!(ready.endpoint(), Some(&Endpoint::WirelessDebugging("adb-1".into())));
    let unwanted = |way: Option<&Endpoint>| matches!(way, Some(Endpoint::WirelessDebugging(name)) if !name.starts_with("silent-") && &**name != "adb-1");
    assert!(!entries.iter().any(|entry| unwanted(entry.endpoint())));
    registry.shutdown().await;
}

/// A daemon that hears and speaks on the loopback interface only.
fn daemon(port: u16) -> ServiceDaemon {
    let daemon = ServiceDaemon::new_with_port(port).unwrap();
    daemon.disable_interface(IfKind::All).unwrap();
    daemon.enable_interface(IfKind::LoopbackV4).unwrap();
    daemon
}

fn announcement(port: u16) -> ServiceInfo {
    let service = "_adb-tls-connect._tcp.local.";
    ServiceInfo::new(service, "adb-virtual-1", "phone.local.", "127.0.0.1", port, None).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_announcement_is_heard_on_a_socket_and_heard_anew_when_the_port_has_changed() {
    let farm = Farm::start(ONE).await.unwrap();
    let port = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
    let phone = daemon(port);
    phone.register(announcement(farm.phones()[0].address().port())).unwrap();
    let registry = Registry::start_with(Vec::new(), SHORT_DELAYS);
    registry.discover(Discovery::with(daemon(port)));
    let mut phones = registry.watch();
    let heard =
        Deadline::after(Duration::from_secs(60)).run(phones.wait_for(|entries| !entries.is_empty())).await;
    heard
        .expect("nothing was heard: does this machine let multicast through on its loopback interface?")
        .unwrap();
    let entries = until(&registry, |entries| one_is_ready(entries)).await;
    assert_eq!(entries[0].serial.as_ref().unwrap().as_str(), "virtual-1");
    assert!(
        matches!(entries[0].endpoint(), Some(Endpoint::WirelessDebugging(name)) if name.starts_with("adb-virtual-1."))
    );

    farm.shutdown().await;
    until(&registry, |entries| entries[0].phone.is_none() && entries[0].state != PhoneState::Ready).await;
    let farm = Farm::start(ONE).await.unwrap();
    phone.register(announcement(farm.phones()[0].address().port())).unwrap();
    until(&registry, |entries| one_is_ready(entries)).await;
    registry.shutdown().await;
}
