//! Whole requests: their order, their spread over time, and keys that make them happen once.

use chrono::{DateTime, TimeDelta, Utc};
use tikmatrix_domain::{
    AccountChange, AccountUpsert, AppId, FanOut, Interval, Outcome, Patch, Recipients, ScriptConfig,
    ScriptName, SkippedDevice, Source, Target, Task, TaskId, TaskOptions, TaskRequest, TaskState, Username,
};
use tikmatrix_storage::{Created, Page, PageStart, RequestKey, StorageError, TaskFilter};

use crate::{Fixture, at, claim_task, finish, lease, serial};

fn request(recipients: Recipients) -> TaskRequest {
    TaskRequest {
        recipients,
        groups: Vec::new(),
        script: ScriptName::new("post").unwrap(),
        targets: vec![Target::new(None, "{}")],
        distribute: None,
        source: Source::Api,
        start_time: None,
        interval: Interval::default(),
        seed: 7,
        options: TaskOptions::default(),
    }
}

fn key(fingerprint: &str) -> RequestKey {
    let lifetime = TimeDelta::hours(24);
    RequestKey { key: "order 66".to_owned(), fingerprint: fingerprint.to_owned(), lifetime }
}

fn words(created: &Created) -> String {
    format!("made {created:?}")
}

fn phones(names: &[&str]) -> Recipients {
    Recipients::Devices(names.iter().map(|name| serial(name)).collect())
}

fn username(name: &str) -> Username {
    Username::new(name).unwrap()
}

async fn once(fixture: &Fixture, fingerprint: &str, now: DateTime<Utc>) -> Result<String, StorageError> {
    fixture.store.queue().create_once(request(phones(&["a"])), key(fingerprint), now, words).await
}

async fn tasks(fixture: &Fixture, ids: &[TaskId]) -> Vec<Task> {
    let mut tasks = Vec::new();
    for id in ids {
        tasks.push(fixture.store.tasks().find(*id).await.unwrap().unwrap().task);
    }
    tasks
}

#[tokio::test]
async fn the_same_key_and_body_give_the_first_answer_again_even_after_a_restart() {
    let fixture = Fixture::new();
    let first = once(&fixture, "body", at(0)).await.unwrap();
    assert_eq!(once(&fixture, "body", at(1)).await.unwrap(), first);
    let fixture = fixture.reopen();
    assert_eq!(once(&fixture, "body", at(2)).await.unwrap(), first);
    assert_eq!(fixture.store.tasks().stats().await.unwrap().total(), 1);
}

#[tokio::test]
async fn the_same_key_with_another_body_is_refused_and_makes_nothing() {
    let fixture = Fixture::new();
    once(&fixture, "body", at(0)).await.unwrap();
    let refused = once(&fixture, "other body", at(1)).await.unwrap_err();
    assert!(matches!(refused, StorageError::KeyReused) && !refused.is_transient());
    assert_eq!(fixture.store.tasks().stats().await.unwrap().total(), 1);
}

#[tokio::test]
async fn a_key_holds_for_its_lifetime_and_is_free_after_it() {
    let fixture = Fixture::new();
    let day = 24 * 60 * 60;
    let first = once(&fixture, "body", at(0)).await.unwrap();
    assert_eq!(once(&fixture, "body", at(day)).await.unwrap(), first);
    assert_ne!(once(&fixture, "other body", at(day + 1)).await.unwrap(), first);
}

#[tokio::test]
async fn a_request_that_is_refused_leaves_its_key_free() {
    let fixture = Fixture::new();
    let target = Target::new(None, "{}");
    let too_many = TaskRequest { targets: vec![target; 10_001], ..request(phones(&["a"])) };
    let refused = fixture.store.queue().create_once(too_many, key("body"), at(0), words).await.unwrap_err();
    assert!(matches!(refused, StorageError::Oversized(_)), "{refused}");
    assert_eq!(fixture.store.tasks().stats().await.unwrap().total(), 0);
    once(&fixture, "other body", at(1)).await.unwrap();
}

#[tokio::test]
async fn every_account_of_a_phone_gets_a_task_and_a_phone_without_one_gets_one_task() {
    let fixture = Fixture::new();
    for (name, app) in [("x", AppId::new("tiktok").unwrap()), ("y", AppId::new("instagram").unwrap())] {
        fixture.bind(username(name), app, "a", 0).await;
    }
    let recipients = Recipients::AccountsOfDevices(vec![serial("b"), serial("a")]);
    let ids = fixture.store.queue().create(request(recipients), at(1)).await.unwrap().tasks;
    let made: Vec<_> = tasks(&fixture, &ids)
        .await
        .into_iter()
        .map(|task| (task.serial.unwrap().to_string(), task.username.map(|name| name.to_string()), task.app))
        .collect();
    let x = ("a".to_owned(), Some("x".to_owned()), AppId::new("tiktok").unwrap());
    let y = ("a".to_owned(), Some("y".to_owned()), AppId::new("instagram").unwrap());
    assert_eq!(made, [("b".to_owned(), None, AppId::new("tiktok").unwrap()), x, y]);
}

#[tokio::test]
async fn a_phone_whose_accounts_are_all_disabled_gets_no_task_and_is_named() {
    let fixture = Fixture::new();
    let details =
        AccountChange { serial: Patch::Set(serial("a")), enabled: Some(false), ..AccountChange::default() };
    let asleep = AccountUpsert { username: username("asleep"), app: AppId::new("tiktok").unwrap(), details };
    fixture.store.accounts().create(asleep, at(0)).await.unwrap().unwrap();
    let recipients = Recipients::AccountsOfDevices(vec![serial("a")]);
    let created = fixture.store.queue().create(request(recipients), at(1)).await.unwrap();
    let skipped = vec![SkippedDevice { serial: serial("a"), app: None }];
    let fan_out = FanOut { skipped, ..FanOut::default() };
    assert_eq!(created, Created { tasks: Vec::new(), fan_out });
    assert_eq!(fixture.store.tasks().stats().await.unwrap().total(), 0);
}

#[tokio::test]
async fn accounts_on_one_phone_are_spread_together() {
    let fixture = Fixture::new();
    for name in ["x", "y"] {
        fixture.bind(username(name), AppId::new("tiktok").unwrap(), "a", 0).await;
    }
    let accounts = Recipients::Accounts(["x", "y", "homeless"].map(username).to_vec());
    let spread = TaskRequest { interval: Interval { min_minutes: 5, max_minutes: 5 }, ..request(accounts) };
    let ids = fixture.store.queue().create(spread, at(0)).await.unwrap().tasks;
    let starts: Vec<_> = tasks(&fixture, &ids).await.into_iter().map(|task| task.start_time).collect();
    assert_eq!(starts, [None, Some(at(300)), None]);
}

/// Three tasks on each phone, five minutes apart.
async fn spread_over(fixture: &Fixture, names: &[&str]) -> Vec<TaskId> {
    let target = Target::new(None, "{}");
    let interval = Interval { min_minutes: 5, max_minutes: 5 };
    let spread = TaskRequest { targets: vec![target; 3], interval, ..request(phones(names)) };
    fixture.store.queue().create(spread, at(0)).await.unwrap().tasks
}

async fn claim(fixture: &Fixture, phone: &str, seconds: i64) -> Option<TaskId> {
    let lease = lease(&seconds.to_string());
    claim_task(&fixture.store, serial(phone), lease, at(seconds)).await.map(|task| task.id)
}

async fn starts(fixture: &Fixture, ids: &[TaskId]) -> Vec<Option<DateTime<Utc>>> {
    tasks(fixture, ids).await.into_iter().map(|task| task.start_time).collect()
}

#[tokio::test]
async fn tasks_that_are_overdue_together_begin_their_interval_apart_all_the_same() {
    let fixture = Fixture::new();
    let ids = spread_over(&fixture, &["a", "b"]).await;
    let hour = 3600;
    assert_eq!(claim(&fixture, "a", hour).await, Some(ids[0]), "the phone was away");
    assert_eq!(claim(&fixture, "a", hour + 299).await, None);
    assert_eq!(
        fixture.store.queue().next_due(serial("a"), at(1_000_000_000)).await.unwrap(),
        Some(at(hour + 300))
    );
    let later = [None, Some(at(hour + 300)), Some(at(hour + 600))];
    assert_eq!(starts(&fixture, &ids[..3]).await, later);
    assert_eq!(starts(&fixture, &ids[3..]).await, [None, Some(at(300)), Some(at(600))], "another phone");

    assert_eq!(claim(&fixture, "a", hour + 400).await, Some(ids[1]), "the phone was at work");
    assert_eq!(claim(&fixture, "a", hour + 699).await, None);
    assert_eq!(claim(&fixture, "a", hour + 700).await, Some(ids[2]));
}

#[tokio::test]
async fn tasks_that_begin_in_time_or_need_not_be_apart_stay_as_they_are() {
    let fixture = Fixture::new();
    let ids = spread_over(&fixture, &["a"]).await;
    let other = fixture.create(vec![crate::for_phone("a")]).await[0];
    assert_eq!(claim(&fixture, "a", 0).await, Some(ids[0]));
    assert_eq!(claim(&fixture, "a", 1).await, Some(other), "it is of no request with an interval");
    assert_eq!(claim(&fixture, "a", 301).await, Some(ids[1]));
    assert_eq!(starts(&fixture, &ids).await, [None, Some(at(300)), Some(at(600))]);
    assert_eq!(tasks(&fixture, &ids).await[2].updated_at, at(0));
}

#[tokio::test]
async fn a_task_that_waits_to_be_begun_again_keeps_its_moment_when_another_begins_late() {
    let fixture = Fixture::new();
    let ids = spread_over(&fixture, &["a"]).await;
    claim(&fixture, "a", 0).await.unwrap();
    let failed = finish(Outcome::Failed, "failed for now", 1);
    fixture.store.attempts().postpone(ids[0], lease("0"), failed, at(5000)).await.unwrap();
    assert_eq!(claim(&fixture, "a", 4000).await, Some(ids[1]));
    assert_eq!(
        fixture.store.tasks().find(ids[0]).await.unwrap().unwrap().task.state,
        TaskState::Retrying { at: at(5000) }
    );
    assert_eq!(claim(&fixture, "a", 5000).await, Some(ids[2]), "it has been due longer");
    assert_eq!(claim(&fixture, "a", 5000 + 1).await, Some(ids[0]));
}

#[tokio::test]
async fn accounts_that_come_to_one_phone_keep_their_tasks_apart_there() {
    let fixture = Fixture::new();
    let accounts = Recipients::Accounts(["x", "y"].map(username).to_vec());
    let spread = TaskRequest { interval: Interval { min_minutes: 5, max_minutes: 5 }, ..request(accounts) };
    let ids = fixture.store.queue().create(spread, at(0)).await.unwrap().tasks;
    assert_eq!(starts(&fixture, &ids).await, [None, None]);
    for name in ["x", "y"] {
        fixture.bind(username(name), AppId::new("tiktok").unwrap(), "a", 1).await;
    }
    assert_eq!(claim(&fixture, "a", 10).await, Some(ids[0]));
    assert_eq!(starts(&fixture, &ids).await, [None, Some(at(310))]);
}

#[tokio::test]
async fn no_more_tasks_wait_than_may_and_a_request_that_is_too_much_makes_none() {
    let Fixture { store, database: _database } = Fixture::new();
    let store = store.with_max_pending(3);
    let make = async |names: &[&str]| store.queue().create(request(phones(names)), at(0)).await;
    make(&["a", "b"]).await.unwrap();
    let refused = make(&["c", "d"]).await.unwrap_err();
    assert!(matches!(refused, StorageError::QueueFull { pending: 2, max: 3, requested: 2 }), "{refused}");
    assert_eq!((refused.code(), refused.is_transient()), ("queue_full", false));
    assert_eq!(store.tasks().stats().await.unwrap().total(), 2);
    make(&["c"]).await.unwrap();
    claim_task(&store, serial("a"), lease("one"), at(1)).await.unwrap();
    make(&["e"]).await.unwrap();
}

#[tokio::test]
async fn a_long_configuration_is_stored_once_for_its_request_and_gone_with_the_last_of_its_tasks() {
    let fixture = Fixture::new();
    let count = || fixture.database.count("script_config");
    let config = |letter: &str, length: usize| format!("\"{}\"", letter.repeat(length - 2));
    let (long, longest) = (config("b", 4096), config("c", 100_000));
    let targets = ["{}", &long, &longest].map(|config| Target::new(None, config));
    let many = TaskRequest {
        recipients: Recipients::Devices(
            (0..100).map(|number| serial(&format!("phone-{number:02}"))).collect(),
        ),
        targets: targets.to_vec(),
        ..request(phones(&["a"]))
    };
    let ids = fixture.store.queue().create(many, at(0)).await.unwrap().tasks;
    assert_eq!((ids.len(), count()), (300, 2));
    let shown = async |id: TaskId| fixture.store.tasks().find(id).await.unwrap().unwrap().task.script_config;
    for (id, text) in ids.iter().zip(["{}", &long, &longest]) {
        assert_eq!(shown(*id).await, ScriptConfig::Text(text.to_owned()));
    }
    let page = Page { start: PageStart::Number(1), size: 3 };
    for filter in [TaskFilter::default(), TaskFilter { source: Some(Source::Api), ..TaskFilter::default() }] {
        let configs = |tasks: (Vec<Task>, u64)| {
            tasks.0.into_iter().rev().map(|task| task.script_config).collect::<Vec<_>>()
        };
        let listed = configs(fixture.store.tasks().list(filter.clone(), page).await.unwrap());
        let text = |text: &str| ScriptConfig::Text(text.to_owned());
        assert_eq!(listed, [text("{}"), text(&long), ScriptConfig::Omitted { bytes: 100_000 }]);
        let full = configs(fixture.store.tasks().list_with_configs(filter, page).await.unwrap());
        assert_eq!(full, [text("{}"), text(&long), text(&longest)]);
    }
    let claimed = claim_task(&fixture.store, serial("phone-00"), lease("one"), at(1)).await.unwrap();
    assert_eq!(claimed.script_config, ScriptConfig::Text("{}".to_owned()));
    fixture
        .store
        .attempts()
        .finish(claimed.id, lease("one"), finish(Outcome::Succeeded, "", 2))
        .await
        .unwrap();
    let claimed = claim_task(&fixture.store, serial("phone-00"), lease("two"), at(3)).await.unwrap();
    assert_eq!(claimed.script_config, ScriptConfig::Text(long.clone()));
    fixture
        .store
        .attempts()
        .finish(claimed.id, lease("two"), finish(Outcome::Succeeded, "", 4))
        .await
        .unwrap();

    let (last, others) = ids.split_last().unwrap();
    fixture.store.task_changes().delete(others.to_vec(), at(5)).await.unwrap();
    assert_eq!((shown(*last).await, count()), (ScriptConfig::Text(longest), 1));
    fixture.store.task_changes().delete(vec![*last], at(6)).await.unwrap();
    assert_eq!(count(), 0);
}
