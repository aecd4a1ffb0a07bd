//! Protects the sentence: one task at a time per phone, phones beside each other, nothing before its time.

use chrono::{DateTime, FixedOffset, Local, TimeDelta};
use serde_json::{Value, json};
use tempfile::tempdir;

use crate::harness::{Server, Video};

fn span(task: &Value) -> (DateTime<FixedOffset>, DateTime<FixedOffset>) {
    let moment = |field: &str| DateTime::parse_from_rfc3339(task[field].as_str().unwrap()).unwrap();
    (moment("started_at"), moment("finished_at"))
}

#[test]
fn a_phone_runs_its_tasks_one_after_the_other_and_phones_work_beside_each_other() {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 4);
    let video = Video::make(directory.path(), "video.mp4");
    let serials = ["virtual-1", "virtual-2", "virtual-3", "virtual-4"];
    // As long as one task works, the others have time to begin.
    for serial in serials {
        server.arm(serial, &json!({"fault": "slow_upload", "seconds": 5}));
    }
    let beside = server.create(&serials, "beside each other", &video);
    let after = server.create(&["virtual-1"], "after the first", &video);
    let spans: Vec<_> = beside.iter().map(|id| span(&server.completed(*id))).collect();
    let last_start = spans.iter().map(|(start, _)| start).max().unwrap();
    let first_end = spans.iter().map(|(_, end)| end).min().unwrap();
    assert!(last_start < first_end, "all four work at one time: {spans:?}");
    let (start, _) = span(&server.completed(after[0]));
    assert!(start >= spans[0].1, "the second task of a phone begins after the end of the first");
}

#[test]
fn a_task_behind_another_says_that_its_phone_is_busy() {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 1);
    let video = Video::make(directory.path(), "video.mp4");
    let ids =
        [server.create(&["virtual-1"], "one", &video), server.create(&["virtual-1"], "two", &video)].concat();
    server.task_when(ids[0], "running", |task| task["status_text"] == "running");
    let waiting = server.task(ids[1]);
    assert_eq!(waiting["waiting_reason"], "device_busy", "{waiting:#}");
}

#[test]
fn a_task_waits_for_its_start_time() {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 1);
    let video = Video::make(directory.path(), "video.mp4");
    let later = (Local::now() + TimeDelta::hours(2)).format("%H:%M").to_string();
    let answer = server.post(
        "/api/v1/task",
        &json!({
            "serials": ["virtual-1"],
            "script_name": "post",
            "script_config": {"material_list": [video.path()]},
            "start_time": later,
        }),
    );
    let scheduled = answer.body["data"]["task_ids"][0].as_i64().unwrap();
    let at_once = server.create(&["virtual-1"], "at once", &video);
    server.completed(at_once[0]);
    let task = server.task(scheduled);
    assert_eq!(
        (&task["status_text"], &task["waiting_reason"]),
        (&json!("pending"), &json!("scheduled")),
        "{task:#}"
    );
}
