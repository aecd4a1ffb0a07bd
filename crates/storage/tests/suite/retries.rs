//! Tasks that are begun again, by themselves or by a person's hand.

use std::time::Duration;

use tikmatrix_domain::{IllegalTransition, NewTask, Outcome, Status, TaskId, TaskOptions, TaskState};
use tikmatrix_storage::{StorageError, TaskCounts};

use crate::{Fixture, at, finish, for_phone, lease, serial};

async fn claim(fixture: &Fixture, name: &str, seconds: i64) -> Option<TaskId> {
    let claimed = fixture.store.claim_next(serial("a"), lease(name), at(seconds)).await.unwrap();
    claimed.map(|task| task.id)
}

#[tokio::test]
async fn the_options_of_a_task_come_back_as_they_were_given() {
    let fixture = Fixture::new();
    let options =
        TaskOptions { priority: -100, max_retries: 3, time_limit: Some(Duration::from_millis(90_500)) };
    let id = fixture.create(vec![NewTask { options, ..for_phone("a") }]).await[0];
    let task = fixture.store.task(id).await.unwrap().unwrap().task;
    assert_eq!((task.options, task.retry_count), (options, 0));
}

#[tokio::test]
async fn a_postponed_task_is_taken_again_at_its_moment_and_its_attempts_are_kept() {
    let fixture = Fixture::new();
    let id = fixture.create(vec![for_phone("a")]).await[0];
    claim(&fixture, "one", 1).await.unwrap();
    let failed = finish(Outcome::Failed, "the phone was lost", 9);
    let refused = fixture.store.postpone(id, lease("two"), failed.clone(), at(40)).await.unwrap_err();
    assert!(matches!(refused, StorageError::Illegal { source: IllegalTransition::LeaseLost, .. }));

    fixture.store.postpone(id, lease("one"), failed.clone(), at(40)).await.unwrap();
    let waiting = fixture.store.task(id).await.unwrap().unwrap();
    assert_eq!((waiting.task.state, waiting.task.retry_count), (TaskState::Retrying { at: at(40) }, 1));
    assert_eq!(waiting.attempts[0].finish, Some(failed));
    assert_eq!(fixture.store.next_due(serial("a")).await.unwrap(), Some(at(40)));
    assert_eq!(claim(&fixture, "two", 39).await, None);
    let again = fixture.store.claim_next(serial("a"), lease("two"), at(40)).await.unwrap().unwrap();
    assert_eq!((again.id, again.attempt_count, again.progress, again.step), (id, 2, 0, None));
    assert_eq!(fixture.store.task(id).await.unwrap().unwrap().attempts.len(), 2);
}

#[tokio::test]
async fn only_a_failed_task_is_retried_and_it_is_due_at_once() {
    let fixture = Fixture::new();
    let id = fixture.create(vec![for_phone("a")]).await[0];
    let refusal = async |wanted: Status| {
        let refused = fixture.store.retry(id, at(50)).await.unwrap_err();
        let StorageError::Illegal { source, .. } = refused else { panic!("{refused}") };
        assert_eq!(source, IllegalTransition::NotFailed(wanted));
    };
    refusal(Status::Pending).await;
    claim(&fixture, "one", 1).await.unwrap();
    refusal(Status::Running).await;
    fixture.store.finish(id, lease("one"), finish(Outcome::Stopped, "stopped", 9)).await.unwrap();

    fixture.store.retry(id, at(50)).await.unwrap();
    let waiting = fixture.store.task(id).await.unwrap().unwrap();
    assert_eq!((waiting.task.state, waiting.task.retry_count), (TaskState::Pending, 1));
    assert_eq!((waiting.task.progress, waiting.task.step, waiting.task.updated_at), (0, None, at(50)));
    assert_eq!(waiting.attempts.len(), 1, "what happened before is kept");
    assert_eq!(claim(&fixture, "two", 50).await, Some(id));
    fixture.store.finish(id, lease("two"), finish(Outcome::Succeeded, "done", 60)).await.unwrap();
    refusal(Status::Completed).await;
    let unknown = fixture.store.retry(TaskId(99), at(70)).await.unwrap_err();
    assert!(matches!(unknown, StorageError::NoSuchTask(TaskId(99))));
}

#[tokio::test]
async fn all_failed_tasks_and_no_others_are_retried_together() {
    let fixture = Fixture::new();
    fixture.create(vec![for_phone("a"); Outcome::ALL.len() + 2]).await;
    for (number, outcome) in Outcome::ALL.into_iter().enumerate() {
        let name = number.to_string();
        let id = claim(&fixture, &name, 1).await.unwrap();
        fixture.store.finish(id, lease(&name), finish(outcome, "ended", 2)).await.unwrap();
    }
    claim(&fixture, "at work", 3).await.unwrap();
    let failed = Outcome::ALL.len() - 1;
    assert_eq!(fixture.store.retry_all(at(9)).await.unwrap(), failed);
    assert_eq!(fixture.store.retry_all(at(9)).await.unwrap(), 0);
    let counts = fixture.store.stats().await.unwrap();
    let pending = u64::try_from(failed).unwrap() + 1;
    assert_eq!(counts, TaskCounts { pending, running: 1, completed: 1, failed: 0 });
    let retried = fixture.store.task(TaskId(2)).await.unwrap().unwrap();
    assert_eq!((retried.task.state, retried.task.retry_count), (TaskState::Pending, 1));
    assert_eq!(fixture.store.next_due(serial("a")).await.unwrap(), Some(at(0)));
}
