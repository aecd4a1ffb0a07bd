//! The tasks that an operation on many is for.

use tikmatrix_domain::{BatchOperation, NewTask, Outcome, ScriptName, Status, TaskId};
use tikmatrix_storage::TaskFilter;

use crate::{Fixture, at, claim_task, finish, for_phone, lease, serial};

/// Tasks of the phone `a` in every status: completed, running, pending, and a failed one of another script.
async fn one_in_each_status(fixture: &Fixture) -> Vec<TaskId> {
    let follow = NewTask { script: ScriptName::new("follow").unwrap(), ..for_phone("a") };
    let ids = fixture.create(vec![for_phone("a"), follow, for_phone("a"), for_phone("a")]).await;
    for (id, outcome) in [(ids[0], Outcome::Succeeded), (ids[1], Outcome::Failed)] {
        let task = claim_task(&fixture.store, serial("a"), lease("one"), at(1)).await.unwrap();
        assert_eq!(task.id, id);
        fixture.store.attempts().finish(id, lease("one"), finish(outcome, "", 2)).await.unwrap();
    }
    claim_task(&fixture.store, serial("a"), lease("two"), at(3)).await.unwrap();
    ids
}

#[tokio::test]
async fn an_operation_selects_the_tasks_whose_status_it_can_change_newest_first() {
    let fixture = Fixture::new();
    let ids = one_in_each_status(&fixture).await;
    let none = TaskFilter::default;
    let running = TaskFilter { status: Some(Status::Running), ..none() };
    let follow = TaskFilter { script: Some(ScriptName::new("follow").unwrap()), ..none() };
    let elsewhere = TaskFilter { serial: Some(serial("b")), ..none() };
    for (operation, filter, wanted) in [
        (BatchOperation::Stop, none(), vec![ids[2]]),
        (BatchOperation::Cancel, none(), vec![ids[3], ids[2]]),
        (BatchOperation::Cancel, running.clone(), vec![ids[2]]),
        (BatchOperation::Retry, none(), vec![ids[1]]),
        (BatchOperation::Retry, running, vec![]),
        (BatchOperation::Retry, follow.clone(), vec![ids[1]]),
        (BatchOperation::Stop, follow, vec![]),
        (BatchOperation::Delete, none(), vec![ids[3], ids[2], ids[1], ids[0]]),
        (BatchOperation::Delete, elsewhere, vec![]),
    ] {
        let changes = fixture.store.task_changes();
        let found = changes.matching(filter.clone(), operation.statuses(), None, 10).await.unwrap();
        let count = changes.count(filter.clone(), operation.statuses()).await.unwrap();
        assert_eq!((&found, count), (&wanted, wanted.len() as u64), "{operation:?} {filter:?}");
    }
}

#[tokio::test]
async fn a_selection_is_read_in_parts_without_what_was_created_meanwhile() {
    let fixture = Fixture::new();
    let ids = one_in_each_status(&fixture).await;
    let part = async |before| {
        let statuses = BatchOperation::Cancel.statuses();
        fixture.store.task_changes().matching(TaskFilter::default(), statuses, before, 1).await.unwrap()
    };
    assert_eq!(part(None).await, [ids[3]]);
    fixture.create(vec![for_phone("a")]).await;
    assert_eq!(part(Some(ids[3])).await, [ids[2]]);
    assert_eq!(part(Some(ids[2])).await, []);
}

#[tokio::test]
async fn statuses_are_looked_up_in_the_order_of_the_numbers() {
    let fixture = Fixture::new();
    let ids = one_in_each_status(&fixture).await;
    let asked = vec![ids[3], TaskId(77), ids[0], ids[1], ids[2]];
    let found = fixture.store.task_changes().statuses(asked.clone()).await.unwrap();
    let statuses =
        [Some(Status::Pending), None, Some(Status::Completed), Some(Status::Failed), Some(Status::Running)];
    assert_eq!(found, asked.into_iter().zip(statuses).collect::<Vec<_>>());
}
