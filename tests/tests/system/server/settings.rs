//! Protects the sentences: while the server is paused no task begins, and each does afterwards; and the package that the
//! settings name is the one that a script works in.

use tempfile::tempdir;
use tikmatrix_client::api::Patch;
use tikmatrix_client::api::WaitingReason;
use tikmatrix_client::api::settings::SettingsPatch;

use crate::harness::{Server, Video};

#[test]
fn while_paused_no_task_begins_and_afterwards_each_does() {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 2);
    let video = Video::make(directory.path(), "paused.mp4");
    server.pause(true);
    let waiting = server.create(&["virtual-1"], "after the pause", &video)[0];
    server.task_when(waiting, "paused", |detail| {
        detail.task.waiting_reason == Some(WaitingReason::Paused.into())
    });
    assert_eq!(server.posts("virtual-1"), []);
    server.pause(false);
    let task = server.completed(waiting);
    assert_eq!(task.attempts.len(), 1, "{task:#?}");
    assert_eq!(server.posts("virtual-1"), [("after the pause".to_owned(), video.sha256)]);
}

fn use_package(server: &Server, package: &str) {
    let change = SettingsPatch { tiktok_package: Patch::Set(package.into()), ..SettingsPatch::default() };
    server.client.change_settings(&change).unwrap();
}

#[test]
fn scripts_work_in_the_package_that_is_set() {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 1);
    let video = Video::make(directory.path(), "package.mp4");
    use_package(&server, "com.example.clone");
    let failed = server.failed(server.create(&["virtual-1"], "nowhere", &video)[0]);
    let remark = failed.task.remark.as_deref().unwrap();
    assert!(remark.contains("not installed as com.example.clone"), "{remark}");
    use_package(&server, "com.zhiliaoapp.musically");
    server.completed(server.create(&["virtual-1"], "here", &video)[0]);
    assert_eq!(server.posts("virtual-1"), [("here".to_owned(), video.sha256)]);
}
