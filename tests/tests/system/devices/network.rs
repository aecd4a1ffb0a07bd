//! Protects the sentences: `--discover-phones` uses the phones that announce themselves in the local network; the adb server
//! of this machine is followed when nothing else is said.
//!
//! The network is one of the test's own: announcements do not leave it, and the adb server's port is free.

use std::io::Read;
use std::net::{Ipv4Addr, TcpListener, TcpStream, UdpSocket};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use tempfile::tempdir;

use crate::harness::{Program, Server, wait_for};

/// Says to a test that it is in a network of its own.
const INSIDE: &str = "TIKMATRIX_TEST_NETWORK";
/// The address of this machine in it; phones are believed where they announce a private one.
const HERE: Ipv4Addr = Ipv4Addr::new(10, 9, 0, 1);
/// Until the server calls, on a machine that is busy with other tests.
const SOON: Duration = Duration::from_secs(120);
/// The multicast group of mDNS (RFC 6762).
const MULTICAST: &str = "224.0.0.251:5353";
const SERVICE: &str = "_adb-tls-connect._tcp.local";
const PHONE: &str = "adb-R58M12ABCDE-x1Yz9A";

/// Whether a test is in a network of its own. One that is not is run again in such a one, and has nothing more to do.
fn is_in_a_network_of_its_own(test: &str) -> bool {
    if std::env::var_os(INSIDE).is_some() {
        return true;
    }
    // The test program names a test without the program's own name.
    let module = module_path!().split_once("::").map_or("", |(_, module)| module);
    let test = format!("{module}::{test}");
    let network = format!(
        "ip link set lo up multicast on && ip address add {HERE}/24 dev lo && ip route add 224.0.0.0/4 dev lo"
    );
    let within = |line: &str| {
        let mut unshare = Command::new("unshare");
        unshare.args(["--net", "--map-root-user", "--", "sh", "-c", line, "sh"]);
        unshare
    };
    if !within(&network).status().is_ok_and(|status| status.success()) {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "no network can be made here");
        eprintln!("SKIPPED: announcements need the right to make a network of one's own");
        return false;
    }
    let mut again = within(&format!("{network} && exec \"$@\""));
    again.arg(std::env::current_exe().unwrap()).args([&test, "--exact", "--nocapture"]).env(INSIDE, "1");
    let output = again.output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
    false
}

/// A server that is told of no phone, and of no adb server.
fn serve(data: &Path, more: &[&str]) -> Server {
    let data = data.join("data");
    let mut arguments = vec!["serve", "--port", "0", "--data-dir", data.to_str().unwrap()];
    arguments.extend(more);
    Server::of(Program::start_by(&["env", "-u", "TIKMATRIX_ADB_SERVER"], &arguments), None)
}

/// The first who calls within the time; `meanwhile` is done now and then.
fn caller(listener: &TcpListener, meanwhile: impl Fn()) -> TcpStream {
    listener.set_nonblocking(true).unwrap();
    let called = wait_for("the server to call", SOON, || {
        meanwhile();
        listener.accept().ok()
    });
    called.0.set_nonblocking(false).unwrap();
    called.0.set_read_timeout(Some(SOON)).unwrap();
    called.0
}

fn heard<const LENGTH: usize>(mut from: TcpStream) -> [u8; LENGTH] {
    let mut heard = [0; LENGTH];
    from.read_exact(&mut heard).unwrap();
    heard
}

/// A name as DNS has it: each part after its length.
fn name(text: &str) -> Vec<u8> {
    let parts = text.split('.').flat_map(|part| [&[length(part.as_bytes())], part.as_bytes()].concat());
    parts.chain([0]).collect()
}

fn length(bytes: &[u8]) -> u8 {
    bytes.len().try_into().unwrap()
}

/// What a phone with wireless debugging answers (RFC 6763): the service has this instance, which is at a port of a machine,
/// which is at [`HERE`].
fn announcement(port: u16) -> Vec<u8> {
    let (instance, machine) = (format!("{PHONE}.{SERVICE}"), "phone.local");
    let record = |of: &str, kind: u8, data: &[u8]| {
        let head = [0, kind, 0, 1, 0, 0, 0, 120, 0, length(data)];
        [&name(of), &head[..], data].concat()
    };
    let place = [&[0; 4], &port.to_be_bytes()[..], &name(machine)].concat();
    let head = [0, 0, 0x84, 0, 0, 0, 0, 4, 0, 0, 0, 0];
    let (pointer, text) = (record(SERVICE, 12, &name(&instance)), record(&instance, 16, &[0]));
    [&head[..], &pointer, &record(&instance, 33, &place), &text, &record(machine, 1, &HERE.octets())].concat()
}

#[test]
fn a_phone_that_announces_itself_is_called_by_a_server_that_shall_discover_phones() {
    let test = "a_phone_that_announces_itself_is_called_by_a_server_that_shall_discover_phones";
    if !is_in_a_network_of_its_own(test) {
        return;
    }
    let (phone, voice) = (TcpListener::bind((HERE, 0)).unwrap(), UdpSocket::bind((HERE, 0)).unwrap());
    let port = phone.local_addr().unwrap().port();
    let directory = tempdir().unwrap();
    let server = serve(directory.path(), &["--discover-phones"]);
    let announce = || assert!(voice.send_to(&announcement(port), MULTICAST).is_ok());
    let call = caller(&phone, announce);
    assert_eq!(&heard(call), b"CNXN", "ADB is spoken to it");
    let devices = server.get("/api/v1/device").body["data"].clone();
    let way = &devices["devices"][0]["ways"][0];
    assert_eq!((&devices["total"], &way["by"]), (&1.into(), &"wireless_debugging".into()), "{devices:#}");
    assert!(way["name"].as_str().unwrap().starts_with(PHONE), "{way}");
}

#[test]
fn the_adb_server_of_this_machine_is_followed_when_nothing_is_said() {
    if !is_in_a_network_of_its_own("the_adb_server_of_this_machine_is_followed_when_nothing_is_said") {
        return;
    }
    let adb = TcpListener::bind("127.0.0.1:5037").unwrap();
    let directory = tempdir().unwrap();
    let _server = serve(directory.path(), &[]);
    assert_eq!(&heard(caller(&adb, || {})), b"000chost:version");
}
