//! Retries: automatic ones, and those that a person requests.

use std::time::Duration;

use tikmatrix_domain::{
    AccountChange, AccountId, AppId, IllegalTransition, NewTask, Outcome, Serial, Status, TaskId,
    TaskOptions, TaskState, Username,
};
use tikmatrix_storage::{AccountFilter, AccountRemoval, NumberedPage, StorageError, TaskCounts};

use crate::{Fixture, at, claim_task, finish, for_phone, lease, serial};

async fn claim(fixture: &Fixture, name: &str, seconds: i64) -> Option<TaskId> {
    let claimed = claim_task(&fixture.store, serial("a"), lease(name), at(seconds)).await;
    claimed.map(|task| task.id)
}

#[tokio::test]
async fn the_options_of_a_task_come_back_as_they_were_given() {
    let fixture = Fixture::new();
    let options =
        TaskOptions { priority: -100, max_retries: 3, time_limit: Some(Duration::from_millis(90_500)) };
    let id = fixture.create(vec![NewTask { options, ..for_phone("a") }]).await[0];
    let task = fixture.store.tasks().find(id).await.unwrap().unwrap().task;
    assert_eq!((task.options, task.retry_count), (options, 0));
}

#[tokio::test]
async fn a_postponed_task_is_taken_again_at_its_moment_and_its_attempts_are_kept() {
    let fixture = Fixture::new();
    let id = fixture.create(vec![for_phone("a")]).await[0];
    claim(&fixture, "one", 1).await.unwrap();
    let failed = finish(Outcome::Failed, "the phone was lost", 9);
    let refused =
        fixture.store.attempts().postpone(id, lease("two"), failed.clone(), at(40)).await.unwrap_err();
    assert!(matches!(refused, StorageError::Illegal { source: IllegalTransition::LeaseLost, .. }));

    fixture.store.attempts().postpone(id, lease("one"), failed.clone(), at(40)).await.unwrap();
    let waiting = fixture.store.tasks().find(id).await.unwrap().unwrap();
    assert_eq!((waiting.task.state, waiting.task.retry_count), (TaskState::Retrying { at: at(40) }, 1));
    assert_eq!(waiting.attempts[0].finish, Some(failed));
    assert_eq!(fixture.store.queue().next_due(serial("a"), at(1_000_000_000)).await.unwrap(), Some(at(40)));
    assert_eq!(claim(&fixture, "two", 39).await, None);
    let again = claim_task(&fixture.store, serial("a"), lease("two"), at(40)).await.unwrap();
    assert_eq!((again.id, again.attempt_count, again.progress, again.step), (id, 2, 0, None));
    assert_eq!(fixture.store.tasks().find(id).await.unwrap().unwrap().attempts.len(), 2);
}

#[tokio::test]
async fn only_a_failed_task_is_retried_and_it_is_due_at_once() {
    let fixture = Fixture::new();
    let id = fixture.create(vec![for_phone("a")]).await[0];
    let refusal = async |wanted: Status| {
        let refused = fixture.store.tasks().retry(id, at(50)).await.unwrap_err();
        let StorageError::Illegal { source, .. } = refused else { panic!("{refused}") };
        assert_eq!(source, IllegalTransition::NotFailed(wanted));
    };
    refusal(Status::Pending).await;
    claim(&fixture, "one", 1).await.unwrap();
    refusal(Status::Running).await;
    fixture.store.attempts().finish(id, lease("one"), finish(Outcome::Stopped, "stopped", 9)).await.unwrap();

    fixture.store.tasks().retry(id, at(50)).await.unwrap();
    let waiting = fixture.store.tasks().find(id).await.unwrap().unwrap();
    assert_eq!((waiting.task.state, waiting.task.retry_count), (TaskState::Pending, 1));
    assert_eq!((waiting.task.progress, waiting.task.step, waiting.task.updated_at), (0, None, at(50)));
    assert_eq!(waiting.attempts.len(), 1, "what happened before is kept");
    assert_eq!(claim(&fixture, "two", 50).await, Some(id));
    fixture.store.attempts().finish(id, lease("two"), finish(Outcome::Succeeded, "done", 60)).await.unwrap();
    refusal(Status::Completed).await;
    let unknown = fixture.store.tasks().retry(TaskId(99), at(70)).await.unwrap_err();
    assert!(matches!(unknown, StorageError::NoSuchTask(TaskId(99))));
}

#[tokio::test]
async fn all_failed_tasks_and_no_others_are_retried_together() {
    let fixture = Fixture::new();
    fixture.create(vec![for_phone("a"); Outcome::ALL.len() + 2]).await;
    for (number, outcome) in Outcome::ALL.iter().copied().enumerate() {
        let name = number.to_string();
        let id = claim(&fixture, &name, 1).await.unwrap();
        fixture.store.attempts().finish(id, lease(&name), finish(outcome, "ended", 2)).await.unwrap();
    }
    claim(&fixture, "at work", 3).await.unwrap();
    let failed = Outcome::ALL.len() - 1;
    assert_eq!(fixture.store.tasks().retry_all(at(9)).await.unwrap(), failed);
    assert_eq!(fixture.store.tasks().retry_all(at(9)).await.unwrap(), 0);
    let counts = fixture.store.tasks().stats().await.unwrap();
    let pending = u64::try_from(failed).unwrap() + 1;
    assert_eq!(counts, TaskCounts { pending, running: 1, completed: 1, failed: 0 });
    let retried = fixture.store.tasks().find(TaskId(2)).await.unwrap().unwrap();
    assert_eq!((retried.task.state, retried.task.retry_count), (TaskState::Pending, 1));
    assert_eq!(fixture.store.queue().next_due(serial("a"), at(1_000_000_000)).await.unwrap(), Some(at(0)));
}

/// A task of an account that lives on phone a; it is account 1.
async fn for_maker_on_a(fixture: &Fixture) -> TaskId {
    let maker = Username::new("maker").unwrap();
    fixture.bind(maker.clone(), AppId::new("tiktok").unwrap(), "a", 0).await;
    fixture.create(vec![NewTask { serial: None, username: Some(maker), ..for_phone("unused") }]).await[0]
}

async fn move_maker(fixture: &Fixture, phone: Option<&str>) {
    let change = AccountChange { serial: phone.map(serial).into(), ..AccountChange::default() };
    fixture.store.accounts().change(AccountId(1), change, at(5)).await.unwrap().unwrap();
}

async fn device_of(fixture: &Fixture, id: TaskId) -> Option<Serial> {
    fixture.store.tasks().find(id).await.unwrap().unwrap().task.serial
}

#[tokio::test]
async fn a_task_that_waits_again_waits_where_its_account_lives_by_then() {
    let fixture = Fixture::new();
    let id = for_maker_on_a(&fixture).await;
    claim(&fixture, "one", 1).await.unwrap();
    move_maker(&fixture, Some("b")).await;
    fixture.store.attempts().release(id, lease("one"), at(6)).await.unwrap();
    assert_eq!(device_of(&fixture, id).await, Some(serial("b")), "given back");

    let on_b = claim_task(&fixture.store, serial("b"), lease("two"), at(7)).await;
    assert_eq!(on_b.map(|task| task.id), Some(id));
    move_maker(&fixture, Some("a")).await;
    let failed = finish(Outcome::Failed, "failed for now", 9);
    fixture.store.attempts().postpone(id, lease("two"), failed.clone(), at(9)).await.unwrap();
    assert_eq!(device_of(&fixture, id).await, Some(serial("a")), "postponed");

    claim(&fixture, "three", 10).await.unwrap();
    fixture.store.attempts().finish(id, lease("three"), failed).await.unwrap();
    move_maker(&fixture, Some("b")).await;
    assert_eq!(device_of(&fixture, id).await, Some(serial("a")), "what has ended stays where it ended");
    fixture.store.tasks().retry(id, at(12)).await.unwrap();
    assert_eq!(claim(&fixture, "four", 13).await, None);
    let on_b = claim_task(&fixture.store, serial("b"), lease("four"), at(13)).await;
    assert_eq!(on_b.map(|task| task.id), Some(id));
}

#[tokio::test]
async fn a_retried_task_whose_account_has_no_phone_waits_until_it_has_one() {
    let fixture = Fixture::new();
    let id = for_maker_on_a(&fixture).await;
    for retry_all in [false, true] {
        let name = if retry_all { "one" } else { "two" };
        claim(&fixture, name, 8).await.unwrap();
        fixture.store.attempts().finish(id, lease(name), finish(Outcome::Failed, "failed", 9)).await.unwrap();
        move_maker(&fixture, None).await;
        if retry_all {
            assert_eq!(fixture.store.tasks().retry_all(at(6)).await.unwrap(), 1);
        } else {
            fixture.store.tasks().retry(id, at(6)).await.unwrap();
        }
        assert_eq!(device_of(&fixture, id).await, None);
        move_maker(&fixture, Some("a")).await;
        assert_eq!(device_of(&fixture, id).await, Some(serial("a")));
    }
}

#[tokio::test]
async fn failed_tasks_are_retried_together_each_where_its_account_lives() {
    let fixture = Fixture::new();
    let of_account = for_maker_on_a(&fixture).await;
    let of_phone = fixture.create(vec![for_phone("a")]).await[0];
    for name in ["one", "two"] {
        let id = claim(&fixture, name, 1).await.unwrap();
        fixture.store.attempts().finish(id, lease(name), finish(Outcome::Failed, "failed", 2)).await.unwrap();
    }
    move_maker(&fixture, Some("b")).await;
    assert_eq!(fixture.store.tasks().retry_all(at(6)).await.unwrap(), 2);
    assert_eq!(device_of(&fixture, of_account).await, Some(serial("b")));
    assert_eq!(device_of(&fixture, of_phone).await, Some(serial("a")));
}

#[tokio::test]
async fn an_account_that_was_deleted_is_there_again_for_its_retried_task() {
    let fixture = Fixture::new();
    let id = for_maker_on_a(&fixture).await;
    for (number, retry_all) in [(1, false), (2, true)] {
        let name = if retry_all { "one" } else { "two" };
        claim(&fixture, name, 8).await.unwrap();
        fixture.store.attempts().finish(id, lease(name), finish(Outcome::Failed, "failed", 9)).await.unwrap();
        let removed = fixture.store.accounts().delete(AccountId(number)).await.unwrap();
        assert_eq!(removed, AccountRemoval::Removed);
        if retry_all {
            assert_eq!(fixture.store.tasks().retry_all(at(6)).await.unwrap(), 1);
        } else {
            fixture.store.tasks().retry(id, at(6)).await.unwrap();
        }
        assert_eq!(device_of(&fixture, id).await, None);
        let all = NumberedPage { number: 1, size: 9 };
        let (accounts, total) = fixture.store.accounts().list(AccountFilter::default(), all).await.unwrap();
        assert_eq!((accounts[0].username.as_str(), accounts[0].enabled, total), ("maker", true, 1));
        let maker = accounts[0].username.clone();
        fixture.bind(maker, AppId::new("tiktok").unwrap(), "a", 7).await;
    }
}
