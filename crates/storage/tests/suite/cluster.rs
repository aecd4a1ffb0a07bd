//! Servers that share a database: the running tasks of a dead server are interrupted, those of a living one are not, and
//! signals reach the other servers.

use tikmatrix_domain::{
    Heartbeat, LeaseId, Outcome, Record, RecordedEvent, ServerId, SettingsChange, Status, TaskState,
};
use tikmatrix_storage::{Claim, InterruptedTask, StorageError, TaskFilter};

use crate::tasks::query::first;
use crate::{Fixture, at, claim_task, code_of, finish, for_phone, serial};

fn server(number: u64) -> ServerId {
    ServerId::new(number)
}

/// A lease of the server of this number.
fn held(number: u64) -> LeaseId {
    server(number).lease(7)
}

#[tokio::test]
async fn what_a_dead_server_left_running_is_pending_again_and_its_attempt_names_its_step() {
    let fixture = Fixture::new();
    let ids = fixture.create(vec![for_phone("a"), for_phone("b"), for_phone("a"), for_phone("c")]).await;
    fixture.store.cluster().heartbeat(server(1)).await.unwrap();
    claim_task(&fixture.store, serial("a"), held(1), at(1)).await.unwrap();
    claim_task(&fixture.store, serial("b"), server(1).lease(8), at(1)).await.unwrap();
    claim_task(&fixture.store, serial("c"), held(2), at(1)).await.unwrap();
    let step = Record { at: at(2), event: RecordedEvent::Step("tap Post".to_owned()) };
    fixture.store.attempts().record(ids[0], held(1), vec![step]).await.unwrap();

    let fixture = fixture.reopen();
    let others = fixture.store.cluster().heartbeat(server(2)).await.unwrap();
    let dead = Heartbeat { server: server(1), beats: 1 };
    assert_eq!(others, std::slice::from_ref(&dead));
    let again = ids[..2].iter().map(|task| InterruptedTask { task: *task, runs_again: true });
    assert_eq!(
        fixture.store.cluster().interrupt_tasks_of(dead.clone(), at(60)).await.unwrap(),
        again.collect::<Vec<_>>()
    );
    assert_eq!(fixture.store.cluster().interrupt_tasks_of(dead, at(61)).await.unwrap(), []);
    assert_eq!(fixture.store.cluster().heartbeat(server(2)).await.unwrap(), []);

    let (tasks, _) = fixture.store.tasks().list(TaskFilter::default(), first(10)).await.unwrap();
    let statuses: Vec<Status> = tasks.iter().rev().map(|task| task.state.status()).collect();
    assert_eq!(statuses, [Status::Pending, Status::Pending, Status::Pending, Status::Running]);
    let attempts = fixture.store.tasks().find(ids[0]).await.unwrap().unwrap().attempts;
    let finish = attempts[0].finish.as_ref().unwrap();
    assert_eq!((finish.outcome, finish.at), (Outcome::Interrupted, at(60)));
    assert_eq!(finish.failure_code, code_of(Outcome::Interrupted));
    assert!(finish.remark.contains("\"tap Post\""), "{}", finish.remark);
    let next = claim_task(&fixture.store, serial("a"), held(2), at(61)).await.unwrap();
    assert_eq!((next.id, next.attempt_count, next.retry_count), (ids[0], 2, 0), "before the one that waited");
}

#[tokio::test]
async fn a_task_that_was_to_be_stopped_does_not_run_again_when_its_server_died() {
    let fixture = Fixture::new();
    let id = fixture.create(vec![for_phone("a")]).await[0];
    claim_task(&fixture.store, serial("a"), held(1), at(1)).await.unwrap();
    fixture.store.cluster().request_stop(id, held(1)).await.unwrap();
    let dead = fixture.store.cluster().heartbeat(server(2)).await.unwrap().remove(0);
    let ended = fixture.store.cluster().interrupt_tasks_of(dead, at(60)).await.unwrap();
    assert_eq!(ended, [InterruptedTask { task: id, runs_again: false }]);
    let task = fixture.store.tasks().find(id).await.unwrap().unwrap().task;
    let TaskState::Finished { finish, .. } = task.state else { panic!("{task:?}") };
    assert_eq!(finish.outcome, Outcome::Stopped);
}

#[tokio::test]
async fn a_server_that_has_beaten_meanwhile_is_not_taken_for_dead() {
    let fixture = Fixture::new();
    let id = fixture.create(vec![for_phone("a")]).await[0];
    fixture.store.cluster().heartbeat(server(1)).await.unwrap();
    claim_task(&fixture.store, serial("a"), held(1), at(1)).await.unwrap();
    let silent = fixture.store.cluster().heartbeat(server(2)).await.unwrap().remove(0);
    fixture.store.cluster().heartbeat(server(1)).await.unwrap();
    assert_eq!(fixture.store.cluster().interrupt_tasks_of(silent, at(60)).await.unwrap(), []);
    fixture.store.attempts().finish(id, held(1), finish(Outcome::Succeeded, "done", 61)).await.unwrap();
}

#[tokio::test]
async fn tasks_whose_server_has_never_beaten_are_found_too() {
    let fixture = Fixture::new();
    let ids = fixture.create(vec![for_phone("a")]).await;
    claim_task(&fixture.store, serial("a"), LeaseId("of an older version".to_owned()), at(1)).await.unwrap();
    let others = fixture.store.cluster().heartbeat(server(2)).await.unwrap();
    assert_eq!(others.len(), 1);
    let again = [InterruptedTask { task: ids[0], runs_again: true }];
    assert_eq!(fixture.store.cluster().interrupt_tasks_of(others[0].clone(), at(2)).await.unwrap(), again);
}

#[tokio::test]
async fn a_server_that_left_is_not_taken_for_dead() {
    let fixture = Fixture::new();
    fixture.store.cluster().heartbeat(server(1)).await.unwrap();
    fixture.store.cluster().leave(server(1)).await.unwrap();
    assert_eq!(fixture.store.cluster().heartbeat(server(2)).await.unwrap(), []);
}

#[tokio::test]
async fn a_phone_that_works_for_another_server_is_given_nothing() {
    let fixture = Fixture::new();
    let ids = fixture.create(vec![for_phone("a"), for_phone("a")]).await;
    let claim = |number| fixture.store.queue().claim(9, serial("a"), held(number), at(1));
    assert!(matches!(claim(1).await.unwrap(), Claim::Claimed(task) if task.id == ids[0]));
    assert_eq!(claim(2).await.unwrap(), Claim::DeviceBusyElsewhere);
    fixture.store.attempts().finish(ids[0], held(1), finish(Outcome::Succeeded, "done", 2)).await.unwrap();
    assert!(matches!(claim(2).await.unwrap(), Claim::Claimed(task) if task.id == ids[1]));
}

#[tokio::test]
async fn a_stop_is_asked_of_the_server_that_runs_the_task_until_the_task_has_ended() {
    let fixture = Fixture::new();
    let id = fixture.create(vec![for_phone("a")]).await[0];
    assert!(matches!(
        fixture.store.cluster().request_stop(tikmatrix_domain::TaskId(99), held(1)).await,
        Err(StorageError::NoSuchTask(_))
    ));
    fixture.store.cluster().request_stop(id, held(1)).await.unwrap();
    assert!(!fixture.store.cluster().signals().await.unwrap().stop_requested, "no server runs it");

    claim_task(&fixture.store, serial("a"), held(1), at(1)).await.unwrap();
    for _ in 0..2 {
        fixture.store.cluster().request_stop(id, held(1)).await.unwrap();
    }
    assert!(fixture.store.cluster().signals().await.unwrap().stop_requested);
    assert_eq!(fixture.store.cluster().stop_requests_for(server(1)).await.unwrap(), [id]);
    assert_eq!(fixture.store.cluster().stop_requests_for(server(2)).await.unwrap(), []);
    fixture
        .store
        .attempts()
        .finish(id, held(1), finish(Outcome::Stopped, "it was stopped", 2))
        .await
        .unwrap();
    assert!(!fixture.store.cluster().signals().await.unwrap().stop_requested);
}

#[tokio::test]
async fn there_are_news_whenever_a_phone_may_have_work_and_not_when_a_task_goes_its_way() {
    let fixture = Fixture::new();
    let mut known = fixture.store.cluster().signals().await.unwrap();
    let id = fixture.create(vec![for_phone("a")]).await[0];
    let mut is_new = async |what: &str, expected: bool| {
        let news = fixture.store.cluster().signals().await.unwrap();
        assert_eq!(news != known, expected, "{what}");
        known = news;
    };
    is_new("created", true).await;
    claim_task(&fixture.store, serial("a"), held(1), at(1)).await.unwrap();
    is_new("claimed", false).await;
    fixture.store.attempts().finish(id, held(1), finish(Outcome::Failed, "no", 2)).await.unwrap();
    is_new("finished", false).await;
    fixture.store.tasks().retry(id, at(3)).await.unwrap();
    is_new("retried", true).await;
    fixture.store.tasks().retry_all(at(4)).await.unwrap();
    is_new("all retried", true).await;
    let pause = SettingsChange { paused: Some(true), ..SettingsChange::default() };
    fixture.store.settings().change(pause).await.unwrap();
    is_new("paused", true).await;
}
