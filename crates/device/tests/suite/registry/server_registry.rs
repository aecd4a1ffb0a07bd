//! Phones that an adb server knows: how they come and go, what is said of them, and that one that is reached by USB and
//! by TCP is one phone.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::time::Duration;

use crate::played_server::{Listed, PlayedServer};
use crate::port_forward::Forward;
use tikmatrix_device::phone::{AdbCause, Deadline, Phone, PushOptions};
use tikmatrix_device::registry::{Backoff, Endpoint, PhoneEntry, PhoneState, Registry, RegistryOptions};
use tikmatrix_virtual_phone::{Farm, FarmOptions};
use tokio::io::AsyncReadExt;

/// Short waits, so that the tests do not take long; none of them depends on how short.
const SHORT_DELAYS: RegistryOptions = RegistryOptions {
    connect_time: Duration::from_secs(5),
    approval_time: Duration::from_secs(20),
    probe_interval: Duration::from_millis(20),
    probe_time: Duration::from_secs(5),
    backoff: Backoff { initial: Duration::from_millis(10), max: Duration::from_millis(50) },
    jitter: || 0.5,
};

fn soon() -> Deadline {
    Deadline::after(Duration::from_secs(20))
}

async fn farm(count: u16) -> Farm {
    Farm::start(FarmOptions { count, first_port: None, seed: 1 }).await.unwrap()
}

/// The first phone of the farm as a server lists it.
fn listed(farm: &Farm, state: &'static str, transport_id: u64) -> Listed {
    let address = farm.phones()[0].address().to_string();
    Listed { serial: "usb-1", state, port: "usb:1-7", transport_id, address }
}

async fn until(registry: &Registry, wanted: impl FnMut(&Vec<PhoneEntry>) -> bool) -> Vec<PhoneEntry> {
    let mut entries = registry.watch();
    let found = Deadline::after(Duration::from_secs(20)).run(entries.wait_for(wanted)).await;
    found.expect("the phones never came to be as wanted").unwrap().clone()
}

fn following(server: &PlayedServer) -> Registry {
    let registry = Registry::start_with(Vec::new(), SHORT_DELAYS);
    registry.follow(server.server());
    registry
}

fn is_ready(entry: &PhoneEntry) -> bool {
    entry.state == PhoneState::Ready && entry.phone.is_some()
}

fn by_server(entry: &PhoneEntry) -> bool {
    matches!(entry.endpoint(), Some(Endpoint::AdbServer { .. }))
}

#[tokio::test]
async fn everything_that_is_asked_of_a_phone_goes_through_the_server_too() {
    let (farm, server) = (farm(1).await, PlayedServer::start().await);
    server.list(vec![listed(&farm, "device", 7)]);
    let phone = Phone::connect_through(&server.server(), "usb-1", soon()).await.unwrap();
    assert_eq!(phone.serial().as_str(), "virtual-1");
    let output = phone.shell("echo out; echo err >&2; exit 7", soon()).await.unwrap();
    assert_eq!((output.stdout_text().as_ref(), output.stderr_text().as_ref()), ("out\n", "err\n"));
    assert_eq!(output.exit_status, 7);
    let content: Vec<u8> =
        (0..1_000_000_u32).map(|number| number.wrapping_mul(2_654_435_761).to_le_bytes()[3]).collect();
    phone.files().push(&content[..], "/sdcard/a.mp4", PushOptions::default(), |_| {}, soon()).await.unwrap();
    let mut pulled = Vec::new();
    phone.files().pull("/sdcard/a.mp4", &mut pulled, soon()).await.unwrap();
    assert!(pulled == content);
    let mut stream = phone.open("exec:echo raw", soon()).await.unwrap();
    let mut raw = String::new();
    stream.read_to_string(&mut raw).await.unwrap();
    assert_eq!(raw, "raw\n");
    let refused = phone.open("no-such-service:", soon()).await.unwrap_err();
    assert!(matches!(refused.cause(), AdbCause::Refused), "{refused}");
    let late = phone.shell("sleep 1000", Deadline::after(Duration::from_millis(100))).await.unwrap_err();
    assert!(matches!(late.cause(), AdbCause::DeadlinePassed(_)), "{late}");
}

#[tokio::test]
async fn a_server_that_gives_no_transport_ids_is_asked_by_serial() {
    let (farm, server) = (farm(1).await, PlayedServer::start().await);
    server.list(vec![listed(&farm, "device", 0)]);
    let phone = Phone::connect_through(&server.server(), "usb-1", soon()).await.unwrap();
    assert_eq!(phone.shell("echo on", soon()).await.unwrap().stdout_text(), "on\n");
    let registry = following(&server);
    until(&registry, |entries| entries.iter().any(is_ready)).await;
}

#[tokio::test]
async fn what_the_server_cannot_do_is_an_error_in_its_words() {
    let (_farm, server) = (farm(1).await, PlayedServer::start().await);
    let refused = server.server().connect("10.0.0.1:5555", soon()).await.unwrap_err();
    assert!(refused.to_string().contains("Connection refused"), "a failure inside an OKAY: {refused}");
    let unknown = Phone::connect_through(&server.server(), "unknown", soon()).await.unwrap_err();
    assert!(unknown.to_string().contains("device 'unknown' not found"), "{unknown}");
    let address = server.stop();
    let gone = tikmatrix_device::adb::server::AdbServer::at(&address);
    let error = gone.version(soon()).await.unwrap_err();
    let line = format!("no adb server at {address} (Connection ");
    assert!(error.is_transient() && error.to_string().starts_with(&line), "{error}");
    let error = Phone::connect_through(&gone, "any", soon()).await.unwrap_err();
    assert!(error.is_transient() && error.code() == "unreachable", "{error}");
    assert_eq!(error.to_string().matches(&address).count(), 1, "{error}");
}

#[tokio::test]
async fn a_phone_is_used_while_it_is_plugged_in_and_let_go_at_once_when_it_is_not() {
    let (farm, server) = (farm(1).await, PlayedServer::start().await);
    let registry = following(&server);
    server.list(vec![listed(&farm, "device", 7)]);
    let entries = until(&registry, |entries| entries.iter().any(is_ready)).await;
    assert_eq!(entries[0].serial.as_ref().unwrap().as_str(), "virtual-1");
    let phone = entries[0].phone.clone().unwrap();
    let mut running = phone.open("shell,v2,raw:sleep 1000", soon()).await.unwrap();
    server.list(Vec::new());
    until(&registry, Vec::is_empty).await;
    let cut = soon().run(running.read_u8()).await.unwrap().unwrap_err();
    assert!(cut.to_string().contains("released"), "what runs ends with it: {cut}");
    server.list(vec![listed(&farm, "device", 8)]);
    until(&registry, |entries| entries.iter().any(is_ready)).await;
}

#[tokio::test]
async fn an_unauthorized_phone_is_shown_by_its_serial_until_a_person_allows_it() {
    let (farm, server) = (farm(1).await, PlayedServer::start().await);
    let registry = following(&server);
    server.list(vec![listed(&farm, "unauthorized", 7)]);
    let entries =
        until(&registry, |entries| entries.iter().any(|entry| entry.state.reason().is_some())).await;
    assert!(matches!(entries[0].state, PhoneState::Unauthorized { .. }), "{entries:?}");
    assert_eq!(entries[0].serial.as_ref().unwrap().as_str(), "usb-1");
    server.list(vec![listed(&farm, "authorizing", 7)]);
    until(&registry, |entries| matches!(entries[0].state, PhoneState::Authorizing { .. })).await;
    server.list(vec![listed(&farm, "no permissions", 7)]);
    until(&registry, |entries| {
        matches!(&entries[0].state, PhoneState::Offline { reason } if reason.contains("no permissions"))
    })
    .await;
    server.list(vec![listed(&farm, "device", 7)]);
    until(&registry, |entries| is_ready(&entries[0])).await;
    server.list(vec![listed(&farm, "offline", 7)]);
    until(&registry, |entries| matches!(entries[0].state, PhoneState::Offline { .. })).await;
}

#[tokio::test]
async fn a_phone_whose_line_has_a_port_of_libusb_or_spaces_in_its_name_is_used() {
    for (serial, port) in
        [("usb-1", "3-1.2"), ("adb-X (2)._adb-tls-connect._tcp", ""), ("my phone offline", "usb:1-7")]
    {
        let (farm, server) = (farm(1).await, PlayedServer::start().await);
        let registry = following(&server);
        server.list(vec![Listed { serial, port, ..listed(&farm, "device", 7) }]);
        until(&registry, |entries| entries.iter().any(is_ready)).await;
        server.list(vec![Listed { serial, port, ..listed(&farm, "unauthorized", 7) }]);
        let entries = until(&registry, |entries| !is_ready(&entries[0])).await;
        assert!(matches!(entries[0].state, PhoneState::Unauthorized { .. }), "{entries:?}");
    }
}

#[tokio::test]
async fn a_server_that_is_lost_takes_its_phones_with_it_and_brings_them_back() {
    let (farm, server) = (farm(1).await, PlayedServer::start().await);
    let registry = following(&server);
    server.list(vec![listed(&farm, "device", 7)]);
    let entries = until(&registry, |entries| entries.iter().any(is_ready)).await;
    let phone = entries[0].phone.clone().unwrap();
    let address = server.stop();
    until(&registry, Vec::is_empty).await;
    assert!(soon().run(phone.connection().closed()).await.unwrap().is_transient());
    let server = PlayedServer::start_at(&address).await;
    server.list(vec![listed(&farm, "device", 7)]);
    until(&registry, |entries| entries.iter().any(is_ready)).await;
    registry.shutdown().await;
    assert!(registry.watch().borrow().is_empty());
}

#[tokio::test]
async fn a_server_that_comes_later_is_found() {
    let farm = farm(1).await;
    let address = PlayedServer::start().await.stop();
    let registry = Registry::start_with(Vec::new(), SHORT_DELAYS);
    registry.follow(tikmatrix_device::adb::server::AdbServer::at(&address));
    registry.add(&farm.phones()[0].address().to_string());
    until(&registry, |entries| entries.iter().any(is_ready)).await;
    let server = PlayedServer::start_at(&address).await;
    server.list(vec![listed(&farm, "device", 7)]);
    until(&registry, |entries| entries[0].endpoints.len() == 2).await;
}

#[tokio::test]
async fn a_phone_by_usb_and_by_tcp_is_one_phone_and_either_way_takes_over_from_the_other() {
    let (farm, server) = (farm(1).await, PlayedServer::start().await);
    let registry = following(&server);
    server.list(vec![listed(&farm, "device", 7)]);
    let entries = until(&registry, |entries| entries.iter().any(is_ready)).await;
    let by_usb = entries[0].phone.clone().unwrap();

    let forward = Forward::to(farm.phones()[0].address().to_string()).await;
    registry.add(&forward.address);
    let entries = until(&registry, |entries| {
        entries.len() == 1
            && entries[0].endpoints.len() == 2
            && is_ready(&entries[0])
            && !by_server(&entries[0])
    })
    .await;
    assert_eq!(entries[0].endpoints.iter().map(|way| way.in_use).collect::<Vec<_>>(), [true, false]);
    let kept = by_usb.shell("echo still", soon()).await.unwrap();
    assert_eq!(kept.stdout_text(), "still\n", "what began by USB ends by USB");

    forward.cut();
    until(&registry, |entries| is_ready(&entries[0]) && by_server(&entries[0])).await;
    assert!(registry.remove(&forward.address).await);
    assert!(!registry.remove(&forward.address).await);
    let direct = farm.phones()[0].address().to_string();
    registry.add(&direct);
    until(&registry, |entries| is_ready(&entries[0]) && !by_server(&entries[0])).await;
    registry.remove(&direct).await;
    let entries = until(&registry, |entries| is_ready(&entries[0]) && by_server(&entries[0])).await;
    assert_eq!((entries.len(), entries[0].endpoints.len()), (1, 1));
}
