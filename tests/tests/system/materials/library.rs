//! Protects the sentence: a video is uploaded to the library, published once under its own caption, and marked used;
//! two tasks never take the same one, and one that finds nothing left says so.

use serde_json::{Value, json};
use tempfile::{TempDir, tempdir};
use tikmatrix_client::api::Status;
use tikmatrix_client::api::materials::{Material, MaterialPatch, MaterialState};
use tikmatrix_client::api::tasks::TaskDetail;

use crate::harness::{Server, Video};

/// Makes one task for each phone that posts whatever its configuration finds.
fn post(server: &Server, serials: &[&str], config: &Value) -> Vec<i64> {
    server.create_for(serials, "post", config.clone())
}

fn material(server: &Server, id: i64) -> Material {
    server.client.materials().get(id).unwrap()
}

fn remark(detail: &TaskDetail) -> &str {
    detail.task.remark.as_deref().unwrap()
}

#[test]
fn an_uploaded_video_is_published_once_under_its_own_caption_and_then_used() {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 2);
    let video = Video::make(directory.path(), "from-the-library.mp4");
    let uploaded = server.upload(&video, &json!({"tags": ["demo"], "caption": "from the library"}));
    assert_eq!((&uploaded.sha256, uploaded.state), (&video.sha256, MaterialState::Unused), "{uploaded:#?}");

    let config = json!({"captions": "the task's own", "materials_tags": "Demo", "upload_wait_time": 60});
    let task = post(&server, &["virtual-1"], &config)[0];
    server.completed(task);
    assert_eq!(server.posts("virtual-1"), [("from the library".to_owned(), video.sha256)]);
    let used = material(&server, uploaded.id);
    assert_eq!((used.state, used.used.and_then(|used| used.task_id)), (MaterialState::Used, Some(task)));

    let late = server.failed(post(&server, &["virtual-2"], &config)[0]);
    assert!(remark(&late).contains("no unused video with the tag demo left"), "{late:#?}");
    assert!(server.posts("virtual-2").is_empty());
}

#[test]
fn tasks_on_several_phones_share_a_library_and_never_a_video() {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 3);
    let mut hashes = Vec::new();
    for name in ["one.mp4", "two.mp4"] {
        let video = Video::make(directory.path(), name);
        server.upload(&video, &json!({}));
        hashes.push(video.sha256);
    }
    let serials = ["virtual-1", "virtual-2", "virtual-3"];
    let tasks = post(&server, &serials, &json!({"captions": "shared", "upload_wait_time": 60}));
    let ended: Vec<TaskDetail> = tasks
        .iter()
        .map(|id| server.task_when(*id, "finished", |detail| detail.task.is_finished()))
        .collect();
    let failed: Vec<&TaskDetail> =
        ended.iter().filter(|detail| detail.task.status_text == Status::Failed).collect();
    assert!(failed.len() == 1 && remark(failed[0]).contains("no unused video"), "{ended:#?}");
    let mut published: Vec<String> =
        serials.iter().flat_map(|serial| server.posts(serial)).map(|(_, hash)| hash).collect();
    published.sort();
    hashes.sort();
    assert_eq!(published, hashes);
}

#[test]
fn what_a_task_took_is_free_again_after_its_failure_and_published_once_when_the_server_died() {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 1);
    let video = Video::make(directory.path(), "video.mp4");
    let id = server.upload(&video, &json!({})).id;
    server.arm("virtual-1", &json!({"fault": "popup", "kind": "captcha"}));
    let failed = server.failed(post(&server, &["virtual-1"], &json!({}))[0]);
    assert_eq!(material(&server, id).state, MaterialState::Unused, "after: {}", remark(&failed));
    assert!(server.terminate().success());

    let server = Server::start(&directory, 1);
    let cut_off = post(&server, &["virtual-1"], &json!({}))[0];
    server.task_when(cut_off, "at work with the video", |_| {
        material(&server, id).state == MaterialState::Reserved
    });
    server.kill();

    let server = Server::start(&directory, 1);
    server.completed(cut_off);
    let used = material(&server, id);
    assert_eq!((used.state, used.used.and_then(|used| used.task_id)), (MaterialState::Used, Some(cut_off)));
    assert_eq!(server.posts("virtual-1").len(), 1);
}

#[test]
fn what_may_be_public_waits_for_a_persons_word() {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 1);
    let id = server.upload(&Video::make(directory.path(), "video.mp4"), &json!({})).id;
    server.arm("virtual-1", &json!({"fault": "slow_upload", "seconds": 50}));
    let task = post(&server, &["virtual-1"], &json!({"upload_wait_time": 1}))[0];
    server.failed(task);
    let perhaps = material(&server, id);
    assert_eq!((perhaps.state, perhaps.task_id), (MaterialState::Unconfirmed, Some(task)), "{perhaps:#?}");
    let late = server.failed(post(&server, &["virtual-1"], &json!({}))[0]);
    assert!(remark(&late).contains("no unused video"), "{late:#?}");
    let change = MaterialPatch { used: Some(false), ..MaterialPatch::default() };
    let changed = server.client.materials().change(id, &change).unwrap();
    assert_eq!(changed.state, MaterialState::Unused, "{changed:?}");
}

/// The configuration of a task that takes from a folder.
fn from(folder: &TempDir) -> Value {
    json!({"material_source": "localFolder", "material_path": folder.path(), "upload_wait_time": 60})
}

#[test]
fn a_local_folder_gives_each_of_its_videos_once_also_over_a_restart() {
    let directory = tempdir().unwrap();
    let folder = tempdir().unwrap();
    let video = Video::make(folder.path(), "local.mp4");
    std::fs::write(folder.path().join("caption.txt"), "{beside|beside} the video").unwrap();
    let server = Server::start(&directory, 1);
    server.completed(post(&server, &["virtual-1"], &from(&folder))[0]);
    assert_eq!(server.posts("virtual-1"), [("beside the video".to_owned(), video.sha256)]);
    assert!(server.terminate().success());

    let server = Server::start(&directory, 1);
    let late = server.failed(post(&server, &["virtual-1"], &from(&folder))[0]);
    assert!(remark(&late).contains("has no unused MP4 video left"), "{late:#?}");
}
