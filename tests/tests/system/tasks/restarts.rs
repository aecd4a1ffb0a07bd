//! Protects the sentence: when the server ends, by request or by accident, running tasks run again at its next start, and
//! waiting ones are still there.

use serde_json::json;
use tempfile::{TempDir, tempdir};
use tikmatrix_client::api::tasks::TaskDetail;
use tikmatrix_client::api::{Outcome, Status};

use crate::harness::{Server, Video};

/// A server with one task at work, in the middle of an upload that takes long, and one that waits.
fn in_the_middle(directory: &TempDir) -> (Server, i64, i64) {
    let server = Server::start(directory, 1);
    let video = Video::make(directory.path(), "video.mp4");
    server.arm("virtual-1", &json!({"fault": "slow_upload", "seconds": 50}));
    let working = server.create(&["virtual-1"], "cut off", &video)[0];
    let waiting = server.create(&["virtual-1"], "waits", &video)[0];
    server.task_when(working, "running", |detail| {
        detail.task.status_text == Status::Running && detail.steps.len() >= 2
    });
    (server, working, waiting)
}

/// What a server on the same data makes of both: it does both, the interrupted one first, and each once.
fn carried_on(directory: &TempDir, working: i64, waiting: i64) -> TaskDetail {
    let server = Server::start(directory, 1);
    let interrupted = server.completed(working);
    assert_eq!(interrupted.attempts[0].outcome, Some(Outcome::Interrupted.into()), "{interrupted:#?}");
    assert_eq!((interrupted.attempts.len(), interrupted.task.retry_count), (2, 0), "{interrupted:#?}");
    server.completed(waiting);
    let posts = server.posts("virtual-1");
    let captions: Vec<&str> = posts.iter().map(|(caption, _)| caption.as_str()).collect();
    assert_eq!(captions, ["cut off", "waits"]);
    assert!(server.terminate().success());
    interrupted
}

#[test]
fn a_server_that_is_told_to_end_accounts_for_its_tasks_and_carries_on_later() {
    let directory = tempdir().unwrap();
    let (server, working, waiting) = in_the_middle(&directory);
    assert_eq!(server.terminate().code(), Some(0));
    let interrupted = carried_on(&directory, working, waiting);
    assert!(interrupted.attempts[0].remark.as_deref().unwrap().contains("stopped"), "{interrupted:#?}");
}

#[test]
fn a_server_that_is_killed_finds_its_tasks_when_it_starts_again() {
    let directory = tempdir().unwrap();
    let (server, working, waiting) = in_the_middle(&directory);
    server.kill();
    let interrupted = carried_on(&directory, working, waiting);
    assert!(interrupted.attempts[0].remark.as_deref().unwrap().contains("unexpectedly"), "{interrupted:#?}");
}
