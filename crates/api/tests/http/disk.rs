//! A disk that is full: clients are told so, nothing is stored, the health check says so, and all goes on when there is room.

use std::fs;

use serde_json::{Value, json};

use crate::support::Api;

/// What a full disk makes SQLite say, where it matters to the test.
const FULL: &str = "SELECT RAISE(FAIL, 'database or disk is full')";

#[tokio::test(flavor = "multi_thread")]
async fn a_database_whose_disk_is_full_is_told_and_goes_on_when_there_is_room_again() {
    let directory = tempfile::tempdir().unwrap();
    let api = Api::start_in(directory.path(), |_| {}).await;
    let other = rusqlite::Connection::open(directory.path().join("tikmatrix.sqlite")).unwrap();
    for (name, event) in [("a", "INSERT ON task"), ("b", "UPDATE ON task_number"), ("c", "INSERT ON audit")] {
        other.execute_batch(&format!("CREATE TRIGGER {name} BEFORE {event} BEGIN {FULL}; END")).unwrap();
    }
    let task = json!({"serials": ["p1"], "script_name": "say", "script_config": {}});
    assert_eq!(api.get("/healthz").await.code(), 0);
    let refused = api.post(&task).await;
    assert_eq!((refused.status, refused.code()), (507, 50701), "{refused:?}");
    assert!(refused.message().contains("disk is full") && refused.body["data"].is_null(), "{refused:?}");
    for _ in 0..3 {
        let health = api.get("/healthz").await;
        assert_eq!((health.status, health.code()), (503, 50301), "{health:?}");
        assert_eq!(health.body["data"]["status"], "degraded");
        assert!(health.body["data"]["reasons"][0].as_str().unwrap().contains("database"), "{health:?}");
    }
    assert_eq!(api.get("/api/v1/task").await.body["data"]["total"], 0, "it reads, and nothing was stored");
    other.execute_batch("DROP TRIGGER a; DROP TRIGGER b; DROP TRIGGER c").unwrap();
    assert_eq!(api.post(&task).await.code(), 0);
    assert_eq!(
        api.get_when("/healthz", |answer| answer.code() == 0).await.body["data"]["reasons"],
        Value::Null
    );
    let audit = api.get_when("/api/v1/audit", |answer| answer.body["data"]["total"] == 2).await;
    assert_eq!(audit.body["data"]["entries"][1]["code"], 50701, "it waited for room: {audit:?}");
    api.stop().await;
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_database_file_that_is_gone_takes_no_task_and_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let api = Api::start_in(directory.path(), |_| {}).await;
    let (file, aside) = (directory.path().join("tikmatrix.sqlite"), directory.path().join("aside"));
    let task = json!({"serials": ["p1"], "script_name": "say", "script_config": {}});
    let wal = directory.path().join("tikmatrix.sqlite-wal");
    for (gone, replaced) in [(&file, false), (&file, true), (&wal, false), (&wal, true)] {
        fs::rename(gone, &aside).unwrap();
        if replaced {
            fs::copy(&aside, gone).unwrap();
        }
        let refused = api.post(&task).await;
        assert_eq!((refused.status, refused.code()), (503, 50301), "{refused:?}");
        assert!(refused.message().contains("its -wal file was removed or replaced"), "{refused:?}");
        let health = api.get_when("/healthz", |answer| answer.code() != 0).await;
        assert_eq!((health.status, health.code()), (503, 50301), "{health:?}");
        assert!(health.message().contains("its -wal file was removed or replaced"), "{health:?}");
        fs::rename(&aside, gone).unwrap();
        assert_eq!(api.post(&task).await.code(), 0);
        assert_eq!(api.get_when("/healthz", |answer| answer.code() == 0).await.status, 200);
    }
    assert_eq!(api.get("/api/v1/task").await.body["data"]["total"], 4);
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_health_check_notices_that_the_data_directory_takes_no_files() {
    let root = tempfile::tempdir().unwrap();
    let (here, gone) = (root.path().join("data"), root.path().join("gone"));
    let api = Api::start_in(&here, |_| {}).await;
    fs::rename(&here, &gone).unwrap();
    let health = api.get("/healthz").await;
    assert_eq!((health.status, health.code()), (503, 50301), "{health:?}");
    assert!(health.message().contains("the data directory takes no writes"), "{health:?}");
    assert!(!health.message().contains("data/"), "no path is told: {health:?}");
    fs::rename(&gone, &here).unwrap();
    assert_eq!(api.get_when("/healthz", |answer| answer.code() == 0).await.status, 200);
    api.stop().await;
}
