//! The database as a file: kept over a restart, used by one server, and clear about what is wrong with it.

use tikmatrix_domain::TaskId;
use tikmatrix_storage::{StorageError, Store};

use crate::{Fixture, at, for_phone, lease, serial};

#[tokio::test]
async fn created_tasks_are_there_after_a_restart() {
    let fixture = Fixture::new();
    let ids = fixture.create(vec![for_phone("a"), for_phone("b")]).await;
    let fixture = fixture.reopen();
    let claimed = fixture.store.claim_next(serial("b"), lease("one"), at(1)).await.unwrap().unwrap();
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
fn a_second_server_on_the_same_database_is_refused() {
    let fixture = Fixture::new();
    let path = fixture.folder.path().join("tasks.db");
    assert!(matches!(Store::open(&path), Err(StorageError::InUse { .. })));
    drop(fixture.store);
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
