//! Protects the sentences: an adb server is used as it is found, and that there is none is no error; a phone is busy while
//! it works; one that takes connections and answers nothing is stalled, and ready again when it answers.

use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::tempdir;
use tikmatrix_client::api::Status;

use crate::harness::{Program, Server, Video, phone_when, wait_for};

/// Until what the server logs has been read here.
const TO_LOG: Duration = Duration::from_secs(30);

#[test]
fn without_an_adb_server_one_line_says_so_and_other_phones_work() {
    let directory = tempdir().unwrap();
    // A port without a listener: bound for a moment, so that no other test has it, and released.
    let unused = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let server = Server::start_with(directory.path(), 1, &["--adb-server", &unused]);
    let line = format!("no adb server at {unused}");
    wait_for(&line, TO_LOG, || server.said().contains(&line).then_some(()));
    phone_when(&server, "ready");
    let video = Video::make(directory.path(), "video.mp4");
    server.completed(server.create(&["virtual-1"], "without adb", &video)[0]);
    assert_eq!(server.get("/healthz").status, 200);
    // It has been looked for more than once by now.
    assert_eq!(server.said().matches(&line).count(), 1, "{}", server.said());
    assert!(TcpStream::connect(&unused).is_err(), "no adb server is started");
    assert!(server.terminate().success());
}

#[test]
fn the_adb_server_of_this_machine_is_followed_unless_another_is_named() {
    let help = Program::run(&["serve", "--help"]);
    let text = String::from_utf8(help.stdout).unwrap();
    let (_, rest) = text.split_once("--adb-server <HOST:PORT|off>").unwrap();
    let (about, _) = rest.split_once("\n      --").unwrap();
    let about = about.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(about.contains("[default: 127.0.0.1:5037]"), "{about}");
}

#[test]
fn a_phone_is_busy_while_it_works_and_ready_before_and_after() {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 1);
    let video = Video::make(directory.path(), "video.mp4");
    let is_so = |phone: &Value, state: &str, busy: bool| {
        assert_eq!((&phone["state"], &phone["busy"]), (&json!(state), &json!(busy)), "{phone:#}");
        assert_eq!(phone["reason"], Value::Null);
    };
    is_so(&phone_when(&server, "ready"), "ready", false);
    server.arm("virtual-1", &json!({"fault": "slow_upload", "seconds": 50}));
    let id = server.create(&["virtual-1"], "never seen", &video)[0];
    is_so(&phone_when(&server, "busy"), "busy", true);
    assert_eq!(server.task(id).task.status_text, Status::Running);
    assert_eq!(server.get("/api/v1/device?state=busy").body["data"]["total"], 1);
    assert_eq!(server.get("/api/v1/device?state=ready").body["data"]["total"], 0);
    let stopped = server.send("POST", &format!("/api/v1/task/{id}/stop"), &[], None);
    assert_eq!(stopped.status, 200, "{stopped:?}");
    is_so(&phone_when(&server, "ready"), "ready", false);
}

#[test]
fn a_phone_that_freezes_is_stalled_and_ready_again_when_it_thaws() {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 1);
    phone_when(&server, "ready");
    server.arm("virtual-1", &json!({"fault": "freeze"}));
    let stalled = phone_when(&server, "stalled");
    assert!(stalled["reason"].as_str().unwrap().contains("does not answer"), "{stalled:#}");
    assert_eq!(stalled["ways"][0]["state"], "stalled");
    assert_eq!(server.send("DELETE", "/virtual/phones/virtual-1/faults", &[], None).status, 200);
    assert_eq!(phone_when(&server, "ready")["reason"], Value::Null);
}
