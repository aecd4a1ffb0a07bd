//! Stopping and deleting tasks while they run.

use std::time::Duration;

use serde_json::json;
use tikmatrix_domain::{
    BatchOperation, DevicePresence, IllegalTransition, NewTask, Outcome, Serial, Status, TaskId,
};
use tikmatrix_runner::{BatchResult, TaskSelection};
use tikmatrix_storage::{Batch, StorageError, TaskFilter};
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

#[tokio::test]
async fn of_many_tasks_the_running_ones_are_stopped_and_the_pending_ones_cancelled() {
    let fixture = Fixture::new();
    let ((a, _adbd_a), (b, _adbd_b)) = (phone("a").await, phone("b").await);
    let runner = fixture.runner().await;
    fixture.ready(&[&a, &b]);
    let on_b = task("b", &json!({ "act": "hold", "word": "b holds" }));
    let ids = fixture.create(vec![hold("a holds"), on_b, tell("a", "never said")]).await;
    runner.wake();
    fixture.stage.heard_many(2).await;

    let of_a = TaskFilter { serial: Serial::new("a").ok(), ..TaskFilter::default() };
    let stop = TaskSelection::Filter(of_a.clone());
    let counted = BatchResult { done: 1, ..BatchResult::default() };
    assert_eq!(runner.preview_batch(BatchOperation::Stop, stop).await.unwrap(), counted);
    let both = TaskSelection::Filter(of_a);
    let cancelled = runner.run_batch(BatchOperation::Cancel, both).await.unwrap();
    assert_eq!(cancelled, BatchResult { done: 2, ..BatchResult::default() });
    let outcome = async |id| end_of(&fixture.task(id).await.task).0;
    assert_eq!((outcome(ids[0]).await, outcome(ids[2]).await), (Outcome::Stopped, Outcome::Cancelled));
    assert_eq!(fixture.task(ids[1]).await.task.state.status(), Status::Running);

    let named = TaskSelection::Ids(vec![ids[2], TaskId(99), ids[1], ids[0]]);
    let stopped = runner.run_batch(BatchOperation::Stop, named).await.unwrap();
    let refused = [ids[2], ids[0]].map(|id| (id, IllegalTransition::NotRunning(Status::Failed))).to_vec();
    assert_eq!(stopped, BatchResult { done: 1, refused, not_found: vec![TaskId(99)] });
    assert_eq!(outcome(ids[1]).await, Outcome::Stopped);
    // The phones begin in any order.
    let mut said = fixture.stage.said();
    said.sort_unstable();
    assert_eq!(said, ["a holds", "b holds"]);

    let failed = TaskSelection::Filter(TaskFilter::default());
    let retried = runner.run_batch(BatchOperation::Retry, failed).await.unwrap();
    assert_eq!(retried, BatchResult { done: 3, ..BatchResult::default() });
    // The tasks on both phones hold again, and may take the permission to go on in any order.
    while !fixture.stage.said().contains(&"never said".to_owned()) {
        fixture.stage.go_on();
        tokio::task::yield_now().await;
    }
    let deleted = runner.run_batch(BatchOperation::Delete, TaskSelection::Ids(ids)).await.unwrap();
    assert_eq!(deleted, BatchResult { done: 3, ..BatchResult::default() });
    runner.shutdown().await;
}
