//! No more devices run tasks than allowed, a waiting device reports it, and every device gets its turn.

use std::num::NonZeroU32;

use serde_json::json;
use tikmatrix_domain::{DevicePresence, NewTask, Patch, Serial, SettingsChange};
use tikmatrix_runner::Runner;

use crate::{Fixture, phone, task, tell};

fn hold(serial: &str) -> NewTask {
    task(serial, &json!({ "act": "hold", "word": format!("{serial} holds") }))
}

/// Polls until the device is at the limit; the runner sends no event for it.
async fn at_limit(runner: &Runner, serial: &str) {
    let serial = Serial::new(serial).unwrap();
    while runner.presence(&serial) != DevicePresence::AtPlanLimit {
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

/// The settings' limit holds at every start, is raised and lowered while tasks run, and is what a task waits for.
#[tokio::test]
async fn no_more_phones_work_than_the_settings_allow_while_the_limit_is_raised_and_lowered() {
    let fixture = Fixture::new();
    let names = ["a", "b", "c", "d", "e", "f"];
    let mut phones = Vec::new();
    for name in names {
        phones.push(phone(name).await);
    }
    let runner = fixture.runner().await;
    fixture.ready(&phones.iter().map(|(phone, _)| phone).collect::<Vec<_>>());
    let limit = async |limit| {
        let limit = Patch::from(NonZeroU32::new(limit));
        let change = SettingsChange { max_devices_at_work: limit, ..SettingsChange::default() };
        fixture.store.settings().change(change).await.unwrap();
        runner.settings_changed();
    };
    let finished = async |count| {
        while fixture.store.tasks().stats().await.unwrap().completed < count {
            tokio::task::yield_now().await;
        }
    };
    limit(2).await;
    fixture.create(names.iter().chain(&names).map(|name| hold(name)).collect()).await;
    runner.wake();
    fixture.stage.heard_many(2).await;
    // One of those that have no slot is the first in the queue, and finds none.
    let waits = |name| runner.presence(&Serial::new(name).unwrap()) == DevicePresence::AtDeviceLimit;
    while names.iter().filter(|name| waits(name)).count() < 4 {
        tokio::task::yield_now().await;
    }
    limit(4).await;
    fixture.stage.heard_many(4).await;
    limit(1).await;
    for completed in 1..=8 {
        fixture.stage.go_on();
        finished(completed).await;
        // Three end without a successor; after them each makes room for one.
        fixture.stage.heard_many(usize::try_from(completed).unwrap().max(4)).await;
    }
    limit(0).await;
    for completed in 9..=12 {
        fixture.stage.go_on();
        finished(completed).await;
    }
    runner.shutdown().await;
    let at_work = fixture.stage.at_work();
    assert!(at_work[..2].iter().all(|count| *count <= 2), "{at_work:?}");
    assert!(at_work[2..4].iter().all(|count| *count <= 4), "{at_work:?}");
    assert!(at_work[4..8].iter().all(|count| *count == 1), "{at_work:?}");
    assert_eq!(at_work.len(), 12);
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
