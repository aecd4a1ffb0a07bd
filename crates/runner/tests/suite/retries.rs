//! Automatic retries by a clock that the test controls, time limits of tasks, and priorities.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use tikmatrix_domain::{
    AccountChange, AccountUpsert, AppId, NewTask, Outcome, Patch, Serial, SettingsChange, Status, TaskId,
    TaskOptions, TaskState, Username,
};

use crate::start_time::{ManualTime, pass};
use crate::{Fixture, end_of, phone, task, tell};

fn with(max_retries: u32, act: &str) -> NewTask {
    let options = TaskOptions { max_retries, ..TaskOptions::default() };
    NewTask { options, ..task("a", &json!({ "act": act, "word": act })) }
}

/// Waits until the task has failed so many times and waits for its retry, and returns the moment of the retry.
async fn retry_of(fixture: &Fixture, id: TaskId, failures: usize) -> DateTime<Utc> {
    loop {
        let detail = fixture.task(id).await;
        if let TaskState::Retrying { at } = detail.task.state
            && detail.attempts.len() == failures
        {
            return at;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_transient_failure_is_retried_after_a_delay_and_no_more_often_than_allowed() {
    let (a, _adbd) = phone("a").await;
    let fixture = Fixture::with_clock(ManualTime::start());
    let runner = fixture.runner().await;
    fixture.ready(&[&a]);
    let id = fixture.create(vec![with(2, "fail for now")]).await[0];
    runner.wake();
    let at = retry_of(&fixture, id, 1).await;
    let failed_at = fixture.task(id).await.attempts[0].finish.as_ref().unwrap().at;
    assert!(at - failed_at >= TimeDelta::seconds(15) && at - failed_at <= TimeDelta::seconds(30), "{at}");
    pass(at - fixture.clock.now()).await;
    pass(retry_of(&fixture, id, 2).await - fixture.clock.now()).await;
    while fixture.task(id).await.task.state.status() != Status::Failed {
        tokio::task::yield_now().await;
    }
    let ended = fixture.task(id).await;
    assert_eq!((ended.task.retry_count, ended.attempts.len()), (2, 3));
    assert!(ended.attempts[1].started_at >= at, "not before its moment");
    assert_eq!(end_of(&ended.task).0, Outcome::Failed);
    runner.shutdown().await;
}

#[tokio::test]
async fn a_permanent_failure_or_one_that_may_have_been_done_is_never_retried() {
    let fixture = Fixture::new();
    let (a, _adbd) = phone("a").await;
    let runner = fixture.runner().await;
    fixture.ready(&[&a]);
    let ids = fixture.create(vec![with(5, "fail"), with(5, "unconfirmed"), with(5, "panic")]).await;
    fixture.settled(&runner, "a").await;
    for id in ids {
        let detail = fixture.task(id).await;
        assert_eq!((detail.task.state.status(), detail.attempts.len()), (Status::Failed, 1), "{detail:?}");
    }
}

#[tokio::test]
async fn a_task_of_a_lost_phone_is_retried_when_the_phone_is_back() {
    let (a, adbd) = phone("a").await;
    let fixture = Fixture::new();
    let runner = fixture.runner().await;
    fixture.ready(&[&a]);
    let id = fixture.create(vec![with(1, "lose the phone")]).await[0];
    runner.wake();
    fixture.stage.heard("lose the phone").await;
    adbd.hang_up();
    while fixture.task(id).await.task.state.status() == Status::Running {
        tokio::task::yield_now().await;
    }
    let detail = fixture.task(id).await;
    assert!(matches!(detail.task.state, TaskState::Retrying { .. }), "{:?}", detail.task.state);
    assert!(detail.attempts[0].finish.as_ref().unwrap().remark.contains("connection"), "{detail:?}");
    runner.shutdown().await;
}

#[tokio::test]
async fn a_task_is_retried_on_the_phone_that_its_account_has_moved_to() {
    let ((a, adbd), (b, _other)) = (phone("a").await, phone("b").await);
    let fixture = Fixture::new();
    let soon =
        SettingsChange { retry_initial_delay: Some(Duration::from_secs(1)), ..SettingsChange::default() };
    fixture.store.settings().change(soon).await.unwrap();
    let maker = Username::new("maker").unwrap();
    let bind = async |serial: &str| {
        let (serial, now) = (Serial::new(serial).unwrap(), fixture.clock.now());
        let details = AccountChange { serial: Patch::Set(serial), ..AccountChange::default() };
        let account = AccountUpsert { username: maker.clone(), app: AppId::new("tiktok").unwrap(), details };
        fixture.store.accounts().import(vec![account], now).await.unwrap();
    };
    bind("a").await;
    let runner = fixture.runner().await;
    fixture.ready(&[&a, &b]);
    let of_maker = NewTask { serial: None, username: Some(maker.clone()), ..with(1, "lose the phone") };
    let id = fixture.create(vec![of_maker]).await[0];
    runner.wake();
    fixture.stage.heard("lose the phone").await;
    bind("b").await;
    // From here on b is woken by nothing but the move of the account.
    fixture.settled(&runner, "b").await;
    adbd.hang_up();
    fixture.stage.heard_many(3).await;
    let detail = fixture.task(id).await;
    let serial = detail.task.serial.as_ref().map(Serial::as_str);
    assert_eq!((serial, detail.attempts.len()), (Some("b"), 2), "{detail:?}");
    runner.shutdown().await;
}

#[tokio::test]
async fn a_task_has_the_time_that_it_asks_for() {
    let (a, _adbd) = phone("a").await;
    let fixture = Fixture::with_clock(ManualTime::start());
    let runner = fixture.runner().await;
    fixture.ready(&[&a]);
    let options =
        TaskOptions { time_limit: Some(Duration::from_secs(7)), max_retries: 3, ..TaskOptions::default() };
    let hold = NewTask { options, ..task("a", &json!({ "act": "hold", "word": "holds" })) };
    let id = fixture.create(vec![hold, tell("a", "next")]).await[0];
    runner.wake();
    fixture.stage.heard("holds").await;
    pass(TimeDelta::seconds(7)).await;
    fixture.stage.heard("next").await;
    let detail = fixture.task(id).await;
    let (outcome, remark) = end_of(&detail.task);
    assert_eq!(
        (outcome, detail.attempts.len()),
        (Outcome::TimedOut, 1),
        "a task beyond its time limit is not retried"
    );
    assert!(remark.contains("7s"), "{remark}");
    runner.shutdown().await;
}

#[tokio::test]
async fn a_higher_priority_overtakes_what_waits_for_the_same_phone() {
    let fixture = Fixture::new();
    let (a, _adbd) = phone("a").await;
    let urgent = |priority, word: &str| {
        let options = TaskOptions { priority, ..TaskOptions::default() };
        NewTask { options, ..tell("a", word) }
    };
    fixture.create(vec![urgent(-5, "last"), urgent(0, "second"), urgent(5, "first")]).await;
    let runner = fixture.runner().await;
    fixture.ready(&[&a]);
    fixture.stage.heard("last").await;
    assert_eq!(fixture.stage.said(), ["first", "second", "last"]);
    runner.shutdown().await;
}
