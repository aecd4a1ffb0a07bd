//! The database as such: its file, its restarts, its version, and its errors.

use std::pin::pin;
use std::task::{Context, Waker};

use tikmatrix_domain::TaskId;
use tikmatrix_storage::{StorageError, Store};

use crate::{Fixture, at, claim_task, for_phone, lease, request_for, serial};

#[tokio::test]
async fn created_tasks_are_there_after_a_restart() {
    let fixture = Fixture::new();
    let ids = fixture.create(vec![for_phone("a"), for_phone("b")]).await;
    let fixture = fixture.reopen();
    let claimed = claim_task(&fixture.store, serial("b"), lease("one"), at(1)).await.unwrap();
    assert_eq!(claimed.id, ids[1]);
}

#[tokio::test]
async fn ids_are_positive_and_follow_the_order_of_creation() {
    let fixture = Fixture::new();
    let ids = fixture.create(vec![for_phone("a"); 3]).await;
    assert_eq!(ids, [TaskId(1), TaskId(2), TaskId(3)]);
    assert_eq!(fixture.create(Vec::new()).await, []);
}

#[test]
fn a_second_server_on_the_same_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tasks.db");
    let store = Store::open(&path).unwrap();
    assert!(matches!(Store::open(&path), Err(StorageError::InUse { .. })));
    drop(store);
    Store::open(&path).unwrap();
}

#[test]
fn a_file_that_is_no_database_is_named_in_the_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tasks.db");
    std::fs::write(&path, "this is not a database, whatever its name says").unwrap();
    let error = Store::open(&path).map(|_| ()).unwrap_err();
    assert!(matches!(error, StorageError::Open { .. }));
    assert!(error.to_string().contains("tasks.db"), "{error}");
}

#[test]
fn a_url_that_is_none_is_refused_without_repeating_what_may_be_a_password() {
    let error = Store::open_url("mysql://maker:secret@db/tasks").map(|_| ()).unwrap_err().to_string();
    assert!(error.contains("sqlite://") && !error.contains("secret"), "{error}");
}

#[test]
fn a_server_that_does_not_answer_is_named_in_the_error() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("postgres://maker:secret@/tasks?host={}", folder.path().display());
    let error = Store::open_url(&url).map(|_| ()).unwrap_err().to_string();
    assert!(error.contains("postgres://maker@/tasks") && !error.contains("secret"), "{error}");
}

#[tokio::test]
async fn an_operation_runs_to_its_end_even_if_its_caller_is_dropped() {
    let fixture = Fixture::new();
    let store = fixture.store.clone();
    {
        let created = pin!(store.queue().create(request_for(for_phone("a")), at(0)));
        let asked = created.poll(&mut Context::from_waker(Waker::noop()));
        // The answer may have come already; what matters is that it is not waited for.
        drop(asked);
    }
    drop(store);
    let fixture = fixture.reopen();
    assert_eq!(fixture.store.tasks().stats().await.unwrap().pending, 1);
}

#[tokio::test]
async fn the_version_changes_with_every_change_and_stays_without_one() {
    let fixture = Fixture::new();
    let before = fixture.store.database().version().await.unwrap();
    fixture.store.tasks().stats().await.unwrap();
    assert_eq!(fixture.store.database().version().await.unwrap(), before);

    fixture.create(vec![for_phone("a")]).await;
    let created = fixture.store.database().version().await.unwrap();
    assert_ne!(created, before);
    claim_task(&fixture.store, serial("a"), lease("one"), at(1)).await.unwrap();
    let claimed = fixture.store.database().version().await.unwrap();
    assert_ne!(claimed, created);

    let fixture = fixture.reopen();
    assert_ne!(fixture.store.database().version().await.unwrap(), before);
}
