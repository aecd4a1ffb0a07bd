//! Protects the sentence: an unreachable phone, a phone that disconnects mid-push and a popup in the way never lose a
//! task, never hang the server, and are told clearly.

use std::net::TcpListener;
use std::time::Duration;

use serde_json::json;
use tempfile::tempdir;
use tikmatrix_client::api::{ArtifactKind, Outcome, Status, WaitingReason};

use crate::harness::{Program, Server, Video};

#[test]
fn tasks_of_an_unreachable_phone_wait_and_others_run() {
    let directory = tempdir().unwrap();
    // A port without a listener: bound for a moment, so that no other test has it, and released.
    let unused = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let server = Server::start_with(directory.path(), 1, &["--phone", &unused]);
    let video = Video::make(directory.path(), "video.mp4");
    let ids = server.create(&["not-there", "virtual-1"], "to whom it may concern", &video);
    server.completed(ids[1]);
    let waiting = server.task(ids[0]);
    assert_eq!(waiting.task.status_text, Status::Pending, "{waiting:#?}");
    assert_eq!(waiting.task.waiting_reason, Some(WaitingReason::DeviceOffline.into()), "{waiting:#?}");
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
    assert_eq!(task.task.outcome, Some(Outcome::Failed.into()), "{task:#?}");
    let remark = task.task.remark.as_deref().unwrap();
    let says = |words: &str| remark.contains(words);
    assert!(says("virtual-1") && says("push") && says("the connection was lost"), "{remark}");
    let ids = server.create(&["virtual-1"], "the next one", &video);
    server.completed(ids[0]);
    assert_eq!(server.posts("virtual-1"), [("the next one".to_owned(), video.sha256)]);
}

#[test]
fn popups_in_the_way_are_handled() {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 4);
    let video = Video::make(directory.path(), "video.mp4");
    let mut tasks = Vec::new();
    for (index, kind) in ["contacts", "rate", "notifications", "got_it"].into_iter().enumerate() {
        let serial = format!("virtual-{}", index + 1);
        server.arm(&serial, &json!({"fault": "popup", "kind": kind}));
        tasks.push((server.create(&[&serial], kind, &video)[0], serial, kind));
    }
    for (id, serial, kind) in tasks {
        server.completed(id);
        assert_eq!(server.posts(&serial), [(kind.to_owned(), video.sha256.clone())]);
    }
}

#[test]
fn a_window_that_only_a_person_can_close_fails_the_task_by_name() {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 1);
    let video = Video::make(directory.path(), "video.mp4");
    server.arm("virtual-1", &json!({"fault": "popup", "kind": "captcha"}));
    let ids = server.create(&["virtual-1"], "not published", &video);
    let task = server.failed(ids[0]);
    assert!(task.task.remark.as_deref().unwrap().contains("captcha"), "{task:#?}");
    let kinds: Vec<ArtifactKind> = task.artifacts.iter().map(|kept| *kept.kind).collect();
    let wanted = [ArtifactKind::Tape, ArtifactKind::Screenshot, ArtifactKind::UiTree];
    assert_eq!(kinds, wanted, "the evidence is kept");
    for kept in &task.artifacts {
        let file = directory.path().join("data/artifacts").join(&kept.file);
        assert!(std::fs::metadata(&file).unwrap().len() > 0, "{}", file.display());
    }
    assert!(server.posts("virtual-1").is_empty());
}

#[test]
fn a_phone_that_comes_back_runs_the_task_that_waited_for_it() {
    let directory = tempdir().unwrap();
    let video = Video::make(directory.path(), "video.mp4");
    let (phone, address) = a_phone("0");
    let server = Server::start_with(directory.path(), 0, &["--phone", &address]);
    let before = server.create(&["virtual-1"], "before", &video)[0];
    server.completed(before);
    drop(phone);

    let while_away = server.create(&["virtual-1"], "while away", &video)[0];
    server.task_when(while_away, "waiting for its phone", |detail| {
        detail.task.waiting_reason == Some(WaitingReason::DeviceOffline.into())
    });
    let (_, port) = address.rsplit_once(':').unwrap();
    let (_phone, _) = a_phone(port);
    server.completed(while_away);
}

/// A phone in a process of its own, at the port if it is not 0, and its address.
fn a_phone(port: &str) -> (Program, String) {
    let phone = Program::start(&["phone", "--port", port]);
    let address = phone.line("the phone's address", Duration::from_secs(30), |line| {
        line.strip_prefix("virtual-1 listening on ").map(str::to_owned)
    });
    (phone, address)
}
