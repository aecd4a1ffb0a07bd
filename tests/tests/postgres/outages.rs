//! Protects the sentence: a PostgreSQL that is lost, locked or read-only is told of by 50001 with a number that the log
//! has too, nothing is half-written, and service, the runner's too, recovers automatically.

use std::time::Duration;

use serde_json::json;
use tempfile::tempdir;
use tikmatrix_client::api::Status;

use crate::database::{self, tell};
use crate::harness::{SOME, Server, Video, create_some, is_told_and_logged, total, wait_for};
use crate::postgres;

/// Far longer than the longest wait between two tries.
const TO_RESUME: Duration = Duration::from_secs(60);

#[test]
fn a_postgres_that_is_lost_for_a_while_costs_no_task_and_no_result() {
    let postgres = postgres::Server::start(true);
    let url = postgres.url("postgres");
    let directory = tempdir().unwrap();
    let server = Server::start_with(directory.path(), 1, &["--database-url", &url]);
    let video = Video::make(directory.path(), "video.mp4");
    server.arm("virtual-1", &json!({"fault": "slow_upload", "seconds": 5}));
    let ids =
        [server.create(&["virtual-1"], "one", &video), server.create(&["virtual-1"], "two", &video)].concat();
    server.task_when(ids[0], "at work", |detail| detail.task.status_text == Status::Running);

    postgres.stop();
    is_told_and_logged(&server, &create_some(&server));
    for path in ["/api/v1/task", "/api/v1/task/stats", &format!("/api/v1/task/{}", ids[0])] {
        is_told_and_logged(&server, &server.get(path));
    }
    assert_eq!(server.get("/healthz").status, 200);
    // It does not tap Post before it has stored its mark.
    wait_for("the task to wait", TO_RESUME, || server.said().contains("mark an attempt").then_some(()));
    assert_eq!(server.posts("virtual-1"), []);
    postgres.resume();

    wait_for("service", TO_RESUME, || (create_some(&server).status == 200).then_some(()));
    assert_eq!(total(&server), 2 + SOME, "each refused request made nothing");
    let first = server.completed(ids[0]);
    assert_eq!(first.attempts.len(), 1, "{first:#?}");
    server.completed(ids[1]);
    assert_eq!(server.posts("virtual-1").len(), 2);
    assert!(server.terminate().success());
}

#[test]
fn a_postgres_that_is_read_only_for_a_while_is_told_and_passes() {
    let url = database::shared();
    let directory = tempdir().unwrap();
    let server = Server::start_with(directory.path(), 0, &["--database-url", &url]);
    let name = url.split('?').next().unwrap().rsplit('/').next().unwrap();
    let everyone = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
        WHERE datname = current_database() AND pid <> pg_backend_pid()";
    tell(&url, &[&format!("ALTER DATABASE {name} SET default_transaction_read_only = on"), everyone]);
    let refused = wait_for("a refusal as read-only", TO_RESUME, || {
        let refused = create_some(&server);
        is_told_and_logged(&server, &refused);
        server.said().contains("read-only").then_some(refused)
    });
    is_told_and_logged(&server, &refused);
    // Each connection that was ended is noticed by the first request that uses it.
    wait_for("a read", TO_RESUME, || (server.get("/api/v1/task/stats").status == 200).then_some(()));
    assert_eq!(total(&server), 0, "it can be read meanwhile");

    let writable = format!("ALTER DATABASE {name} SET default_transaction_read_only = off");
    tell(&url, &["SET default_transaction_read_only = off", &writable]);
    wait_for("service", TO_RESUME, || (create_some(&server).status == 200).then_some(()));
    assert_eq!(total(&server), SOME);
}

#[test]
fn a_postgres_whose_tables_another_program_locks_is_told_and_passes() {
    let url = database::shared();
    let directory = tempdir().unwrap();
    let server = Server::start_with(directory.path(), 0, &["--database-url", &url]);
    // Longer than the server waits for a lock.
    let hold = ["BEGIN", "LOCK TABLE task IN EXCLUSIVE MODE", "SELECT pg_sleep(13)", "ROLLBACK"].join("; ");
    std::thread::scope(|scope| {
        let locked = scope.spawn(|| tell(&url, &[&hold]));
        let lock =
            "SELECT count(*) FROM pg_locks WHERE mode = 'ExclusiveLock' AND relation = 'task'::regclass";
        wait_for("the lock", TO_RESUME, || (tell(&url, &[lock]).trim() == "1").then_some(()));
        is_told_and_logged(&server, &create_some(&server));
        assert_eq!(total(&server), 0, "it can be read meanwhile");
        locked.join().unwrap();
    });
    wait_for("service", TO_RESUME, || (create_some(&server).status == 200).then_some(()));
    assert_eq!(total(&server), SOME);
}
