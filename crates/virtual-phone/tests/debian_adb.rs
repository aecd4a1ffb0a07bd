//! Debian's `adb` command line against a virtual phone: what works there works with any ADB client. Run by
//! `cargo xtask test`, which sees to it that the program is there; `TIKMATRIX_ADB` names another one.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;
use tikmatrix_virtual_phone::{Farm, FarmOptions};
use tokio::runtime::Runtime;

/// A phone, and an adb server of its own that knows it.
struct Bench {
    farm: Farm,
    runtime: Runtime,
    directory: TempDir,
    port: u16,
    server: Child,
}

impl Bench {
    fn start() -> Self {
        let runtime = Runtime::new().unwrap();
        let options = FarmOptions { count: 1, first_port: None, seed: 1 };
        let farm = runtime.block_on(Farm::start(options)).unwrap();
        let directory = TempDir::new().unwrap();
        let port = free_port();
        let mut bench_server = adb(directory.path(), port);
        let server = bench_server.args(["nodaemon", "server"]).stdout(Stdio::null()).stderr(Stdio::null());
        let mut server = server.spawn().expect("the adb server");
        wait_for_port(port, &mut server);
        let bench = Self { farm, runtime, directory, port, server };
        let address = bench.address();
        let said = bench.text(&["connect", &address]);
        assert_eq!(said.trim_end(), format!("connected to {address}"));
        bench
    }

    fn address(&self) -> String {
        self.farm.phones()[0].address().to_string()
    }

    /// Runs `adb ARGUMENTS` for the phone.
    fn run(&self, arguments: &[&str]) -> Output {
        let address = self.address();
        let mut command = adb(self.directory.path(), self.port);
        command.args(["-s", &address]).args(arguments).output().expect("adb")
    }

    fn text(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "adb {arguments:?}: {errors}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn file(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.directory.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        self.server.kill().expect("the adb server was still running");
        self.server.wait().expect("the adb server ends");
        self.runtime.block_on(self.farm.shutdown());
    }
}

fn adb(home: &Path, port: u16) -> Command {
    let mut command = Command::new(std::env::var("TIKMATRIX_ADB").unwrap_or_else(|_| "adb".to_owned()));
    command.args(["-P", &port.to_string()]).env("HOME", home).env("ADB_MDNS_AUTO_CONNECT", "0");
    command
}

fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

/// The server says nothing once it is ready; a server that ended never will be.
fn wait_for_port(port: u16, server: &mut Child) {
    while std::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
        assert!(server.try_wait().unwrap().is_none(), "the adb server ended");
        std::thread::yield_now();
    }
}

/// Bytes that no compression and no repetition helps with.
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

#[test]
fn a_shell_gives_output_errors_and_exit_status_apart() {
    let bench = Bench::start();
    assert_eq!(bench.text(&["shell", "echo hello; getprop ro.serialno"]), "hello\nvirtual-1\n");
    let failed = bench.run(&["shell", "echo out; ls /nowhere; exit 7"]);
    assert_eq!(failed.status.code(), Some(7));
    assert_eq!(failed.stdout, b"out\n");
    assert_eq!(String::from_utf8_lossy(&failed.stderr), "ls: /nowhere: No such file or directory\n");
    let unknown = bench.run(&["shell", "foo"]);
    assert_eq!(unknown.status.code(), Some(127));
    assert_eq!(String::from_utf8_lossy(&unknown.stderr), "/system/bin/sh: foo: inaccessible or not found\n");
}

#[test]
fn what_is_typed_into_a_shell_reaches_it() {
    let bench = Bench::start();
    let address = bench.address();
    let mut command = adb(bench.directory.path(), bench.port);
    command.args(["-s", &address, "shell", "cat > /data/local/tmp/typed"]).stdin(Stdio::piped());
    let mut child = command.spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"line\n").unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(bench.text(&["shell", "cat /data/local/tmp/typed"]), "line\n");
}

#[test]
fn files_small_and_large_come_back_as_they_were_sent() {
    let bench = Bench::start();
    for length in [0, 1, 200_000, 50_000_000] {
        let sent = noise(length);
        let source = bench.file("sent", &sent);
        bench.text(&["push", &source, "/sdcard/Movies/x.mp4"]);
        let size = bench.text(&["shell", "stat -c %s /storage/emulated/0/Movies/x.mp4"]);
        assert_eq!(size.trim_end(), length.to_string());
        let target = bench.directory.path().join("back");
        bench.text(&["pull", "/sdcard/Movies/x.mp4", target.to_str().unwrap()]);
        assert!(std::fs::read(&target).unwrap() == sent, "{length} bytes came back changed");
    }
}

#[test]
fn a_push_to_where_nothing_may_be_written_is_refused() {
    let bench = Bench::start();
    let source = bench.file("sent", b"x");
    let refused = bench.run(&["push", &source, "/system/x"]);
    assert!(!refused.status.success());
    let said = [refused.stdout, refused.stderr].concat();
    assert!(String::from_utf8_lossy(&said).contains("Permission denied"));
}

#[test]
fn the_phone_is_listed_as_a_device() {
    let bench = Bench::start();
    let listed = bench.text(&["devices"]);
    assert!(listed.contains(&format!("{}\tdevice", bench.address())), "{listed}");
}

#[test]
fn a_screenshot_is_a_png_of_the_screen() {
    let bench = Bench::start();
    let shot = bench.run(&["exec-out", "screencap", "-p"]).stdout;
    assert_eq!(&shot[..8], b"\x89PNG\r\n\x1a\n");
    assert_eq!(&shot[16..24], [1080_u32.to_be_bytes(), 2400_u32.to_be_bytes()].concat());
}
