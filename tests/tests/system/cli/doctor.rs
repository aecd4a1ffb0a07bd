//! Protects the sentence: `tikmatrix doctor` and `tikmatrix status` say how a farm fares and what to do, with and without a
//! server.

use std::net::TcpListener;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::tempdir;

use crate::harness::{Program, Server, create_some, phone_when};

/// A command about a server, or the place where none is, and what it said: on stdout, and whether it exited with 0.
fn said(command: &str, url: &str, data: &Path, more: &[&str]) -> (String, bool) {
    let key = data.with_file_name("adbkey");
    let mut arguments = vec![command, "--server", url];
    if command == "doctor" {
        arguments.extend(["--data-dir", data.to_str().unwrap(), "--adb-key", key.to_str().unwrap()]);
    }
    arguments.extend(more);
    let output = Program::run(&arguments);
    let text = String::from_utf8(output.stdout).unwrap() + &String::from_utf8_lossy(&output.stderr);
    assert!(!text.contains("panicked"), "{text}");
    (text, output.status.success())
}

/// The URL of a port of this machine on which nothing listens.
fn nothing() -> String {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", taken.local_addr().unwrap())
}

fn verdict(report: &Value, name: &str) -> String {
    let checks = report["checks"].as_array().unwrap();
    let found =
        checks.iter().find(|check| check["name"] == name).unwrap_or_else(|| panic!("{name}: {report:#}"));
    found["verdict"].as_str().unwrap().to_owned()
}

#[test]
fn a_farm_that_works_has_nothing_that_fails() {
    let root = tempdir().unwrap();
    let server = Server::start(&root, 1);
    phone_when(&server, "ready");
    let data = root.path().join("data");
    let (text, is_well) = said("doctor", &server.url, &data, &["--json"]);
    assert!(is_well, "{text}");
    let report: Value = serde_json::from_str(&text).unwrap();
    for name in
        ["server", "data directory", "database", "clock", "adb key", "adb server", "licence", "phones"]
    {
        assert_eq!(verdict(&report, name), "ok", "{name}: {report:#}");
    }
    assert_eq!(verdict(&report, "text input"), "ok", "the virtual phones have it: {report:#}");
    let (text, _) = said("doctor", &server.url, &data, &[]);
    assert!(text.contains("ok    phones          1 ready: virtual-1"), "{text}");
}

#[test]
fn without_a_server_the_machine_is_checked_and_the_rest_is_named() {
    let root = tempdir().unwrap();
    let data = root.path().join("data");
    let (text, is_well) = said("doctor", &nothing(), &data, &[]);
    assert!(is_well, "that no server runs is no failure: {text}");
    assert!(text.contains("warn  server") && text.contains("tikmatrix serve"), "{text}");
    assert!(text.contains("is free") && text.contains("--data-dir"), "{text}");
    assert!(!data.exists(), "nothing is made");

    // A program that is no server has its port.
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    std::fs::create_dir(&data).unwrap();
    std::fs::write(data.join("tikmatrix.sqlite"), "no database at all, but long enough to be read").unwrap();
    let (text, is_well) = said("doctor", &nothing(), &data, &["--json"]);
    assert!(!is_well, "{text}");
    assert_eq!(verdict(&serde_json::from_str(&text).unwrap(), "database"), "fail");
    drop(other);
}

#[test]
fn the_status_is_one_screen_and_an_absent_server_is_named() {
    let root = tempdir().unwrap();
    let server = Server::start(&root, 1);
    phone_when(&server, "ready");
    let data = root.path().join("data");
    let (empty, is_well) = said("status", &server.url, &data, &[]);
    assert!(is_well && empty.contains("task create --help"), "{empty}");
    create_some(&server);
    let (text, _) = said("status", &server.url, &data, &[]);
    for part in ["2 phones: 1 absent, 1 ready", "3 pending", "3 device_offline", "Pro, a trial", "version"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(text.lines().count() <= 24, "{text}");
    let (text, _) = said("status", &server.url, &data, &["--json"]);
    let report: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["waiting"], json!({"device_offline": 3}));
    let (text, is_well) = said("status", &nothing(), &data, &[]);
    assert!(!is_well && text.contains("cannot reach a server at http://127.0.0.1:"), "{text}");
}
