//! Tasks that are deleted, and those that cannot be yet.

use tikmatrix_domain::{ArtifactKind, IllegalTransition, LogLevel, Outcome, Record, RecordedEvent, TaskId};
use tikmatrix_storage::Batch;

use crate::{Fixture, at, claim_task, finish, for_phone, lease, serial};

#[tokio::test]
async fn a_deleted_task_leaves_nothing_behind_and_its_number_is_not_used_again() {
    let fixture = Fixture::new();
    let id = fixture.create(vec![for_phone("a")]).await[0];
    claim_task(&fixture.store, serial("a"), lease("one"), at(1)).await.unwrap();
    let record = |event| Record { at: at(2), event };
    let records = vec![
        record(RecordedEvent::Step("tap Post".to_owned())),
        record(RecordedEvent::Log(LogLevel::Info, "line".to_owned())),
        record(RecordedEvent::Artifact { kind: ArtifactKind::UiTree, file: "1/1/u.xml".to_owned() }),
    ];
    fixture.store.attempts().record(id, lease("one"), records).await.unwrap();
    fixture.store.attempts().finish(id, lease("one"), finish(Outcome::Failed, "", 3)).await.unwrap();

    let deletion = fixture.store.tasks().delete(vec![id], at(9)).await.unwrap();
    assert_eq!(deletion, Batch { done: vec![id], ..Batch::default() });
    assert_eq!(fixture.store.tasks().find(id).await.unwrap(), None);
    assert_eq!(fixture.store.tasks().log(id).await.unwrap(), []);
    assert_eq!(fixture.store.tasks().stats().await.unwrap().total(), 0);
    assert_eq!(fixture.create(vec![for_phone("a")]).await, [TaskId(id.0 + 1)]);
}

#[tokio::test]
async fn what_works_stays_and_what_is_not_there_is_told() {
    let fixture = Fixture::new();
    let ids = fixture.create(vec![for_phone("a"), for_phone("b"), for_phone("a")]).await;
    claim_task(&fixture.store, serial("b"), lease("one"), at(1)).await.unwrap();
    let wanted = vec![ids[2], TaskId(77), ids[1], ids[0]];
    let deletion = fixture.store.tasks().delete(wanted, at(9)).await.unwrap();
    let done = vec![ids[2], ids[0]];
    let refused = vec![(ids[1], IllegalTransition::StillRunning)];
    assert_eq!(deletion, Batch { done, refused, not_found: vec![TaskId(77)] });
    assert!(fixture.store.tasks().find(ids[1]).await.unwrap().is_some());
}
