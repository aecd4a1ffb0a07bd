//! Protects the sentence: one task at a time per phone, phones beside each other, nothing before its time.

use chrono::{DateTime, FixedOffset, Local, TimeDelta};
use serde_json::json;
use tempfile::tempdir;
use tikmatrix_client::api::tasks::{NewTasks, TaskDetail};
use tikmatrix_client::api::{Status, WaitingReason};

use crate::harness::{Server, Video};

fn span(detail: &TaskDetail) -> (DateTime<FixedOffset>, DateTime<FixedOffset>) {
    (detail.task.started_at.unwrap().0, detail.task.finished_at.unwrap().0)
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
    server.task_when(ids[0], "running", |detail| detail.task.status_text == Status::Running);
    let waiting = server.task(ids[1]);
    assert_eq!(waiting.task.waiting_reason, Some(WaitingReason::DeviceBusy.into()), "{waiting:#?}");
}

#[test]
fn a_task_waits_for_its_start_time() {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 1);
    let video = Video::make(directory.path(), "video.mp4");
    let later = (Local::now() + TimeDelta::hours(2)).format("%H:%M").to_string();
    let tasks = NewTasks {
        serials: Some(vec!["virtual-1".into()]),
        start_time: Some(later),
        ..NewTasks::new("post", json!({"material_list": [video.path()]}))
    };
    let scheduled = server.client.tasks().create(&tasks).unwrap().task_ids[0];
    let at_once = server.create(&["virtual-1"], "at once", &video);
    server.completed(at_once[0]);
    let task = server.task(scheduled);
    assert_eq!(task.task.status_text, Status::Pending, "{task:#?}");
    assert_eq!(task.task.waiting_reason, Some(WaitingReason::Scheduled.into()), "{task:#?}");
}
