//! Phones that go away, come back, fall silent or turn up twice, and what the registry says of them.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use crate::peer::{Peer, listen};
use tikmatrix_device::adb::packet::{Command, Packet};
use tikmatrix_device::adb::sync::{Response, Status};
use tikmatrix_device::phone::Deadline;
use tikmatrix_device::registry::{Backoff, PhoneEntry, PhoneState, Registry, RegistryOptions};
use tokio::net::TcpListener;
use tokio::sync::watch;

/// Short waits, so that the tests do not take long; none of them depends on how short.
const SHORT_DELAYS: RegistryOptions = RegistryOptions {
    connect_time: Duration::from_secs(5),
    approval_time: Duration::from_secs(20),
    probe_interval: Duration::from_millis(20),
    probe_time: Duration::from_millis(300),
    backoff: Backoff { initial: Duration::from_millis(10), max: Duration::from_millis(50) },
    jitter: || 0.5,
};

/// The id of the boot and that of the user: one phone, whatever its address.
const IDENTITY: &[u8] = b"9f7c6a0e-62a5-4f0b-9d55-0a5e7c6c3b11\n3f2a9c1db7e84a60\n";

/// Plays phones named `serial` on `listener`, one connection after the other, which answer probes until `silent`.
/// Ends the current connection whenever `cut` is told.
async fn play(
    listener: TcpListener,
    serial: &'static str,
    mut silent: watch::Receiver<bool>,
    cut: watch::Receiver<u32>,
) {
    loop {
        let mut cut = cut.clone();
        cut.mark_unchanged();
        let mut peer = Peer::welcome(&listener, serial, &["shell_v2"]).await;
        let open = peer.expect(Command::Open).await;
        assert!(open.payload.windows(7).any(|word| word == b"boot_id"), "{:?}", open.payload);
        peer.run(&open, false, IDENTITY).await;
        tokio::select! {
            () = answer_probes(&mut peer, &mut silent) => {}
            _ = cut.changed() => {}
        }
    }
}

async fn answer_probes(peer: &mut Peer, silent: &mut watch::Receiver<bool>) {
    let status = Status { mode: 0o040_755, size: 4096, mtime: 1 };
    while let Some(packet) = peer.try_read().await {
        if silent.wait_for(|silent| !silent).await.is_err() {
            return;
        }
        let (local, remote) = (packet.arg0 + 1000, packet.arg0);
        match packet.command {
            Command::Open => peer.send(Packet::bare(Command::Okay, local, remote)).await,
            Command::Wrte => {
                peer.send(Packet::bare(Command::Okay, local, remote)).await;
                peer.send(Packet::new(Command::Wrte, local, remote, Response::Stat(status).encode())).await;
            }
            _ => {}
        }
    }
}

/// A played phone and the two ways to trouble it.
struct Played {
    address: String,
    silent: watch::Sender<bool>,
    cut: watch::Sender<u32>,
    task: tokio::task::JoinHandle<()>,
}

async fn played(serial: &'static str) -> Played {
    let (listener, address) = listen().await;
    let (silent, cut) = (watch::Sender::new(false), watch::Sender::new(0));
    let task = tokio::spawn(play(listener, serial, silent.subscribe(), cut.subscribe()));
    Played { address, silent, cut, task }
}

/// Waits until the entries are as wanted.
async fn until(registry: &Registry, wanted: impl FnMut(&Vec<PhoneEntry>) -> bool) -> Vec<PhoneEntry> {
    let mut entries = registry.watch();
    let found = Deadline::after(Duration::from_secs(20)).run(entries.wait_for(wanted)).await;
    found.expect("the phones never came to be as wanted").unwrap().clone()
}

fn is_ready(entry: &PhoneEntry) -> bool {
    entry.state == PhoneState::Ready && entry.phone.is_some()
}

fn absent_because(entry: &PhoneEntry, words: &str) -> bool {
    matches!(&entry.state, PhoneState::Absent { reason } if reason.contains(words)) && entry.phone.is_none()
}

fn stalled_because(entry: &PhoneEntry, words: &str) -> bool {
    matches!(&entry.state, PhoneState::Stalled { reason } if reason.contains(words)) && entry.phone.is_none()
}

fn offline_because(entry: &PhoneEntry, words: &str) -> bool {
    matches!(&entry.state, PhoneState::Offline { reason } if reason.contains(words)) && entry.phone.is_none()
}

#[tokio::test]
async fn a_phone_that_goes_away_is_reported_and_is_reconnected() {
    let phone = played("serial-1").await;
    let registry = Registry::start_with(vec![phone.address.clone()], SHORT_DELAYS);
    let entries = until(&registry, |entries| is_ready(&entries[0])).await;
    assert_eq!(entries[0].serial.as_ref().unwrap().as_str(), "serial-1");
    let first = entries[0].phone.clone().unwrap();

    let mut seen = registry.watch();
    phone.cut.send_modify(|count| *count += 1);
    let gone =
        Deadline::after(Duration::from_secs(20)).run(seen.wait_for(|entries| !is_ready(&entries[0]))).await;
    let gone = gone.unwrap().unwrap().clone();
    assert!(offline_because(&gone[0], "connection was lost"), "{gone:?}");
    assert!(gone[0].serial.is_some(), "the serial number is kept");
    assert!(first.connection().closed().await.is_transient());
    until(&registry, |entries| is_ready(&entries[0])).await;
}

#[tokio::test]
async fn a_phone_that_falls_silent_is_let_go_although_its_socket_is_open() {
    let phone = played("serial-1").await;
    let registry = Registry::start_with(vec![phone.address.clone()], SHORT_DELAYS);
    let entries = until(&registry, |entries| is_ready(&entries[0])).await;
    let held = entries[0].phone.clone().unwrap();
    phone.silent.send_replace(true);
    until(&registry, |entries| stalled_because(&entries[0], "does not answer")).await;
    let call = held.files().stat("/", Deadline::after(Duration::from_secs(20))).await.unwrap_err();
    assert!(call.to_string().contains("does not answer"), "{call}");
    phone.silent.send_replace(false);
    until(&registry, |entries| is_ready(&entries[0])).await;
}

#[tokio::test]
async fn an_address_without_a_phone_is_retried_until_there_is_one() {
    let (listener, address) = listen().await;
    drop(listener);
    let registry = Registry::start_with(vec![address.clone()], SHORT_DELAYS);
    until(&registry, |entries| absent_because(&entries[0], "cannot be reached")).await;
    let listener = TcpListener::bind(&address).await.unwrap();
    let (silent, cut) = (watch::Sender::new(false), watch::Sender::new(0));
    tokio::spawn(play(listener, "late-1", silent.subscribe(), cut.subscribe()));
    let entries = until(&registry, |entries| is_ready(&entries[0])).await;
    assert_eq!(entries[0].serial.as_ref().unwrap().as_str(), "late-1");
}

#[tokio::test]
async fn a_phone_that_hangs_up_is_tried_again_after_waits_that_grow_and_are_spread() {
    static SPREAD: AtomicU32 = AtomicU32::new(0);
    let backoff = Backoff { initial: Duration::from_millis(20), max: Duration::from_millis(80) };
    let jitter = || {
        SPREAD.fetch_add(1, Ordering::Relaxed);
        1.0
    };
    let (listener, address) = listen().await;
    let _registry = Registry::start_with(vec![address], RegistryOptions { backoff, jitter, ..SHORT_DELAYS });
    let mut hung_up: Option<Instant> = None;
    // A wait never ends early, however busy the machine is.
    for least in [0, 20, 40, 80, 80] {
        drop(listener.accept().await.unwrap());
        let waited = hung_up.replace(Instant::now()).map_or(Duration::ZERO, |before| before.elapsed());
        assert!(waited >= Duration::from_millis(least), "{waited:?} instead of {least} ms");
    }
    assert_eq!(SPREAD.load(Ordering::Relaxed), 4, "each wait is spread anew");
}

#[tokio::test]
async fn one_phone_behind_two_addresses_is_used_once_and_the_other_way_takes_over() {
    let (first, second) = (played("same-1").await, played("same-1").await);
    let registry = Registry::start_with(vec![first.address.clone()], SHORT_DELAYS);
    until(&registry, |entries| is_ready(&entries[0])).await;
    registry.add(&second.address);
    registry.add(&second.address);
    let entries = until(&registry, |entries| entries.len() == 1 && entries[0].endpoints.len() == 2).await;
    let in_use: Vec<(String, bool)> =
        entries[0].endpoints.iter().map(|entry| (entry.endpoint.to_string(), entry.in_use)).collect();
    assert_eq!(in_use, [(first.address.clone(), true), (second.address.clone(), false)]);
    assert!(is_ready(&entries[0]));

    first.task.abort();
    let entries = until(&registry, |entries| {
        is_ready(&entries[0]) && entries[0].endpoint().is_some_and(|way| way.to_string() == second.address)
    })
    .await;
    assert_eq!(entries.len(), 1);
}

#[tokio::test]
async fn a_shut_down_registry_holds_no_phone() {
    let (one, two) = (played("one").await, played("two").await);
    let registry = Registry::start_with(vec![one.address, two.address], SHORT_DELAYS);
    let entries = until(&registry, |entries| entries.iter().all(is_ready)).await;
    registry.shutdown().await;
    assert!(registry.watch().borrow().is_empty());
    for entry in entries {
        assert!(entry.phone.unwrap().connection().closed().await.to_string().contains("released"));
    }
}
