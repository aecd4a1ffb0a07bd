//! A virtual phone, and a separate adb server that knows it, for `tests/debian_adb.rs`.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::ffi::{OsStr, OsString};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;
use tikmatrix_device::adb::keys::{AdbKey, AdbPublicKey};
use tikmatrix_virtual_phone::{Access, Farm, FarmOptions, PairingOffer, VirtualPhone};
use tokio::runtime::Runtime;

/// A further key of the server.
const VENDOR: &str = include_str!("../../../device/tests/keys/second.pem");

pub(crate) fn vendor_key() -> AdbPublicKey {
    AdbKey::from_pem(VENDOR).unwrap().public().clone()
}

/// A phone, and a separate adb server that knows it.
pub(crate) struct Bench {
    farm: Farm,
    runtime: Runtime,
    pub(crate) directory: TempDir,
    port: u16,
    server: Child,
    program: OsString,
    environment: Environment,
}

/// The environment of every adb of a bench.
type Environment = &'static [(&'static str, &'static str)];

impl Bench {
    /// A phone that accepts every computer, connected.
    pub(crate) fn start() -> Self {
        let bench = Self::begin(&debian_adb(), Access::Accept);
        bench.connect();
        bench
    }

    /// A phone without a connection. The server, one of `program`, has its own key and a vendor's.
    pub(crate) fn begin(program: &OsStr, access: Access) -> Self {
        Self::begin_in(program, access, &[])
    }

    /// The same, with further variables for every adb.
    pub(crate) fn begin_in(program: &OsStr, access: Access, environment: Environment) -> Self {
        let runtime = Runtime::new().unwrap();
        let options = FarmOptions { count: 1, first_port: None, seed: 1 };
        let farm = runtime.block_on(Farm::start(options)).unwrap();
        farm.phones()[0].set_access(access);
        let directory = TempDir::new().unwrap();
        let vendor = directory.path().join("vendor.adb_key");
        std::fs::write(&vendor, VENDOR).unwrap();
        let port = free_port();
        let mut bench_server = adb(program, directory.path(), port);
        bench_server.env("ADB_VENDOR_KEYS", vendor).envs(environment.iter().copied());
        let server = bench_server.args(["nodaemon", "server"]).stdout(Stdio::null()).stderr(Stdio::null());
        let mut server = server.spawn().expect("the adb server");
        wait_for_port(port, &mut server);
        Self { farm, runtime, directory, port, server, program: program.to_owned(), environment }
    }

    pub(crate) fn connect(&self) {
        let address = self.address();
        let said = self.text(&["connect", &address]);
        assert_eq!(said.trim_end(), format!("connected to {address}"));
    }

    /// Connects an adb that has to begin TLS. adb writes its STLS packet and its first TLS record from two threads
    /// (34.0.5, `BlockingConnectionAdapter`), sometimes in the wrong order, so that no phone understands it; the test
    /// then connects again.
    pub(crate) fn connect_by_tls(&self) {
        let connected = format!("connected to {}", self.address());
        let tried = (0..20)
            .map(|_| self.text(&["connect", &self.address()]))
            .find(|said| said.trim_end() == connected);
        assert!(tried.is_some(), "adb never connects");
    }

    pub(crate) fn offer_pairing(&self) -> PairingOffer {
        self.runtime.block_on(self.farm.offer_pairing("virtual-1")).unwrap()
    }

    pub(crate) fn phone(&self) -> &VirtualPhone {
        &self.farm.phones()[0]
    }

    pub(crate) fn address(&self) -> String {
        self.farm.phones()[0].address().to_string()
    }

    /// The command `adb ARGUMENTS` for the phone.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = adb(&self.program, self.directory.path(), self.port);
        command.envs(self.environment.iter().copied()).args(["-s", &self.address()]).args(arguments);
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("adb")
    }

    pub(crate) fn text(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "adb {arguments:?}: {errors}");
        String::from_utf8(output.stdout).unwrap()
    }

    pub(crate) fn file(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.directory.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        // Killing an ended one is no error.
        let lives = self.server.try_wait().unwrap().is_none();
        assert!(std::thread::panicking() || lives, "the adb server was ended from outside");
        self.server.kill().unwrap();
        self.server.wait().unwrap();
        self.runtime.block_on(self.farm.shutdown());
    }
}

pub(crate) fn debian_adb() -> OsString {
    std::env::var_os("TIKMATRIX_ADB").unwrap_or_else(|| "adb".into())
}

/// The adb that supports TLS.
pub(crate) fn newer_adb() -> OsString {
    std::env::var_os("TIKMATRIX_NEWER_ADB").expect(
        "TIKMATRIX_NEWER_ADB has to name an adb of Android 11 or later; `cargo xtask test` unpacks one",
    )
}

fn adb(program: &OsStr, home: &Path, port: u16) -> Command {
    let mut command = Command::new(program);
    command.args(["-P", &port.to_string()]).env("HOME", home).env("ADB_MDNS_AUTO_CONNECT", "0");
    command
}

fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

/// Waits until the server is ready: it does not report that.
fn wait_for_port(port: u16, server: &mut Child) {
    while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
        assert!(server.try_wait().unwrap().is_none(), "the adb server ended");
        std::thread::yield_now();
    }
}
