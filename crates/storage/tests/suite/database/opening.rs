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

#[tokio::test]
async fn a_database_is_closed_when_its_last_handle_is_dropped_and_can_be_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tasks.db");
    let store = Store::open(&path).unwrap();
    let (other, closed) = (store.clone(), store.database().closed());
    drop(store);
    let (end, ended) = std::sync::mpsc::channel::<()>();
    let holder = std::thread::spawn(move || {
        // Until the test drops the other end.
        let _ = ended.recv();
        drop(other);
    });
    let mut closed = pin!(closed);
    assert!(closed.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    drop(end);
    closed.await;
    Store::open(&path).unwrap();
    holder.join().unwrap();
}

#[cfg(unix)]
#[test]
fn a_second_server_on_the_same_file_is_refused_by_whatever_name() {
    let folder = tempfile::tempdir().unwrap();
    let name = |name: &str| folder.path().join(name);
    std::fs::create_dir(name("data")).unwrap();
    let path = name("data/tasks.db");
    let store = Store::open(&path).unwrap();
    std::os::unix::fs::symlink(&path, name("link.db")).unwrap();
    std::os::unix::fs::symlink(name("data"), name("folder")).unwrap();
    for other in ["link.db", "folder/tasks.db", "folder/../data/tasks.db"] {
        let refused = Store::open(name(other));
        assert!(matches!(refused, Err(StorageError::InUse { .. })), "{other}");
    }
    drop(store);
    assert!(Store::open(name("link.db")).unwrap().database().location().ends_with("data/tasks.db"));

    std::fs::hard_link(&path, name("other.db")).unwrap();
    for path in [path, name("other.db")] {
        let error = Store::open(path).map(drop).unwrap_err().to_string();
        assert!(error.contains("it has 2 names (hard links)"), "{error}");
    }
}

#[test]
fn a_url_names_any_file() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/my%20tasks%3F.db", folder.path().display());
    drop(Store::open_url(&url).unwrap());
    assert!(folder.path().join("my tasks?.db").exists());
}

#[test]
fn a_malformed_url_of_postgres_does_not_show_its_password() {
    for url in [
        "postgres://maker:hunter2@secret@127.0.0.1:1/tasks",
        "postgres://maker:hunter2/secret@127.0.0.1:1/tasks",
        "postgres://maker:hunter2?secret@127.0.0.1:1/tasks",
        "postgres://maker:hunter%2@127.0.0.1:1/tasks",
        "postgres://127.0.0.1:1/tasks?user=maker&password=hunter2&secret",
        "postgres://127.0.0.1:1/tasks?password=hunter2&connect_timeout=x",
    ] {
        for open in [Store::open_url, Store::open_url_shared] {
            let error = open(url).map(drop).unwrap_err().to_string();
            assert!(!error.contains("hunter") && !error.contains("secret"), "{url}: {error}");
        }
    }
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
