//! Turns among the lines of a source: in order for each account, never the same for two tasks at once, used with what the
//! task published, and free again when nothing was published.

use std::collections::BTreeSet;

use tikmatrix_domain::{AppId, IllegalTransition, NewTask, Outcome, TaskId, Username};
use tikmatrix_storage::StorageError;

use super::reservation::MARK;
use crate::{Fixture, at, claim_task, finish, for_phone, lease, serial};

/// A task of this account.
fn for_account(name: &str) -> NewTask {
    NewTask { serial: None, username: Some(username(name)), ..for_phone("none") }
}

fn username(name: &str) -> Username {
    Username::new(name).unwrap()
}

fn app() -> AppId {
    AppId::new("tiktok").unwrap()
}

impl Fixture {
    async fn turn(&self, source: &str, task: TaskId, lease_of: &str) -> u64 {
        self.store.reservations().take_turn(source.to_owned(), task, lease(lease_of)).await.unwrap()
    }

    /// Ends the attempt under the lease `name`.
    async fn end(&self, task: TaskId, name: &str, outcome: Outcome) {
        let end = finish(outcome, "over", 3);
        self.store.attempts().finish(task, lease(name), end).await.unwrap();
    }

    /// Publishes with the next turn of the phone, and returns which it was.
    async fn publish_in_turn(&self, phone: &str, source: &str) -> u64 {
        let task = self.at_work(phone).await;
        let turn = self.turn(source, task, phone).await;
        self.store.marks().set(task, lease(phone), MARK.to_owned(), at(2)).await.unwrap();
        self.end(task, phone, Outcome::Succeeded).await;
        turn
    }
}

#[tokio::test]
async fn turns_follow_each_other_for_each_owner_and_source_and_over_a_restart() {
    let fixture = Fixture::new();
    for expected in 0..3 {
        assert_eq!(fixture.publish_in_turn("p", "captions a").await, expected);
    }
    assert_eq!(fixture.publish_in_turn("p", "captions b").await, 0, "each source has its own turns");
    assert_eq!(fixture.publish_in_turn("q", "captions a").await, 0, "each device without an account too");
    let fixture = fixture.reopen();
    assert_eq!(fixture.publish_in_turn("p", "captions a").await, 3);
}

#[tokio::test]
async fn the_same_attempt_has_the_same_turn_and_one_that_published_nothing_gives_it_back() {
    let fixture = Fixture::new();
    let task = fixture.at_work("p").await;
    assert_eq!(fixture.turn("s", task, "p").await, 0);
    assert_eq!(fixture.turn("s", task, "p").await, 0);
    fixture.end(task, "p", Outcome::Failed).await;
    assert_eq!(fixture.publish_in_turn("p", "s").await, 0);
    assert_eq!(fixture.publish_in_turn("p", "s").await, 1);
}

#[tokio::test]
async fn what_may_have_been_published_is_never_given_again_unless_it_was_not() {
    let fixture = Fixture::new();
    let task = fixture.at_work("p").await;
    assert_eq!(fixture.turn("s", task, "p").await, 0);
    fixture.store.marks().set(task, lease("p"), MARK.to_owned(), at(2)).await.unwrap();
    fixture.end(task, "p", Outcome::Failed).await;
    let other = fixture.at_work("p").await;
    assert_eq!(fixture.turn("s", other, "p").await, 1);
    fixture.end(other, "p", Outcome::Failed).await;

    fixture.store.task_changes().retry(task, at(4)).await.unwrap();
    claim_task(&fixture.store, serial("p"), lease("again"), at(5)).await.unwrap();
    fixture.store.marks().withdraw(task, lease("again")).await.unwrap();
    assert_eq!(fixture.turn("s", task, "again").await, 0, "it was seen not to be published");
    fixture.end(task, "again", Outcome::Succeeded).await;
    assert_eq!(fixture.publish_in_turn("p", "s").await, 1);
}

#[tokio::test]
async fn many_tasks_of_an_account_at_once_never_have_the_same_turn() {
    const TASKS: usize = 24;
    let fixture = Fixture::new();
    let mut takings = Vec::new();
    for number in 0..TASKS {
        let phone = format!("p{number}");
        // The account is bound to one device after the other, so that its tasks work on all of them at once.
        fixture.bind(username("maker"), app(), &phone, 0).await;
        let task = fixture.create(vec![for_account("maker")]).await[0];
        assert_eq!(claim_task(&fixture.store, serial(&phone), lease(&phone), at(1)).await.unwrap().id, task);
        let store = fixture.store.clone();
        takings.push(tokio::spawn(async move {
            let turn = store.reservations().take_turn("s".to_owned(), task, lease(&phone)).await.unwrap();
            (turn, task, phone)
        }));
    }
    let mut taken = BTreeSet::new();
    let mut ends = Vec::new();
    for taking in takings {
        let (turn, task, phone) = taking.await.unwrap();
        assert!(taken.insert(turn), "{turn} was taken twice");
        ends.push((turn, task, phone));
    }
    assert_eq!(taken, (0..TASKS as u64).collect(), "no turn is left out");
    // All publish but the one with turn 5, from the last to the first: only its turn is free then.
    for (turn, task, phone) in ends.into_iter().rev() {
        let outcome = if turn == 5 { Outcome::Failed } else { Outcome::Succeeded };
        fixture.end(task, &phone, outcome).await;
    }
    fixture.bind(username("maker"), app(), "last", 0).await;
    for expected in [5, TASKS as u64] {
        let task = fixture.create(vec![for_account("maker")]).await[0];
        claim_task(&fixture.store, serial("last"), lease("last"), at(9)).await.unwrap();
        assert_eq!(fixture.turn("s", task, "last").await, expected);
        fixture.end(task, "last", Outcome::Succeeded).await;
    }
}

#[tokio::test]
async fn a_worker_that_lost_its_lease_takes_no_turn() {
    let fixture = Fixture::new();
    let task = fixture.at_work("p").await;
    let stale = fixture.store.reservations().take_turn("s".to_owned(), task, lease("old")).await.unwrap_err();
    assert!(matches!(stale, StorageError::Illegal { source: IllegalTransition::LeaseLost, .. }), "{stale}");
}
