//! The way through an adb server against those that others wrote: Debian's (`adb` on the path) and a newer one
//! (`TIKMATRIX_NEWER_ADB`), each in front of a virtual phone and of a real adbd (`TIKMATRIX_ADBD`). Run by
//! `cargo xtask test`. Each server has a port and a home of its own, so that no user's server or key is touched.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::net::{Ipv4Addr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use sha2::{Digest, Sha256};
use tempfile::TempDir;
use tikmatrix_device::adb::server::AdbServer;
use tikmatrix_device::adb::server::device_list::ListedState;
use tikmatrix_device::phone::{
    AdbCause, Compression, Deadline, FolderCopy, Packing, Phone, PushOptions, ReverseListener,
};
use tikmatrix_device::registry::{Backoff, Endpoint, PhoneEntry, PhoneState, Registry, RegistryOptions};
use tikmatrix_virtual_phone::{Farm, FarmOptions};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

fn soon() -> Deadline {
    Deadline::after(Duration::from_secs(60))
}

/// The adb programs whose servers are met.
fn programs() -> [String; 2] {
    let newer = std::env::var("TIKMATRIX_NEWER_ADB")
        .expect("TIKMATRIX_NEWER_ADB has to name a newer adb; `cargo xtask test` unpacks one");
    let programs = ["adb".to_owned(), newer];
    let [older, newer] = programs.each_ref().map(|program| release(program));
    assert!(older < newer, "two releases are to be met, and these are {older} and {newer}");
    programs
}

/// The release of an adb, such as 29 of `Version 29.0.6-debian`.
fn release(program: &str) -> u32 {
    let output = Command::new(program).arg("version").output().expect("adb");
    let said = String::from_utf8_lossy(&output.stdout);
    let number = said.lines().find_map(|line| line.strip_prefix("Version ")?.split('.').next()?.parse().ok());
    number.unwrap_or_else(|| panic!("`{program} version` names no release: {said}"))
}

fn real_adbd() -> String {
    std::env::var("TIKMATRIX_ADBD").expect("TIKMATRIX_ADBD has to give the HOST:PORT of a real adbd")
}

/// A server that ends with the test.
struct Running {
    program: String,
    server: AdbServer,
    process: Child,
    _home: TempDir,
}

impl Running {
    async fn start(program: &str) -> Self {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
        Self::start_on(program, port).await
    }

    async fn start_on(program: &str, port: u16) -> Self {
        let home = TempDir::new().unwrap();
        let process = Command::new(program)
            .args(["-P", &port.to_string(), "nodaemon", "server"])
            .env("HOME", home.path())
            .env("ADB_MDNS_AUTO_CONNECT", "0")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the adb server");
        let server = AdbServer::at(&format!("127.0.0.1:{port}"));
        let mut running = Self { program: program.to_owned(), server, process, _home: home };
        // It says nothing once it is ready; one that ended never will be.
        while running.server.version(soon()).await.is_err() {
            assert!(running.process.try_wait().unwrap().is_none(), "{program} ended");
            tokio::task::yield_now().await;
        }
        running
    }

    /// A phone at a TCP address, once the server can use it.
    async fn phone(&self, address: &str) -> Phone {
        self.server.connect(address, soon()).await.unwrap();
        let mut tracker = self.server.track(soon()).await.unwrap();
        let usable = async {
            loop {
                let list = tracker.next().await.unwrap();
                if list.iter().any(|phone| phone.serial == address && phone.state == ListedState::Device) {
                    return;
                }
            }
        };
        soon().run(usable).await.unwrap();
        Phone::connect_through(&self.server, address, soon()).await.unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let lives = self.process.try_wait().unwrap().is_none();
        assert!(std::thread::panicking() || lives, "another program stopped the server of {}", self.program);
        // It may have ended already where a test failed.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

async fn virtual_phone() -> Farm {
    Farm::start(FarmOptions { count: 1, first_port: None, seed: 1 }).await.unwrap()
}

/// Bytes without a pattern, always the same ones.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    })
    .take(length)
    .collect()
}

/// Everything that is asked of a phone, of one whose `folder` may be written to.
async fn put_through_its_paces(phone: &Phone, folder: &str) {
    let output = phone.shell("echo out; echo err >&2; exit 7", soon()).await.unwrap();
    assert_eq!((output.stdout_text().as_ref(), output.stderr_text().as_ref()), ("out\n", "err\n"));
    assert_eq!(output.exit_status, 7);

    let (content, path) = (noise(20_000_000), format!("{folder}/it's noise"));
    let mut sent = 0;
    let options = PushOptions { mtime: 1_700_000_000, ..PushOptions::default() };
    phone.files().push(&content[..], &path, options, |bytes| sent = bytes, soon()).await.unwrap();
    assert_eq!(sent, 20_000_000);
    let found = phone.files().stat(&path, soon()).await.unwrap().unwrap();
    assert_eq!((found.size, found.mtime), (20_000_000, 1_700_000_000));
    let mut pulled = Vec::new();
    phone.files().pull(&path, &mut pulled, soon()).await.unwrap();
    assert_eq!(Sha256::digest(&pulled), Sha256::digest(&content));
    assert!(phone.files().pull("/no/such/file", Vec::new(), soon()).await.is_err());

    let mut stream = phone.open("exec:cat", soon()).await.unwrap();
    stream.write_all(b"there and back").await.unwrap();
    let mut back = [0; 14];
    soon().run(stream.read_exact(&mut back)).await.unwrap().unwrap();
    assert_eq!(&back, b"there and back");
    drop(stream);

    packed_files_come_back(phone, folder).await;
    a_folder_comes_back(phone, folder).await;

    let refused = phone.open("no-such-service:", soon()).await.unwrap_err();
    assert!(matches!(refused.cause(), AdbCause::Refused), "{refused}");
    let late = phone.shell("sleep 1000", Deadline::after(Duration::from_millis(200))).await.unwrap_err();
    assert!(matches!(late.cause(), AdbCause::DeadlinePassed(_)), "{late}");
    let calls = (0..20).map(|number| async move {
        let output = phone.shell(&format!("echo {number}"), soon()).await.unwrap();
        assert_eq!(output.stdout_text(), format!("{number}\n"));
    });
    futures_util::future::join_all(calls).await;

    let let_go = || phone.connection().disconnect("one answer is enough");
    let gone = phone.connection().watch(Duration::from_millis(1), Duration::from_secs(60), let_go).await;
    assert!(gone.to_string().contains("one answer is enough"), "{gone}");
}

/// Text, which becomes smaller on its way, in each packing.
async fn packed_files_come_back(phone: &Phone, folder: &str) {
    let text: Vec<u8> = (0..300_000_u32).flat_map(|number| format!("line {number}\n").into_bytes()).collect();
    let ways = Packing::ALL.map(Compression::With);
    for (number, compression) in ways.into_iter().chain([Compression::Auto, Compression::Never]).enumerate() {
        let path = format!("{folder}/{number}.txt");
        let options = PushOptions { compression, ..PushOptions::default() };
        phone.files().push(&text[..], &path, options, |_| {}, soon()).await.unwrap();
        let mut pulled = Vec::new();
        phone.files().pull_with(&path, &mut pulled, compression, |_| {}, soon()).await.unwrap();
        assert!(pulled == text, "{compression:?}: {} bytes came back", pulled.len());
    }
    for packing in Packing::ALL {
        assert!(
            phone.connection().banner().is_some_and(|banner| banner.offers(packing.feature())),
            "{packing:?} was not met"
        );
    }
}

async fn a_folder_comes_back(phone: &Phone, folder: &str) {
    let (here, back) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    std::fs::create_dir(here.path().join("deep")).unwrap();
    std::fs::write(here.path().join("a.txt"), "one").unwrap();
    std::fs::write(here.path().join("deep/it's ü"), noise(100_000)).unwrap();
    let there = format!("{folder}/a folder");
    let push = || FolderCopy::default().push(phone, here.path(), &there, |_| {}, soon());
    assert_eq!(push().await.unwrap().files, 2);
    assert_eq!(push().await.unwrap().unchanged, 2);
    let mut names: Vec<String> =
        phone.files().list(&there, soon()).await.unwrap().into_iter().map(|entry| entry.name).collect();
    names.sort();
    assert_eq!(names, ["a.txt", "deep"]);
    let pulled = FolderCopy::default().pull(phone, &there, back.path(), |_| {}, soon()).await.unwrap();
    assert_eq!((pulled.files, pulled.bytes), (2, 100_003));
    assert!(std::fs::read(back.path().join("deep/it's ü")).unwrap() == noise(100_000));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_virtual_phone_does_everything_through_both_servers() {
    for program in programs() {
        let (farm, running) = (virtual_phone().await, Running::start(&program).await);
        let phone = running.phone(&farm.phones()[0].address().to_string()).await;
        assert_eq!(phone.serial().as_str(), "virtual-1");
        put_through_its_paces(&phone, "/sdcard").await;
        farm.shutdown().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_adbd_does_everything_through_both_servers() {
    for program in programs() {
        let running = Running::start(&program).await;
        let phone = running.phone(&real_adbd()).await;
        let folder = TempDir::new().unwrap();
        put_through_its_paces(&phone, folder.path().to_str().unwrap()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_calls_a_socket_on_the_phone_is_heard_through_both_servers() {
    for program in programs() {
        let (farm, running) = (virtual_phone().await, Running::start(&program).await);
        let address = farm.phones()[0].address().to_string();
        let phone = running.phone(&address).await;
        for socket in ["tcp:7000", "localabstract:calls", "tcp:0"] {
            let mut listener = ReverseListener::bind(&phone, socket, soon()).await.unwrap();
            assert_ne!(listener.socket(), "tcp:0", "{program}");
            for text in ["first", "second"] {
                let mut caller = phone.open(listener.socket(), soon()).await.unwrap();
                let mut called = soon().run(listener.accept()).await.unwrap().unwrap();
                called.write_all(text.as_bytes()).await.unwrap();
                let mut heard = vec![0; text.len()];
                caller.read_exact(&mut heard).await.unwrap();
                assert_eq!(heard, text.as_bytes());
                caller.write_all(&noise(3_000_000)).await.unwrap();
                let mut heard = vec![0; 3_000_000];
                called.read_exact(&mut heard).await.unwrap();
                assert!(heard == noise(3_000_000));
                drop(called);
                assert_eq!(caller.read(&mut [0]).await.unwrap(), 0, "the end is heard too");
            }
        }
        farm.shutdown().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_real_server_cannot_do_is_an_error_in_its_words() {
    for program in programs() {
        let running = Running::start(&program).await;
        let closed = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
        let error = running.server.connect(&closed.to_string(), soon()).await.unwrap_err();
        assert!(error.to_string().contains("failed to connect"), "{error}");
        let error = Phone::connect_through(&running.server, "unknown", soon()).await.unwrap_err();
        assert!(error.to_string().contains("not found"), "{error}");
        assert_eq!(running.server.phones(soon()).await.unwrap(), []);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_phone_directly_and_through_a_real_server_is_one_and_outlives_the_servers_end() {
    for program in programs() {
        let (farm, running) = (virtual_phone().await, Running::start(&program).await);
        let address = farm.phones()[0].address().to_string();
        let options = RegistryOptions {
            backoff: Backoff { initial: Duration::from_millis(10), max: Duration::from_millis(50) },
            ..RegistryOptions::default()
        };
        let registry = Registry::start_with(Vec::new(), options);
        registry.follow(running.server.clone());
        running.phone(&address).await;
        until(&registry, |entry| by_server(entry) && is_ready(entry)).await;
        registry.add(&address);
        until(&registry, |entry| !by_server(entry) && is_ready(entry) && entry.endpoints.len() == 2).await;
        registry.remove(&address).await;
        until(&registry, |entry| by_server(entry) && is_ready(entry)).await;
        registry.add(&address);
        until(&registry, |entry| !by_server(entry) && is_ready(entry) && entry.endpoints.len() == 2).await;

        let port = running.server.address().rsplit_once(':').unwrap().1.parse().unwrap();
        let program = running.program.clone();
        drop(running);
        until(&registry, |entry| is_ready(entry) && entry.endpoints.len() == 1).await;
        let again = Running::start_on(&program, port).await;
        again.phone(&address).await;
        until(&registry, |entry| is_ready(entry) && entry.endpoints.len() == 2).await;
        registry.shutdown().await;
        farm.shutdown().await;
    }
}

async fn until(registry: &Registry, wanted: impl Fn(&PhoneEntry) -> bool) {
    let mut entries = registry.watch();
    let found = entries.wait_for(|entries| entries.len() == 1 && wanted(&entries[0]));
    if soon().run(found).await.is_err() {
        panic!("the phone never came to be as wanted: {:?}", registry.watch().borrow());
    }
}

fn is_ready(entry: &PhoneEntry) -> bool {
    entry.state == PhoneState::Ready && entry.phone.is_some()
}

fn by_server(entry: &PhoneEntry) -> bool {
    matches!(entry.endpoint(), Some(Endpoint::AdbServer { .. }))
}
