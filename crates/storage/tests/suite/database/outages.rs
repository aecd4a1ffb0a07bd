//! A database that is gone for a while: operations fail with transient errors, and succeed again when it is back.

use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use tikmatrix_storage::{StorageError, Store, TaskFilter};

use crate::database::server::Server;
use crate::database::test_database::is_postgres;
use crate::tasks::query::first;
use crate::{at, for_phone, lease, request_for, serial};

/// Everything that a server does with the store most often.
async fn errors(store: &Store) -> Vec<Option<StorageError>> {
    let created = store.queue().create(request_for(for_phone("a")), at(0)).await.err();
    let claimed = store.queue().claim(1, serial("a"), lease("one"), at(1)).await.err();
    let listed = store.tasks().list(TaskFilter::default(), first(10)).await.err();
    vec![created, claimed, listed, store.tasks().stats().await.err()]
}

#[tokio::test]
async fn a_lost_postgres_is_transient_and_service_resumes_when_it_is_back() {
    if !is_postgres() {
        return;
    }
    let server = Server::start(true);
    let store = Store::open_url(&server.url("postgres")).unwrap();
    store.queue().create(request_for(for_phone("a")), at(0)).await.unwrap();
    store.tasks().stats().await.unwrap();

    // Quickly back: the connections are dead, the server is not.
    server.stop();
    server.resume();
    let failed = errors(&store).await;
    assert!(failed.iter().flatten().all(StorageError::is_transient), "{failed:?}");
    resumes(&store).await;

    server.stop();
    let failed = errors(&store).await;
    assert!(failed.iter().all(|error| error.as_ref().is_some_and(StorageError::is_transient)), "{failed:?}");
    server.resume();
    resumes(&store).await;
}

/// Repeats the operations until all succeed.
async fn resumes(store: &Store) {
    let served = async {
        while errors(store).await.iter().any(Option::is_some) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), served).await.expect("service did not resume");
}

#[cfg(unix)]
#[tokio::test]
async fn nothing_is_written_to_a_file_that_is_gone_or_replaced_and_all_resumes_when_it_is_back() {
    let folder = tempfile::tempdir().unwrap();
    let (path, aside) = (folder.path().join("tasks.db"), folder.path().join("aside.db"));
    let store = Store::open(&path).unwrap();
    store.queue().create(request_for(for_phone("a")), at(0)).await.unwrap();
    let wal = folder.path().join("tasks.db-wal");
    for (gone, replace) in [(&path, false), (&path, true), (&wal, false), (&wal, true)] {
        std::fs::rename(gone, &aside).unwrap();
        if replace {
            std::fs::write(gone, "").unwrap();
        }
        for _ in 0..2 {
            let refused = store.queue().create(request_for(for_phone("a")), at(0)).await.unwrap_err();
            assert!(matches!(refused, StorageError::Replaced { .. }) && refused.is_transient(), "{refused}");
        }
        assert!(store.database().is_replaced());
        assert_eq!(gone.exists(), replace, "no other file is made");
        std::fs::rename(&aside, gone).unwrap();
        assert!(!store.database().is_replaced());
        store.queue().create(request_for(for_phone("a")), at(0)).await.unwrap();
    }
    assert_eq!(store.tasks().stats().await.unwrap().total(), 5);
}

#[cfg(unix)]
#[tokio::test]
async fn a_restart_without_the_wal_file_keeps_all_that_was_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tasks.db");
    let store = Store::open(&path).unwrap();
    store.queue().create(request_for(for_phone("a")), at(0)).await.unwrap();
    std::fs::remove_file(folder.path().join("tasks.db-wal")).unwrap();
    let refused = store.queue().create(request_for(for_phone("a")), at(0)).await.unwrap_err();
    assert!(matches!(refused, StorageError::Replaced { .. }), "{refused}");
    let closed = store.database().closed();
    drop(store);
    closed.await;

    let store = Store::open(&path).unwrap();
    store.queue().create(request_for(for_phone("a")), at(0)).await.unwrap();
    assert_eq!(store.tasks().stats().await.unwrap().total(), 2);
}

#[tokio::test]
async fn a_sqlite_file_that_another_program_locks_is_transient_and_passes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tasks.db");
    let store = Store::open(&path).unwrap();
    let mut other = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    other.batch_execute("BEGIN IMMEDIATE").unwrap();

    let refused = store.queue().create(request_for(for_phone("a")), at(0)).await.unwrap_err();
    assert!(refused.is_transient(), "{refused}");
    assert_eq!(store.tasks().stats().await.unwrap().total(), 0);

    other.batch_execute("ROLLBACK").unwrap();
    store.queue().create(request_for(for_phone("a")), at(0)).await.unwrap();
    assert_eq!(store.tasks().stats().await.unwrap().total(), 1);
}

#[tokio::test]
async fn the_wal_file_outlives_the_connection_of_an_operation_that_failed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tasks.db");
    let store = Store::open(&path).unwrap();
    let mut other = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    other.batch_execute("BEGIN IMMEDIATE").unwrap();
    store.queue().create(request_for(for_phone("a")), at(0)).await.unwrap_err();
    // No other connection of an operation is left, and SQLite removes the file with the last one.
    drop(other);
    assert!(!store.database().is_replaced());
    store.queue().create(request_for(for_phone("a")), at(0)).await.unwrap();
}
