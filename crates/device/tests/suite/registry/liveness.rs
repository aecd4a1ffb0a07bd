//! Whether a phone is alive: one that is busy with a long push is, an adb server that no longer answers is not,
//! though its sockets stay open.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::num::NonZeroU32;
use std::time::Duration;

use tikmatrix_device::adb::server::AdbServer;
use tikmatrix_device::phone::{Compression, Deadline, PushOptions};
use tikmatrix_device::registry::{Backoff, PhoneEntry, Registry, RegistryOptions};
use tikmatrix_virtual_phone::{CableFault, Farm, FarmOptions, Fault};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Short waits, so that the tests do not take long.
const SHORT_DELAYS: RegistryOptions = RegistryOptions {
    connect_time: Duration::from_secs(5),
    approval_time: Duration::from_secs(20),
    probe_interval: Duration::from_millis(50),
    probe_time: Duration::from_millis(500),
    backoff: Backoff { initial: Duration::from_millis(10), max: Duration::from_millis(50) },
    jitter: || 0.5,
};

/// Slow enough that what waits to be sent takes many times [`RegistryOptions::probe_time`], and fast enough that the phone
/// says in that time that it took a packet.
const BYTES_PER_SECOND: NonZeroU32 = NonZeroU32::new(4_000_000).unwrap();
const PUSHED: u64 = 24_000_000;

async fn until(registry: &Registry, wanted: impl FnMut(&Vec<PhoneEntry>) -> bool) -> Vec<PhoneEntry> {
    let mut entries = registry.watch();
    let found = Deadline::after(Duration::from_secs(60)).run(entries.wait_for(wanted)).await;
    found.expect("the phones never came to be as wanted").unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_is_busy_with_a_long_push_is_not_let_go() {
    let farm = Farm::start(FarmOptions { count: 1, first_port: None, seed: 1 }).await.unwrap();
    let virtual_phone = &farm.phones()[0];
    let registry = Registry::start_with(vec![virtual_phone.address().to_string()], SHORT_DELAYS);
    let entries = until(&registry, |entries| entries[0].phone.is_some()).await;
    let phone = entries[0].phone.clone().unwrap();
    virtual_phone.arm(Fault::Cable(CableFault::Slow { bytes_per_second: BYTES_PER_SECOND }));
    let plain = PushOptions { compression: Compression::Never, ..PushOptions::default() };
    let deadline = Deadline::after(Duration::from_secs(60));
    let file = tokio::io::repeat(7).take(PUSHED);
    phone.files().push(file, "/sdcard/long", plain, |_| {}, deadline).await.unwrap();
    let left = phone.files().stat("/sdcard/long", deadline).await.unwrap().unwrap();
    assert_eq!(left.size, PUSHED);
    registry.shutdown().await;
    farm.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_adb_server_that_answers_no_longer_is_let_go_with_its_phones_until_it_does() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = AdbServer::at(&listener.local_addr().unwrap().to_string());
    let hangs = watch::Sender::new(false);
    let told = hangs.subscribe();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            tokio::spawn(serve(socket, told.clone()));
        }
    });
    let registry = Registry::start_with(Vec::new(), SHORT_DELAYS);
    registry.follow(server);
    until(&registry, |entries| entries.len() == 1).await;
    hangs.send_replace(true);
    until(&registry, Vec::is_empty).await;
    hangs.send_replace(false);
    until(&registry, |entries| entries.len() == 1).await;
    registry.shutdown().await;
}

/// Answers as an adb server with one unauthorized phone, unless it hangs.
async fn serve(mut socket: TcpStream, mut hangs: watch::Receiver<bool>) {
    let mut length = [0; 4];
    while socket.read_exact(&mut length).await.is_ok() {
        let mut request = vec![0; usize::from_str_radix(std::str::from_utf8(&length).unwrap(), 16).unwrap()];
        let answer: &[u8] = match socket.read_exact(&mut request).await {
            Ok(_) if request == b"host:version" => b"OKAY00040029",
            Ok(_) if request == b"host:track-devices-l" => b"OKAY0013usb-1\tunauthorized\n",
            _ => return,
        };
        let answers = hangs.wait_for(|hangs| !hangs).await.is_ok();
        if !answers || socket.write_all(answer).await.is_err() {
            return;
        }
    }
}
