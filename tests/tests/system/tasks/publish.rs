//! Protects the sentence: the curl example of the task page, with a file that exists, ends `completed` and the oracle
//! shows exactly that caption and that file's hash; with a file that does not, it ends `failed` and names it.

use serde_json::json;
use tempfile::tempdir;
use tikmatrix_client::api::Outcome;
use tikmatrix_client::api::tasks::Stats;

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
    let outcome = task.task.outcome;
    assert_eq!((task.task.status, outcome, task.task.progress), (2, Some(Outcome::Succeeded.into()), 100));
    assert!(task.steps.len() >= 3, "{task:#?}");
    assert_eq!(task.attempts.len(), 1, "{task:#?}");
    let stats = server.client.tasks().stats().unwrap();
    assert_eq!(stats, Stats { total: 1, pending: 0, running: 0, completed: 1, failed: 0 });
    assert!(server.terminate().success());
}

#[test]
fn a_file_that_does_not_exist_fails_the_task_by_name_and_publishes_nothing() {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 1);
    // Files are looked up when the task runs.
    let config = json!({"material_list": ["C:/Videos/video1.mp4"]});
    let task = server.failed(server.create_for(&["virtual-1"], "post", config)[0]);
    assert_eq!(task.task.outcome, Some(Outcome::Failed.into()));
    assert!(task.task.remark.as_deref().unwrap().contains("C:/Videos/video1.mp4"), "{task:#?}");
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
