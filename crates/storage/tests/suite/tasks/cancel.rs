//! Tasks that are cancelled before they run.

use tikmatrix_domain::{IllegalTransition, Outcome, Status, TaskId, TaskState};
use tikmatrix_storage::Batch;

use crate::{Fixture, at, claim_task, finish, for_phone, lease, serial};

#[tokio::test]
async fn only_a_pending_task_is_cancelled_and_it_never_runs() {
    let fixture = Fixture::new();
    let ids = fixture.create(vec![for_phone("a"), for_phone("a"), for_phone("a")]).await;
    claim_task(&fixture.store, serial("a"), lease("one"), at(1)).await.unwrap();
    fixture
        .store
        .attempts()
        .postpone(ids[0], lease("one"), finish(Outcome::Failed, "", 2), at(9))
        .await
        .unwrap();
    claim_task(&fixture.store, serial("a"), lease("two"), at(3)).await.unwrap();

    let wanted = vec![ids[1], ids[2], TaskId(77), ids[0]];
    let batch = fixture.store.task_changes().cancel(wanted, at(4)).await.unwrap();
    let refused = vec![(ids[1], IllegalTransition::NotCancellable(Status::Running))];
    assert_eq!(batch, Batch { done: vec![ids[2], ids[0]], refused, not_found: vec![TaskId(77)] });
    for (id, before) in [(ids[0], "its next attempt"), (ids[2], "it ran")] {
        let task = fixture.store.tasks().find(id).await.unwrap().unwrap().task;
        let TaskState::Finished { started_at, finish } = task.state else { panic!("{task:?}") };
        assert_eq!((started_at, finish.outcome, finish.at), (None, Outcome::Cancelled, at(4)));
        assert_eq!(finish.remark, format!("it was cancelled before {before}"));
    }
    fixture.store.attempts().finish(ids[1], lease("two"), finish(Outcome::Succeeded, "", 5)).await.unwrap();
    assert!(claim_task(&fixture.store, serial("a"), lease("three"), at(100)).await.is_none());

    fixture.store.task_changes().retry(ids[0], at(101)).await.unwrap();
    let again = claim_task(&fixture.store, serial("a"), lease("four"), at(101)).await;
    assert_eq!(again.map(|task| task.id), Some(ids[0]));
}

#[tokio::test]
async fn of_many_tasks_those_that_failed_are_retried_and_the_others_are_told() {
    let fixture = Fixture::new();
    let ids = fixture.create(vec![for_phone("a"), for_phone("b")]).await;
    fixture.store.task_changes().cancel(vec![ids[0]], at(1)).await.unwrap();
    let batch =
        fixture.store.task_changes().retry_batch(vec![ids[0], ids[1], TaskId(9)], at(2)).await.unwrap();
    let refused = vec![(ids[1], IllegalTransition::NotFailed(Status::Pending))];
    assert_eq!(batch, Batch { done: vec![ids[0]], refused, not_found: vec![TaskId(9)] });
}
