//! The end of the server, by shutdown or crash, and its next start.

use serde_json::json;
use tikmatrix_domain::{LeaseId, Outcome, Record, RecordedEvent, Serial, Status};
use tikmatrix_storage::{Claim, TaskCounts};

use crate::{Fixture, end_of, phone, task, tell};

#[tokio::test]
async fn a_shutdown_accounts_for_what_runs_and_leaves_what_waits() {
    let fixture = Fixture::new();
    let (a, _adbd) = phone("a").await;
    let runner = fixture.runner().await;
    fixture.ready(&[&a]);
    let hold = task("a", &json!({ "act": "hold", "word": "holds" }));
    let ids = fixture.create(vec![hold, tell("a", "next")]).await;
    runner.wake();
    fixture.stage.heard("holds").await;
    runner.shutdown().await;

    let (outcome, remark) = end_of(&fixture.task(ids[0]).await.task);
    assert_eq!(outcome, Outcome::Interrupted);
    assert!(remark.contains("the server was stopped") && remark.contains("\"hold the phone\""), "{remark}");
    assert_eq!(fixture.task(ids[1]).await.task.state.status(), Status::Pending);
    assert_eq!(fixture.stage.said(), ["holds"]);

    let runner = fixture.runner().await;
    fixture.stage.heard("next").await;
    runner.shutdown().await;
    let counts = fixture.store.stats().await.unwrap();
    assert_eq!(counts, TaskCounts { completed: 1, failed: 1, ..TaskCounts::default() });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_by_a_shutdown_in_the_middle_of_much_work() {
    let fixture = Fixture::new();
    let ((a, _adbd_a), (b, _adbd_b)) = (phone("a").await, phone("b").await);
    fixture.ready(&[&a, &b]);
    let tasks = (0..60).map(|number| tell(if number % 2 == 0 { "a" } else { "b" }, &number.to_string()));
    fixture.create(tasks.collect()).await;
    for heard in [1, 20, 40] {
        let runner = fixture.runner().await;
        fixture.stage.heard_many(heard).await;
        runner.shutdown().await;
        let counts = fixture.store.stats().await.unwrap();
        assert_eq!((counts.total(), counts.running), (60, 0), "{counts:?}");
    }
    let runner = fixture.runner().await;
    fixture.settled(&runner, "a").await;
    fixture.settled(&runner, "b").await;
    runner.shutdown().await;
    let counts = fixture.store.stats().await.unwrap();
    assert_eq!((counts.total(), counts.pending, counts.running), (62, 0, 0), "{counts:?}");
    // Nothing ran twice: each word is said once.
    let mut said = fixture.stage.said();
    said.sort();
    let all = said.len();
    said.dedup();
    assert_eq!(said.len(), all);
}

#[tokio::test]
async fn what_a_dead_server_left_running_is_failed_and_not_run_again() {
    let fixture = Fixture::new();
    let ids = fixture.create(vec![tell("a", "half done"), tell("a", "next")]).await;
    let (serial, lease) = (Serial::new("a").unwrap(), LeaseId("dead".to_owned()));
    let claim = fixture.store.claim(1, serial, lease.clone(), fixture.clock.now()).await.unwrap();
    assert!(matches!(claim, Claim::Claimed(_)), "{claim:?}");
    let step = Record { at: fixture.clock.now(), event: RecordedEvent::Step("tap Post".to_owned()) };
    fixture.store.record(ids[0], lease, vec![step]).await.unwrap();

    let (a, _adbd) = phone("a").await;
    let runner = fixture.runner().await;
    fixture.ready(&[&a]);
    fixture.stage.heard("next").await;
    runner.shutdown().await;
    assert_eq!(fixture.stage.said(), ["next"]);
    let (outcome, remark) = end_of(&fixture.task(ids[0]).await.task);
    assert_eq!(outcome, Outcome::Interrupted);
    assert!(remark.contains("unexpectedly") && remark.contains("\"tap Post\""), "{remark}");
}

#[tokio::test]
async fn a_shutdown_without_phones_or_work_returns_and_can_be_asked_for_twice() {
    let fixture = Fixture::new();
    let runner = fixture.runner().await;
    tokio::join!(runner.shutdown(), runner.shutdown());
    runner.shutdown().await;
}
