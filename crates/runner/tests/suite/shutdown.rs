//! The end of the server, by shutdown or crash, and its next start.

use serde_json::json;
use tikmatrix_domain::{
    Finish, LeaseId, MAX_INTERRUPTIONS, NewTask, Outcome, Record, RecordedEvent, Serial, Status, TaskId,
    TaskOptions,
};
use tikmatrix_storage::Claim;

use crate::{Fixture, end_of, phone, task, tell};

#[tokio::test]
async fn a_shutdown_accounts_for_what_runs_and_leaves_what_waits() {
    let fixture = Fixture::new();
    let (a, _adbd) = phone("a").await;
    let runner = fixture.runner().await;
    fixture.ready(&[&a]);
    let hold = task("a", &json!({ "act": "hold", "word": "holds" }));
    let mut ids = fixture.create(vec![hold]).await;
    runner.wake();
    fixture.stage.heard("holds").await;
    let options = TaskOptions { priority: 100, ..TaskOptions::default() };
    ids.extend(fixture.create(vec![NewTask { options, ..tell("a", "next") }]).await);
    runner.shutdown().await;

    let Finish { outcome, remark, .. } = interruption(&fixture, ids[0]).await;
    assert_eq!(outcome, Outcome::Interrupted);
    assert!(remark.contains("the server was stopped") && remark.contains("\"hold the phone\""), "{remark}");
    for id in &ids {
        assert_eq!(fixture.task(*id).await.task.state.status(), Status::Pending);
    }
    assert_eq!(fixture.stage.said(), ["holds"]);

    let runner = fixture.runner().await;
    fixture.stage.heard_many(2).await;
    assert_eq!(
        fixture.stage.said(),
        ["holds", "holds"],
        "the interrupted task runs again, before the others"
    );
    fixture.stage.go_on();
    fixture.settled(&runner, "a").await;
    runner.shutdown().await;
    assert_eq!(fixture.task(ids[0]).await.task.retry_count, 0, "an interruption is no retry");
    let counts = fixture.store.tasks().stats().await.unwrap();
    assert_eq!((counts.failed, counts.pending), (0, 0), "{counts:?}");
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
        let counts = fixture.store.tasks().stats().await.unwrap();
        assert_eq!((counts.total(), counts.running), (60, 0), "{counts:?}");
    }
    let runner = fixture.runner().await;
    fixture.settled(&runner, "a").await;
    fixture.settled(&runner, "b").await;
    runner.shutdown().await;
    let counts = fixture.store.tasks().stats().await.unwrap();
    assert_eq!((counts.total(), counts.pending, counts.running), (62, 0, 0), "{counts:?}");
    // Nothing ran twice: each word is said once.
    let mut said = fixture.stage.said();
    said.sort();
    let all = said.len();
    said.dedup();
    assert_eq!(said.len(), all);
}

/// Returns the end of the task's first attempt.
async fn interruption(fixture: &Fixture, id: TaskId) -> Finish {
    fixture.task(id).await.attempts[0].finish.clone().unwrap()
}

/// Lets a server that never ends anything claim the next task of the device and begin these steps.
async fn claim_and_die(fixture: &Fixture, id: TaskId, steps: &[&str]) {
    let (serial, lease) = (Serial::new("a").unwrap(), LeaseId("dead".to_owned()));
    let claim = fixture.store.queue().claim(1, serial, lease.clone(), fixture.clock.now()).await.unwrap();
    assert!(matches!(&claim, Claim::Claimed(task) if task.id == id), "{claim:?}");
    let at = fixture.clock.now();
    let step = |step: &&str| Record { at, event: RecordedEvent::Step((*step).to_owned()) };
    fixture.store.attempts().record(id, lease, steps.iter().map(step).collect()).await.unwrap();
}

#[tokio::test]
async fn what_a_dead_server_left_running_runs_again_before_anything_new() {
    let fixture = Fixture::new();
    let options = TaskOptions { priority: 100, ..TaskOptions::default() };
    let ids = fixture.create(vec![tell("a", "half done")]).await;
    claim_and_die(&fixture, ids[0], &["tap Post"]).await;
    fixture.create(vec![NewTask { options, ..tell("a", "next") }]).await;

    let (a, _adbd) = phone("a").await;
    let runner = fixture.runner().await;
    fixture.ready(&[&a]);
    fixture.stage.heard("next").await;
    runner.shutdown().await;
    assert_eq!(fixture.stage.said(), ["half done", "next"]);
    let Finish { outcome, remark, .. } = interruption(&fixture, ids[0]).await;
    assert_eq!(outcome, Outcome::Interrupted);
    assert!(remark.contains("unexpectedly") && remark.contains("\"tap Post\""), "{remark}");
    let task = fixture.task(ids[0]).await.task;
    assert_eq!((task.state.status(), task.retry_count), (Status::Completed, 0));
}

#[tokio::test]
async fn what_an_interrupted_attempt_may_have_done_is_not_done_again() {
    let fixture = Fixture::new();
    let ids = fixture.create(vec![tell("a", "once")]).await;
    claim_and_die(&fixture, ids[0], &["speak"]).await;
    let lease = LeaseId("dead".to_owned());
    fixture.store.marks().set(ids[0], lease, "\"once\"".to_owned(), fixture.clock.now()).await.unwrap();
    fixture.stage.say("once".to_owned());

    let (a, _adbd) = phone("a").await;
    let runner = fixture.runner().await;
    fixture.ready(&[&a]);
    fixture.settled(&runner, "a").await;
    runner.shutdown().await;
    assert_eq!(fixture.task(ids[0]).await.task.state.status(), Status::Completed);
    assert_eq!(fixture.stage.said().iter().filter(|word| *word == "once").count(), 1);
}

#[tokio::test]
async fn a_task_that_takes_the_server_down_every_time_ends() {
    let fixture = Fixture::new();
    let ids = fixture.create(vec![tell("a", "poison")]).await;
    for death in 1..=MAX_INTERRUPTIONS {
        claim_and_die(&fixture, ids[0], &["begin", "break"]).await;
        // Without a phone, so that it only cleans up.
        fixture.runner().await.shutdown().await;
        let task = fixture.task(ids[0]).await.task;
        let ended = task.state.status() == Status::Failed;
        assert_eq!(ended, death == MAX_INTERRUPTIONS, "{death}: {task:?}");
    }
    let (outcome, remark) = end_of(&fixture.task(ids[0]).await.task);
    assert_eq!(outcome, Outcome::Interrupted);
    assert!(remark.contains("\"break\"") && remark.contains("does not run again"), "{remark}");

    fixture.store.tasks().retry(ids[0], fixture.clock.now()).await.unwrap();
    claim_and_die(&fixture, ids[0], &["begin", "break"]).await;
    fixture.runner().await.shutdown().await;
    let task = fixture.task(ids[0]).await.task;
    assert_eq!(task.state.status(), Status::Pending, "a retry by a user counts anew");
}

#[tokio::test]
async fn a_shutdown_without_phones_or_work_returns_and_can_be_asked_for_twice() {
    let fixture = Fixture::new();
    let runner = fixture.runner().await;
    tokio::join!(runner.shutdown(), runner.shutdown());
    runner.shutdown().await;
}
