//! Protects the sentence: `tikmatrix task|device|account|material|script` are clients of the API, for people and, with `--json`,
//! for programs.

use std::process::Output;
use std::time::Duration;

use serde_json::Value;
use tempfile::tempdir;

use crate::harness::{Program, Server, Video};

/// For a program to be ready on a machine that is busy with other tests.
const SOON: Duration = Duration::from_secs(120);

/// Runs a client of `server`.
fn client(server: &Server, arguments: &[&str]) -> Output {
    Program::run(&[arguments, &["--server", &server.url]].concat())
}

/// What a client that does its work prints.
fn said(server: &Server, arguments: &[&str]) -> String {
    let output = client(server, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn json(server: &Server, arguments: &[&str]) -> Value {
    serde_json::from_str(&said(server, &[arguments, &["--json"]].concat())).unwrap()
}

fn refused(server: &Server, arguments: &[&str]) -> String {
    let output = client(server, arguments);
    assert!(!output.status.success(), "{arguments:?} was carried out");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_person_makes_a_task_waits_for_it_and_deletes_it() {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 1);
    let video = Video::make(directory.path(), "clip.mp4");
    let config = directory.path().join("config.json");
    let text = serde_json::json!({"captions": "by hand", "material_list": [video.path()]}).to_string();
    std::fs::write(&config, text).unwrap();
    let config = format!("@{}", config.display());
    let create = ["task", "create", "--script", "post", "--serial", "virtual-1", "--script-config", &config];
    assert_eq!(said(&server, &create), "1\n");
    assert!(said(&server, &["task", "wait", "1"]).starts_with("Task 1: completed"));
    assert!(said(&server, &["task", "list", "--status", "completed"]).contains("virtual-1"));
    assert_eq!(said(&server, &["task", "list", "--status", "failed"]), "");
    assert_eq!(json(&server, &["task", "show", "1"])["outcome"], "succeeded");
    assert!(!json(&server, &["task", "log", "1"]).as_array().unwrap().is_empty());
    assert_eq!(json(&server, &["task", "stats"])["completed"], 1);
    assert_eq!(said(&server, &["task", "delete", "1"]), "Deleted task 1.\n");
    assert!(refused(&server, &["task", "show", "1"]).contains("there is no task 1"));
}

#[test]
fn phones_accounts_and_scripts_are_shown_and_changed() {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 0);
    let account = json(&server, &["account", "create", "@Some_One", "--serial", "a phone/1", "--note", "x"]);
    assert_eq!(account["username"], "some_one");
    let id = account["id"].to_string();
    assert_eq!(json(&server, &["account", "change", &id, "--enabled", "false"])["enabled"], false);
    assert!(said(&server, &["account", "list", "--serial", "a phone/1"]).contains("some_one"));
    let table = said(&server, &["account", "export"]);
    let file = directory.path().join("accounts.csv");
    std::fs::write(&file, table).unwrap();
    let imported = said(&server, &["account", "import", file.to_str().unwrap()]);
    assert_eq!(imported, "Recorded 0 accounts, changed 1.\n");
    assert_eq!(said(&server, &["account", "delete", &id]), format!("Deleted account {id}.\n"));
    assert!(said(&server, &["script", "list"]).contains("unfollow"));
    assert_eq!(json(&server, &["script", "show", "post"])["name"], "post");
    assert!(refused(&server, &["device", "show", "a phone/2"]).contains("there is no phone a phone/2"));
}

#[test]
fn a_phone_is_found_in_a_network_added_listed_and_removed() {
    let directory = tempdir().unwrap();
    let phone = Program::start(&["phone", "--port", "0"]);
    let beginning = "virtual-1 listening on ";
    let address = phone.line(beginning, SOON, |line| line.strip_prefix(beginning).map(str::to_owned));
    let port = address.rsplit(':').next().unwrap();
    let server = Server::start(&directory, 0);
    let found = json(&server, &["device", "scan", "127.0.0.1/32", "--port", port]);
    let expected = serde_json::json!({
        "address": address, "serial": "virtual-1", "state": "ready", "reason": null, "added": false
    });
    assert_eq!(found, serde_json::json!([expected]));
    assert!(!said(&server, &["device", "addresses"]).contains(&address));
    let scan = ["device", "scan", "127.0.0.1/32", "--port", port, "--add"];
    assert!(said(&server, &scan).contains("virtual-1"));
    assert!(said(&server, &["device", "addresses"]).contains(&address));
    let removed = said(&server, &["device", "remove", &address]);
    assert_eq!(removed, format!("No phone is looked for at {address} any more.\n"));
    let added = said(&server, &["device", "add", &address]);
    assert_eq!(added, format!("A phone is looked for at {address} from now on.\n"));
    assert!(refused(&server, &["device", "scan", "8.8.8.0/24"]).contains("private network"));
    assert!(refused(&server, &["device", "remove", "127.0.0.1:1"]).contains("no phone is looked for"));
}

#[test]
fn a_video_is_uploaded_once_changed_and_deleted() {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 0);
    let video = Video::make(directory.path(), "a \"quoted\" clip.mp4");
    let upload = ["material", "upload", video.path(), "--tag", "sale,new", "--caption", "own"];
    assert!(said(&server, &upload).ends_with(": material 1 is new\n"));
    assert!(said(&server, &upload).ends_with(": material 1 was there already\n"));
    let shown = json(&server, &["material", "show", "1"]);
    assert_eq!(shown["tags"], serde_json::json!(["new", "sale"]));
    assert_eq!(shown["sha256"], video.sha256.as_str());
    assert_eq!(shown["name"], "a %22quoted%22 clip.mp4", "as browsers name it");
    assert_eq!(json(&server, &["material", "change", "1", "--used", "true"])["state"], "used");
    assert!(said(&server, &["material", "list", "--used", "true"]).contains("sale"));
    assert_eq!(said(&server, &["material", "delete", "1"]), "Deleted material 1.\n");
    assert!(refused(&server, &["material", "upload", "no such file.mp4"]).contains("no such file.mp4"));
}

#[test]
fn every_problem_is_told_and_an_absent_server_is_named() {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 0);
    let wrong = ["task", "create", "--script", "post", "--script-config", r#"{"content_type": 7}"#];
    let told = refused(&server, &wrong);
    assert!(told.contains("serials: ") && told.contains("script_config.content_type: "), "{told}");
    let unreachable = Program::run(&["task", "stats", "--server", "http://127.0.0.1:1"]);
    let told = String::from_utf8(unreachable.stderr).unwrap();
    assert!(
        !unreachable.status.success() && told.contains("cannot reach a server at http://127.0.0.1:1"),
        "{told}"
    );
}
