//! Stopping and deleting tasks while they run.

use std::time::Duration;

use serde_json::json;
use tikmatrix_domain::{DevicePresence, IllegalTransition, NewTask, Outcome, Serial, Status, TaskId};
use tikmatrix_storage::{Batch, StorageError};
use tokio::time::Instant;

use crate::{Fixture, end_of, phone, task, tell};

fn hold(word: &str) -> NewTask {
    task("a", &json!({ "act": "hold", "word": word }))
}

#[tokio::test]
async fn a_stopped_task_is_failed_as_stopped_when_the_answer_comes_and_its_phone_goes_on() {
    let fixture = Fixture::new();
    let (a, _adbd) = phone("a").await;
    let runner = fixture.runner().await;
    fixture.ready(&[&a]);
    let ids = fixture.create(vec![hold("holds"), tell("a", "next")]).await;
    runner.wake();
    fixture.stage.heard("holds").await;
    runner.stop(ids[0]).await.unwrap();
    let (outcome, remark) = end_of(&fixture.task(ids[0]).await.task);
    assert_eq!(outcome, Outcome::Stopped);
    assert!(remark.contains("stopped") && remark.contains("\"hold the phone\""), "{remark}");
    fixture.stage.heard("next").await;
    runner.shutdown().await;
}

#[tokio::test]
async fn only_a_task_that_works_can_be_stopped() {
    let fixture = Fixture::new();
    let runner = fixture.runner().await;
    let id = fixture.create(vec![tell("a", "waits")]).await[0];
    let refused = runner.stop(id).await.unwrap_err();
    let StorageError::Illegal { source, .. } = refused else { panic!("{refused}") };
    assert_eq!(source, IllegalTransition::NotRunning(Status::Pending));
    assert!(matches!(runner.stop(TaskId(99)).await, Err(StorageError::NoSuchTask(TaskId(99)))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_script_that_does_not_let_go_is_abandoned_within_five_seconds_and_its_phone_probed() {
    let fixture = Fixture::new();
    let (a, adbd) = phone("a").await;
    let runner = fixture.runner().await;
    fixture.ready(&[&a]);
    let block = task("a", &json!({ "act": "block", "word": "deaf" }));
    let ids = fixture.create(vec![block, tell("a", "next")]).await;
    runner.wake();
    fixture.stage.heard("deaf").await;
    adbd.fall_silent(true);
    let asked = Instant::now();
    let count = runner.presence_version();
    runner.stop(ids[0]).await.unwrap();
    // Five seconds, and one for a machine that is busy with other tests.
    assert!(asked.elapsed() < Duration::from_secs(6), "{:?}", asked.elapsed());
    let (outcome, remark) = end_of(&fixture.task(ids[0]).await.task);
    assert_eq!(outcome, Outcome::Stopped);
    assert!(remark.contains("set aside until it answers"), "{remark}");

    // The phone is connected and silent: it gets nothing to do.
    assert_eq!(runner.presence(&Serial::new("a").unwrap()), DevicePresence::Offline);
    assert!(runner.presence_version() > count);
    assert_eq!(fixture.task(ids[1]).await.task.state.status(), Status::Pending);
    adbd.fall_silent(false);
    fixture.stage.unblock();
    fixture.stage.heard("next").await;
    assert_eq!(fixture.task(ids[0]).await.task.state.status(), Status::Failed);
    runner.shutdown().await;
}

#[tokio::test]
async fn a_task_that_works_is_stopped_before_it_is_deleted_with_its_files() {
    let fixture = Fixture::new();
    let (a, _adbd) = phone("a").await;
    let runner = fixture.runner().await;
    fixture.ready(&[&a]);
    let ids = fixture.create(vec![hold("holds"), tell("a", "never said"), tell("a", "next")]).await;
    runner.wake();
    fixture.stage.heard("holds").await;
    let folder = fixture.folder.path().join("artifacts").join(ids[0].to_string());
    std::fs::create_dir_all(folder.join("1")).unwrap();
    std::fs::write(folder.join("1/screenshot.png"), "evidence").unwrap();

    let wanted = vec![ids[0], TaskId(99), ids[1]];
    let deletion = runner.delete(wanted).await.unwrap();
    let Batch { mut done, refused, not_found } = deletion;
    done.sort();
    assert_eq!((done, refused, not_found), (ids[..2].to_vec(), Vec::new(), vec![TaskId(99)]));
    assert!(!folder.exists());
    assert!(fixture.store.tasks().find(ids[0]).await.unwrap().is_none());
    fixture.stage.heard("next").await;
    assert_eq!(fixture.stage.said(), ["holds", "next"]);
    runner.shutdown().await;
}
