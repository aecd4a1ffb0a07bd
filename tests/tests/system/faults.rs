//! Protects the sentence: an unreachable phone, a phone that disconnects mid-push and a popup in the way never lose a
//! task, never hang the server, and are told clearly.

use std::net::TcpListener;

use serde_json::json;
use tempfile::tempdir;

use crate::harness::{Server, Video};

#[test]
fn tasks_of_an_unreachable_phone_wait_and_others_run() {
    let directory = tempdir().unwrap();
    // A port at which nobody listens: taken for a moment, so that no other test has it, and let go.
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let server = Server::start_with(directory.path(), 1, &["--phone", &nobody]);
    let video = Video::make(directory.path(), "video.mp4");
    let ids = server.create(&["not-there", "virtual-1"], "to whom it may concern", &video);
    server.completed(ids[1]);
    let waiting = server.task(ids[0]);
    assert_eq!(
        (&waiting["status_text"], &waiting["waiting_reason"]),
        (&json!("pending"), &json!("device_offline")),
        "{waiting:#}"
    );
    assert_eq!(server.get("/healthz").status, 200);
    assert!(server.terminate().success());
}

#[test]
fn a_phone_that_disconnects_mid_push_fails_its_task_and_takes_the_next() {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 1);
    let video = Video::make(directory.path(), "video.mp4");
    server.arm("virtual-1", &json!({"fault": "disconnect", "after_bytes": 20_000}));
    let ids = server.create(&["virtual-1"], "lost on the way", &video);
    let task = server.failed(ids[0]);
    assert_eq!(task["outcome"], "failed", "{task:#}");
    assert!(!task["remark"].as_str().unwrap().is_empty(), "{task:#}");
    let ids = server.create(&["virtual-1"], "the next one", &video);
    server.completed(ids[0]);
    assert_eq!(server.posts("virtual-1"), [("the next one".to_owned(), video.sha256)]);
}

#[test]
fn a_popup_in_the_way_is_handled() {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 1);
    let video = Video::make(directory.path(), "video.mp4");
    server.arm("virtual-1", &json!({"fault": "popup"}));
    let ids = server.create(&["virtual-1"], "behind the window", &video);
    server.completed(ids[0]);
    assert_eq!(server.posts("virtual-1"), [("behind the window".to_owned(), video.sha256)]);
}
