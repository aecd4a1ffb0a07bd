//! Protects the sentence: a video is uploaded to the library, published once under its own caption, and marked used;
//! two tasks never take the same one, and one that finds nothing left says so.

use serde_json::{Value, json};
use tempfile::{TempDir, tempdir};

use crate::harness::{Server, Video};

/// Makes one task for each phone that posts whatever its configuration finds.
fn post(server: &Server, serials: &[&str], config: &Value) -> Vec<i64> {
    let body = json!({"serials": serials, "script_name": "post", "script_config": config});
    let answer = server.post("/api/v1/task", &body);
    assert_eq!(answer.body["code"], 0, "{answer:?}");
    answer.body["data"]["task_ids"].as_array().unwrap().iter().map(|id| id.as_i64().unwrap()).collect()
}

fn material(server: &Server, id: &Value) -> Value {
    server.get(&format!("/api/v1/material/{id}")).body["data"].clone()
}

fn remark(task: &Value) -> &str {
    task["remark"].as_str().unwrap()
}

#[test]
fn an_uploaded_video_is_published_once_under_its_own_caption_and_then_used() {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 2);
    let video = Video::make(directory.path(), "from-the-library.mp4");
    let uploaded = server.upload(&video, &json!({"tags": ["demo"], "caption": "from the library"}));
    assert_eq!(
        (&uploaded["sha256"], &uploaded["state"]),
        (&json!(video.sha256), &json!("unused")),
        "{uploaded:#}"
    );

    let config = json!({"captions": "the task's own", "materials_tags": "Demo", "upload_wait_time": 60});
    let task = post(&server, &["virtual-1"], &config)[0];
    server.completed(task);
    assert_eq!(server.posts("virtual-1"), [("from the library".to_owned(), video.sha256)]);
    let used = material(&server, &uploaded["id"]);
    assert_eq!((&used["state"], &used["used"]["task_id"]), (&json!("used"), &json!(task)), "{used:#}");

    let late = server.failed(post(&server, &["virtual-2"], &config)[0]);
    assert!(remark(&late).contains("no unused video with the tag demo left"), "{late:#}");
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
    let ended: Vec<Value> = tasks
        .iter()
        .map(|id| server.task_when(*id, "finished", |task| task["finished_at"].is_string()))
        .collect();
    let failed: Vec<&Value> = ended.iter().filter(|task| task["status_text"] == "failed").collect();
    assert!(failed.len() == 1 && remark(failed[0]).contains("no unused video"), "{ended:#?}");
    let mut published: Vec<String> =
        serials.iter().flat_map(|serial| server.posts(serial)).map(|(_, hash)| hash).collect();
    published.sort();
    hashes.sort();
    assert_eq!(published, hashes);
}

#[test]
fn what_a_task_took_is_free_again_after_its_failure_and_after_the_death_of_the_server() {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 1);
    let video = Video::make(directory.path(), "video.mp4");
    let id = server.upload(&video, &json!({}))["id"].clone();
    server.arm("virtual-1", &json!({"fault": "popup", "kind": "captcha"}));
    let failed = server.failed(post(&server, &["virtual-1"], &json!({}))[0]);
    assert_eq!(material(&server, &id)["state"], "unused", "after: {}", remark(&failed));
    assert!(server.terminate().success());

    let server = Server::start(&directory, 1);
    let cut_off = post(&server, &["virtual-1"], &json!({}))[0];
    server.task_when(cut_off, "at work with the video", |_| material(&server, &id)["state"] == "reserved");
    server.kill();

    let server = Server::start(&directory, 1);
    assert_eq!(material(&server, &id)["state"], "unused");
    let task = post(&server, &["virtual-1"], &json!({"upload_wait_time": 60}))[0];
    server.completed(task);
    let used = material(&server, &id);
    assert_eq!((&used["state"], &used["used"]["task_id"]), (&json!("used"), &json!(task)));
}

#[test]
fn what_may_be_public_waits_for_a_persons_word() {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 1);
    let id = server.upload(&Video::make(directory.path(), "video.mp4"), &json!({}))["id"].clone();
    server.arm("virtual-1", &json!({"fault": "slow_upload", "seconds": 50}));
    let task = post(&server, &["virtual-1"], &json!({"upload_wait_time": 1}))[0];
    server.failed(task);
    let perhaps = material(&server, &id);
    assert_eq!(
        (&perhaps["state"], &perhaps["task_id"]),
        (&json!("unconfirmed"), &json!(task)),
        "{perhaps:#}"
    );
    let late = server.failed(post(&server, &["virtual-1"], &json!({}))[0]);
    assert!(remark(&late).contains("no unused video"), "{late:#}");
    let said = server.patch(&format!("/api/v1/material/{id}"), &json!({"used": false}));
    assert_eq!(said.body["data"]["state"], "unused", "{said:?}");
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
    assert!(remark(&late).contains("has no unused MP4 video left"), "{late:#}");
}
