//! Protects the sentence: the curl example of the task page, with a file that exists, ends `completed` and the oracle
//! shows exactly that caption and that file's hash; with a file that does not, it ends `failed` and names it.

use serde_json::json;
use tempfile::tempdir;

use crate::harness::{Server, Video};

#[test]
fn the_example_of_the_task_page_publishes_caption_and_file() {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 1);
    let video = Video::make(directory.path(), "video1.mp4");
    let example = r##"{
        "serials": ["device_serial_1"],
        "script_name": "post",
        "script_config": {
          "content_type": 0,
          "captions": "Check out my new video! #viral #fyp",
          "material_list": ["C:/Videos/video1.mp4"],
          "upload_wait_time": 60
        }
      }"##;
    let example =
        example.replace("device_serial_1", "virtual-1").replace("C:/Videos/video1.mp4", video.path());
    let answer = server.post_text("/api/v1/task", &example);
    assert_eq!(
        (answer.status, answer.body),
        (200, json!({"code": 0, "message": "success", "data": {"task_ids": [1], "created_count": 1}}))
    );

    let task = server.completed(1);
    assert_eq!(server.posts("virtual-1"), [("Check out my new video! #viral #fyp".to_owned(), video.sha256)]);
    assert_eq!(
        (&task["status"], &task["outcome"], &task["progress"]),
        (&json!(2), &json!("succeeded"), &json!(100))
    );
    assert!(task["steps"].as_array().unwrap().len() >= 3, "{task:#}");
    assert_eq!(task["attempts"].as_array().unwrap().len(), 1, "{task:#}");
    let stats = server.get("/api/v1/task/stats").body;
    assert_eq!(stats["data"], json!({"total": 1, "pending": 0, "running": 0, "completed": 1, "failed": 0}));
    assert!(server.terminate().success());
}

#[test]
fn a_file_that_does_not_exist_fails_the_task_by_name_and_publishes_nothing() {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 1);
    let answer = server.post(
        "/api/v1/task",
        &json!({
            "serials": ["virtual-1"],
            "script_name": "post",
            "script_config": {"material_list": ["C:/Videos/video1.mp4"]},
        }),
    );
    assert_eq!(answer.status, 200, "files are looked for when the task runs: {answer:?}");
    let task = server.failed(1);
    assert_eq!(task["outcome"], "failed");
    assert!(task["remark"].as_str().unwrap().contains("C:/Videos/video1.mp4"), "{task:#}");
    assert!(server.posts("virtual-1").is_empty());
}

#[test]
fn the_phone_is_left_as_it_was_found() {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 1);
    let (first, second) =
        (Video::make(directory.path(), "first.mp4"), Video::make(directory.path(), "second.mp4"));
    for (video, caption) in [(&first, "first"), (&second, "second")] {
        let ids = server.create(&["virtual-1"], caption, video);
        server.completed(ids[0]);
    }
    let mut posts = server.posts("virtual-1");
    posts.sort();
    let expected = [("first".to_owned(), first.sha256), ("second".to_owned(), second.sha256)];
    assert_eq!(posts, expected, "the second post finds the phone as the first one found it");
}
