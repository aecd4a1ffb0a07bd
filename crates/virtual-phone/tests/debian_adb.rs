//! Debian's `adb` command line against a virtual phone, as a reference for any ADB client. Run by `cargo xtask test`,
//! which ensures that the program is there; `TIKMATRIX_ADB` names another one, and
//! `TIKMATRIX_NEWER_ADB` one that speaks TLS.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod adb_bench;

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::Stdio;

use adb_bench::{Bench, debian_adb, newer_adb, vendor_key};
use sha2::{Digest, Sha256};
use tikmatrix_device::adb::keys::AdbPublicKey;
use tikmatrix_virtual_phone::{Access, Answer};

/// Bytes of a large file.
const LARGE: usize = 200_000_000;

/// Incompressible bytes.
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

/// Compressible bytes.
fn lines(length: usize) -> Vec<u8> {
    let mut lines: Vec<u8> =
        (0..length / 10).flat_map(|number| format!("{number:09}\n").into_bytes()).collect();
    lines.resize(length, b' ');
    lines
}

#[test]
fn a_shell_separates_output_errors_and_exit_status() {
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
fn input_reaches_a_shell() {
    let bench = Bench::start();
    let mut command = bench.command(&["shell", "cat > /data/local/tmp/typed"]);
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"line\n").unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(bench.text(&["shell", "cat /data/local/tmp/typed"]), "line\n");
}

#[test]
fn small_and_large_files_are_pulled_as_they_were_pushed() {
    come_back_as_they_were_sent(&Bench::start());
}

/// A newer adb offers this only on request (AOSP, `docs/dev/delayed_ack.md`).
#[test]
fn small_and_large_files_are_pulled_with_many_packets_in_flight() {
    let bench = Bench::begin_in(&newer_adb(), Access::Accept, &[("ADB_DELAYED_ACK", "1")]);
    bench.connect();
    // Used if both sides offer it. A phone to which it was offered opens no stream without a window.
    let offers =
        |whose: &str| bench.text(&[whose]).split([',', '\n']).any(|feature| feature == "delayed_ack");
    assert_eq!((offers("host-features"), offers("features")), (true, true), "of host and phone");
    come_back_as_they_were_sent(&bench);
}

fn come_back_as_they_were_sent(bench: &Bench) {
    let random = [0, 1, 200_000, LARGE].map(noise);
    for (sent, kind) in
        random.into_iter().chain([lines(LARGE)]).zip(["nothing", "a byte", "some", "noise", "lines"])
    {
        let source = bench.file("sent", &sent);
        bench.text(&["push", &source, "/sdcard/Movies/x.mp4"]);
        let size = bench.text(&["shell", "stat -c %s /storage/emulated/0/Movies/x.mp4"]);
        assert_eq!(size.trim_end(), sent.len().to_string());
        let hash = bench.text(&["shell", "sha256sum /storage/emulated/0/Movies/x.mp4"]);
        let expected: String = Sha256::digest(&sent).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hash.split_whitespace().next(), Some(&expected[..]), "{kind}");
        let target = bench.directory.path().join("back");
        bench.text(&["pull", "/sdcard/Movies/x.mp4", target.to_str().unwrap()]);
        assert!(std::fs::read(&target).unwrap() == sent, "{kind} came back changed");
    }
}

#[test]
fn a_pulled_folder_is_complete() {
    let bench = Bench::start();
    let (tree, back) = (bench.directory.path().join("tree"), bench.directory.path().join("back"));
    std::fs::create_dir_all(tree.join("deep/er")).unwrap();
    std::fs::write(tree.join("a.txt"), "one").unwrap();
    std::fs::write(tree.join("deep/er/b"), "two").unwrap();
    bench.text(&["push", tree.to_str().unwrap(), "/sdcard/Download/"]);
    bench.text(&["pull", "/sdcard/Download/tree", back.to_str().unwrap()]);
    assert_eq!(std::fs::read_to_string(back.join("a.txt")).unwrap(), "one");
    assert_eq!(std::fs::read_to_string(back.join("deep/er/b")).unwrap(), "two");
    let listed = bench.text(&["ls", "/sdcard/Download/tree"]);
    assert!(listed.contains(" a.txt\n") && listed.contains(" deep\n"), "{listed}");
}

#[test]
fn the_features_of_the_phone_are_listed() {
    let bench = Bench::start();
    let features = bench.text(&["features"]);
    for feature in ["shell_v2", "cmd", "stat_v2", "ls_v2"] {
        assert!(features.lines().any(|line| line == feature), "{feature} is not in {features}");
    }
}

#[test]
fn a_package_is_installed_listed_and_removed_again() {
    let bench = Bench::start();
    let apk = bench.file("example.apk", include_bytes!("example.apk"));
    let installed = bench.text(&["install", "-r", &apk]);
    assert!(installed.contains("Success"), "{installed}");
    let listed = || bench.text(&["shell", "pm list packages -3"]);
    assert!(listed().contains("package:com.example.app\n"));
    assert!(bench.text(&["uninstall", "com.example.app"]).contains("Success"));
    assert!(!listed().contains("com.example.app"));
    let refused = bench.run(&["install", &bench.file("broken.apk", b"PK\x03\x04 is not all of it")]);
    let said = [refused.stdout, refused.stderr].concat();
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&said).contains("INSTALL_PARSE_FAILED_NOT_APK"));
}

/// From this machine through the phone and back to this machine.
#[test]
fn forwards_and_reverses_carry_data_both_ways() {
    let bench = Bench::start();
    let here = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let reached = format!("tcp:{}", here.local_addr().unwrap().port());
    for socket in ["tcp:7000", "localabstract:calls"] {
        bench.text(&["reverse", socket, &reached]);
        assert!(bench.text(&["reverse", "--list"]).contains(&format!("{socket} {reached}")));
        let port: u16 = bench.text(&["forward", "tcp:0", socket]).trim().parse().unwrap();
        let mut caller = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
        let (mut called, _) = here.accept().unwrap();
        let (said, mut heard) = (noise(3_000_000), vec![0; 3_000_000]);
        let speaking = std::thread::spawn({
            let said = said.clone();
            move || {
                called.write_all(&said).unwrap();
                let mut word = [0; 3];
                called.read_exact(&mut word).unwrap();
                word
            }
        });
        caller.read_exact(&mut heard).unwrap();
        assert!(heard == said);
        caller.write_all(b"end").unwrap();
        assert_eq!(&speaking.join().unwrap(), b"end");
    }
    bench.text(&["reverse", "--remove", "tcp:7000"]);
    let left = bench.text(&["reverse", "--list"]);
    assert!(!left.contains("tcp:7000") && left.contains("localabstract:calls"), "{left}");
    bench.text(&["reverse", "--remove-all"]);
    assert_eq!(bench.text(&["reverse", "--list"]).trim(), "");
    assert!(!bench.run(&["reverse", "--remove", "tcp:7000"]).status.success());
}

#[test]
fn a_push_to_a_read_only_folder_is_refused() {
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

#[test]
fn a_key_that_was_allowed_is_accepted_now_and_later() {
    let bench = Bench::begin(&debian_adb(), Access::Ask);
    let address = bench.address();
    let said = bench.run(&["connect", &address]).stdout;
    assert!(String::from_utf8_lossy(&said).contains("failed to authenticate"), "{said:?}");
    assert!(bench.text(&["devices"]).contains(&format!("{address}\tunauthorized")));
    let question = bench.phone().access().questions.remove(0);
    let public = std::fs::read(bench.directory.path().join(".android/adbkey.pub")).unwrap();
    assert_eq!(question.fingerprint, AdbPublicKey::parse(&public).unwrap().fingerprint());
    assert!(question.owner.contains('@'), "{question:?}");
    assert!(bench.phone().answer(Answer::Allow));
    bench.text(&["wait-for-device"]);
    assert_eq!(bench.run(&["shell", "exit 7"]).status.code(), Some(7));

    bench.text(&["disconnect", &address]);
    bench.connect();
    assert!(bench.phone().access().questions.is_empty(), "it was known by its signature");
    assert_eq!(bench.text(&["shell", "echo in"]), "in\n");
}

#[test]
fn adbs_second_key_is_accepted_by_a_phone_that_trusts_only_it() {
    let bench = Bench::begin(&debian_adb(), Access::Ask);
    bench.phone().trust(vendor_key());
    bench.connect();
    assert_eq!(bench.run(&["shell", "exit 7"]).status.code(), Some(7));
}

#[test]
fn a_phone_that_refuses_is_listed_as_unauthorized() {
    let bench = Bench::begin(&debian_adb(), Access::Refuse);
    bench.phone().trust(vendor_key());
    let address = bench.address();
    bench.run(&["connect", &address]);
    assert!(bench.text(&["devices"]).contains(&format!("{address}\tunauthorized")));
    assert!(!bench.run(&["shell", "true"]).status.success());
}

#[test]
fn a_newer_adb_is_accepted_over_tls_with_the_one_trusted_key() {
    let bench = Bench::begin(&newer_adb(), Access::Tls);
    bench.phone().trust(vendor_key());
    bench.connect_by_tls();
    assert_eq!(bench.run(&["shell", "exit 7"]).status.code(), Some(7));
    let sent = noise(3_000_000);
    let source = bench.file("sent", &sent);
    bench.text(&["push", &source, "/sdcard/Movies/x.mp4"]);
    let target = bench.directory.path().join("back");
    bench.text(&["pull", "/sdcard/Movies/x.mp4", target.to_str().unwrap()]);
    assert!(std::fs::read(&target).unwrap() == sent);
}

#[test]
fn a_newer_adb_pairs_by_code_and_is_accepted_over_tls() {
    let bench = Bench::begin(&newer_adb(), Access::Tls);
    let offer = bench.offer_pairing();
    let wrong = format!("{:06}", (offer.code.parse::<u32>().unwrap() + 1) % 1_000_000);
    let said = bench.run(&["pair", &offer.address, &wrong]);
    assert!(!String::from_utf8_lossy(&said.stdout).contains("Successfully"), "{said:?}");
    let said = bench.text(&["pair", &offer.address, &offer.code]);
    assert!(said.contains("Successfully paired") && said.contains("guid=adb-virtual-1-"), "{said}");
    bench.connect_by_tls();
    assert_eq!(bench.run(&["shell", "exit 7"]).status.code(), Some(7));
}

#[test]
fn a_newer_adb_that_was_not_paired_is_refused_over_tls() {
    let bench = Bench::begin(&newer_adb(), Access::Tls);
    let address = bench.address();
    let said = bench.run(&["connect", &address]).stdout;
    assert!(!String::from_utf8_lossy(&said).starts_with("connected"), "{said:?}");
    assert!(!bench.text(&["devices"]).contains(&format!("{address}\tdevice")));
}
