//! No more devices run tasks than allowed, a waiting device reports it, and every device gets its turn.

use serde_json::json;
use tikmatrix_domain::{DevicePresence, NewTask, Serial};
use tikmatrix_runner::Runner;

use crate::{Fixture, phone, task, tell};

fn hold(serial: &str) -> NewTask {
    task(serial, &json!({ "act": "hold", "word": format!("{serial} holds") }))
}

/// Polls until the device is at the limit; the runner sends no event for it.
async fn at_limit(runner: &Runner, serial: &str) {
    let serial = Serial::new(serial).unwrap();
    while runner.presence(&serial) != DevicePresence::AtLimit {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_phone_waits_for_a_slot_and_takes_it_when_another_has_finished() {
    let fixture = Fixture::new();
    fixture.max_running.send_replace(1);
    let ((a, _adbd_a), (b, _adbd_b)) = (phone("a").await, phone("b").await);
    let runner = fixture.runner().await;
    fixture.ready(&[&a, &b]);
    fixture.create(vec![hold("a")]).await;
    runner.wake();
    fixture.stage.heard("a holds").await;
    let count = runner.presence_version();
    fixture.create(vec![tell("b", "b told")]).await;
    runner.wake();
    at_limit(&runner, "b").await;
    // The version is bumped after the change.
    while runner.presence_version() < count + 2 {
        tokio::task::yield_now().await;
    }
    assert_eq!(fixture.store.tasks().stats().await.unwrap().running, 1);
    assert_eq!(fixture.stage.said(), ["a holds"]);
    fixture.stage.go_on();
    fixture.stage.heard("b told").await;
    runner.shutdown().await;
    assert_eq!(runner.presence(&Serial::new("b").unwrap()), DevicePresence::Idle);
}

#[tokio::test]
async fn a_higher_limit_lets_waiting_devices_start_at_once() {
    let fixture = Fixture::new();
    fixture.max_running.send_replace(1);
    let ((a, _adbd_a), (b, _adbd_b)) = (phone("a").await, phone("b").await);
    let runner = fixture.runner().await;
    fixture.ready(&[&a, &b]);
    fixture.create(vec![hold("a"), hold("b")]).await;
    runner.wake();
    fixture.stage.heard_many(1).await;
    fixture.max_running.send_replace(2);
    fixture.stage.heard_many(2).await;
    fixture.stage.go_on();
    fixture.stage.go_on();
    runner.shutdown().await;
}

#[tokio::test]
async fn a_phone_with_many_tasks_does_not_keep_the_others_out() {
    let fixture = Fixture::new();
    fixture.max_running.send_replace(1);
    let ((a, _adbd_a), (b, _adbd_b)) = (phone("a").await, phone("b").await);
    let runner = fixture.runner().await;
    fixture.ready(&[&a, &b]);
    fixture.create([vec![hold("a")], (0..50).map(|n| tell("a", &format!("a {n}"))).collect()].concat()).await;
    runner.wake();
    fixture.stage.heard("a holds").await;
    fixture.create(vec![tell("b", "b told")]).await;
    runner.wake();
    at_limit(&runner, "b").await;
    fixture.stage.go_on();
    fixture.settled(&runner, "a").await;
    assert_eq!(fixture.stage.said()[..2], ["a holds", "b told"]);
    runner.shutdown().await;
}

#[tokio::test]
async fn a_phone_that_goes_while_it_waits_keeps_no_other_from_a_slot() {
    let fixture = Fixture::new();
    fixture.max_running.send_replace(1);
    let ((a, _adbd_a), (b, adbd_b), (c, _adbd_c)) = (phone("a").await, phone("b").await, phone("c").await);
    let runner = fixture.runner().await;
    fixture.ready(&[&a, &b, &c]);
    fixture.create(vec![hold("a")]).await;
    runner.wake();
    fixture.stage.heard("a holds").await;
    for serial in ["b", "c"] {
        fixture.create(vec![tell(serial, serial)]).await;
        runner.wake();
        at_limit(&runner, serial).await;
    }
    adbd_b.hang_up();
    fixture.ready(&[&a, &c]);
    fixture.stage.go_on();
    fixture.stage.heard("c").await;
    assert_eq!(fixture.stage.said(), ["a holds", "c"]);
    runner.shutdown().await;
}
