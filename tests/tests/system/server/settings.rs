//! Protects the sentences: while the server is paused no task begins, and each does afterwards; and the package that the
//! settings name is the one that a script works in.

use serde_json::json;
use tempfile::tempdir;

use crate::harness::{Server, Video};

#[test]
fn while_paused_no_task_begins_and_afterwards_each_does() {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 2);
    let video = Video::make(directory.path(), "paused.mp4");
    server.patch("/api/v1/setting", &json!({"paused": true}));
    let waiting = server.create(&["virtual-1"], "after the pause", &video)[0];
    server.task_when(waiting, "paused", |task| task["waiting_reason"] == "paused");
    assert_eq!(server.posts("virtual-1"), []);
    server.patch("/api/v1/setting", &json!({"paused": false}));
    let task = server.completed(waiting);
    assert_eq!(task["attempts"].as_array().unwrap().len(), 1, "{task:#}");
    assert_eq!(server.posts("virtual-1"), [("after the pause".to_owned(), video.sha256)]);
}

#[test]
fn scripts_work_in_the_package_that_is_set() {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 1);
    let video = Video::make(directory.path(), "package.mp4");
    server.patch("/api/v1/setting", &json!({"tiktok_package": "com.example.clone"}));
    let failed = server.failed(server.create(&["virtual-1"], "nowhere", &video)[0]);
    let remark = failed["remark"].as_str().unwrap();
    assert!(remark.contains("not installed as com.example.clone"), "{remark}");
    server.patch("/api/v1/setting", &json!({"tiktok_package": "com.zhiliaoapp.musically"}));
    server.completed(server.create(&["virtual-1"], "here", &video)[0]);
    assert_eq!(server.posts("virtual-1"), [("here".to_owned(), video.sha256)]);
}
