//! Which task runs when and where.

use serde_json::json;
use tikmatrix_device::registry::{PhoneEntry, PhoneState};
use tikmatrix_domain::{
    AccountChange, AccountUpsert, AppId, DevicePresence, NewTask, Patch, Serial, Status, Username,
};
use tikmatrix_storage::TaskCounts;

use crate::{Fixture, entry, phone, scheduled, task, tell};

#[tokio::test]
async fn a_phone_takes_its_tasks_one_at_a_time_in_the_order_in_which_they_are_due() {
    let fixture = Fixture::new();
    let (a, _adbd) = phone("a").await;
    let past = fixture.clock.now() - chrono::TimeDelta::minutes(5);
    fixture.create(vec![tell("a", "1"), tell("a", "2"), scheduled(tell("a", "3"), past)]).await;
    let runner = fixture.runner().await;
    fixture.ready(&[&a]);
    fixture.stage.heard_many(3).await;
    fixture.create((4..20).map(|number| tell("a", &number.to_string())).collect()).await;
    runner.wake();
    fixture.settled(&runner, "a").await;
    let wanted: Vec<String> = (1..20).map(|number: u32| number.to_string()).collect();
    assert_eq!(fixture.stage.said()[..19], wanted[..]);
    runner.shutdown().await;
    let counts = fixture.store.tasks().stats().await.unwrap();
    assert_eq!(counts, TaskCounts { completed: 20, ..TaskCounts::default() });
}

#[tokio::test]
async fn phones_work_side_by_side_and_each_only_on_its_own_tasks() {
    let fixture = Fixture::new();
    let ((a, _adbd_a), (b, _adbd_b)) = (phone("a").await, phone("b").await);
    let runner = fixture.runner().await;
    fixture.ready(&[&a, &b]);
    let hold = |serial| task(serial, &json!({ "act": "hold", "word": format!("{serial} holds") }));
    let ids = fixture.create(vec![hold("a"), hold("b"), tell("c", "not said")]).await;
    runner.wake();
    fixture.stage.heard("a holds").await;
    fixture.stage.heard("b holds").await;
    assert_eq!(fixture.task(ids[2]).await.task.state.status(), Status::Pending);
    fixture.stage.go_on();
    fixture.stage.go_on();
    runner.shutdown().await;
}

#[tokio::test]
async fn the_presence_of_a_phone_follows_its_connection_and_its_work() {
    let fixture = Fixture::new();
    let (a, _adbd) = phone("a").await;
    let runner = fixture.runner().await;
    let presence = || runner.presence(&Serial::new("a").unwrap());
    assert_eq!(presence(), DevicePresence::Offline);
    let mut count = runner.presence_version();
    let mut is_counted =
        || runner.presence_version() != std::mem::replace(&mut count, runner.presence_version());
    fixture.ready(&[&a]);
    fixture.settled(&runner, "a").await;
    assert!(is_counted());
    fixture.create(vec![task("a", &json!({ "act": "hold", "word": "holds" }))]).await;
    runner.wake();
    fixture.stage.heard("holds").await;
    assert_eq!(presence(), DevicePresence::Busy);
    assert!(is_counted());
    runner.shutdown().await;
    assert_eq!(presence(), DevicePresence::Idle);
    assert!(is_counted());
}

#[tokio::test]
async fn a_phone_that_is_seen_twice_gets_one_worker() {
    let fixture = Fixture::new();
    let (a, adbd) = phone("a").await;
    let again = adbd.connect().await;
    let runner = fixture.runner().await;
    fixture.ready(&[&a, &again]);
    // The script itself fails when two of its kind are on one phone.
    let ids = fixture.create((0..20).map(|number| tell("a", &number.to_string())).collect()).await;
    runner.wake();
    fixture.settled(&runner, "a").await;
    for id in ids {
        assert_eq!(fixture.task(id).await.task.state.status(), Status::Completed);
    }
}

#[tokio::test]
async fn a_tasks_account_and_app_reach_its_script() {
    let fixture = Fixture::new();
    let (a, _adbd) = phone("a").await;
    let runner = fixture.runner().await;
    fixture.ready(&[&a]);
    let username = Username::new("@Maker").unwrap();
    let app = AppId::new("instagram").unwrap();
    let details = AccountChange { serial: Patch::Set(Serial::new("a").unwrap()), ..AccountChange::default() };
    let account = AccountUpsert { username: username.clone(), app, details };
    fixture.store.accounts().create(account, fixture.clock.now()).await.unwrap().unwrap();
    let new = NewTask { serial: None, username: Some(username), ..task("a", &json!({ "act": "who" })) };
    fixture.create(vec![NewTask { app: Some(app), ..new }]).await;
    runner.wake();
    fixture.stage.heard("Some(\"maker\") in instagram").await;
}

#[tokio::test]
async fn no_task_is_claimed_while_two_phones_report_one_serial_and_a_running_one_goes_on() {
    let fixture = Fixture::new();
    let ((a, _adbd), (b, _other)) = (phone("a").await, phone("b").await);
    let runner = fixture.runner().await;
    let serial = Serial::new("a").unwrap();
    fixture.ready(&[&a, &b]);
    let ids = fixture
        .create(vec![
            task("a", &json!({ "act": "hold", "word": "held" })),
            tell("a", "said after the conflict"),
        ])
        .await;
    runner.wake();
    fixture.stage.heard("held").await;

    let twin = || PhoneEntry {
        state: PhoneState::Conflict { reason: "another phone reports it too".to_owned() },
        phone: None,
        ..entry(&a)
    };
    fixture.entries.send_replace(vec![twin(), entry(&b), twin()]);
    let mut presence = runner.presence(&serial);
    while presence != DevicePresence::Conflict {
        tokio::task::yield_now().await;
        presence = runner.presence(&serial);
    }
    assert!(runner.is_busy(&serial), "what runs on a phone goes on");
    fixture.stage.go_on();
    while runner.is_busy(&serial) {
        tokio::task::yield_now().await;
    }
    assert_eq!(fixture.task(ids[0]).await.task.state.status(), Status::Completed);
    // Everything that could claim has had its turn when the other phone has run a task.
    fixture.settled(&runner, "b").await;
    assert_eq!(fixture.task(ids[1]).await.task.state.status(), Status::Pending);
    assert_eq!(runner.presence(&serial), DevicePresence::Conflict);

    fixture.ready(&[&a, &b]);
    fixture.stage.heard("said after the conflict").await;
    assert_ne!(runner.presence(&serial), DevicePresence::Conflict);
    runner.shutdown().await;
}

#[tokio::test]
async fn a_device_that_was_in_conflict_from_the_first_says_so() {
    let fixture = Fixture::new();
    let (a, _adbd) = phone("a").await;
    let runner = fixture.runner().await;
    let (serial, before) = (Serial::new("a").unwrap(), runner.presence_version());
    let state = PhoneState::Conflict { reason: "another phone reports it too".to_owned() };
    fixture.entries.send_replace(vec![PhoneEntry { state, phone: None, ..entry(&a) }]);
    while runner.presence(&serial) != DevicePresence::Conflict {
        tokio::task::yield_now().await;
    }
    assert!(runner.presence_version() > before);
    fixture.entries.send_replace(Vec::new());
    while runner.presence(&serial) != DevicePresence::Offline {
        tokio::task::yield_now().await;
    }
    runner.shutdown().await;
}
