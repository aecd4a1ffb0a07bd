//! Protects the sentence: a database that is locked or read-only is told of by 50001, one on a full disk by 50701, with a
//! number that the log has too, nothing is half-written, and service, the runner's too, recovers automatically.

use std::fs::{self, File, Permissions};
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use rusqlite::Connection;
use serde_json::json;
use tempfile::tempdir;
use tikmatrix_client::api::Status;

use crate::harness::{
    Program, SOME, Server, Video, create_some, is_told_and_logged, is_told_as, total, wait_for,
};

/// Far longer than the longest wait between two tries.
const TO_RESUME: Duration = Duration::from_secs(60);

fn database(directory: &Path) -> PathBuf {
    directory.join("data/tikmatrix.sqlite")
}

#[test]
fn a_database_that_another_program_locks_is_told_and_passes_without_a_lost_result() {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 1);
    let video = Video::make(directory.path(), "video.mp4");
    let id = server.create(&["virtual-1"], "meanwhile", &video)[0];
    server.task_when(id, "at work", |detail| detail.task.status_text == Status::Running);
    let other = Connection::open(database(directory.path())).unwrap();
    other.execute_batch("PRAGMA busy_timeout = 10000; BEGIN IMMEDIATE").unwrap();

    is_told_and_logged(&server, &create_some(&server));
    assert_eq!(total(&server), 1, "it can be read meanwhile");
    // It does not tap Post before it has stored its mark.
    wait_for("the task to wait", TO_RESUME, || server.said().contains("mark an attempt").then_some(()));
    assert!(server.posts("virtual-1").is_empty());
    other.execute_batch("ROLLBACK").unwrap();

    assert_eq!(create_some(&server).status, 200);
    assert_eq!(total(&server), 1 + SOME);
    server.completed(id);
    assert_eq!(server.posts("virtual-1").len(), 1);
}

#[test]
fn a_database_that_becomes_read_only_is_told_and_passes() {
    let directory = tempdir().unwrap();
    let data = directory.path().join("data");
    let arguments = ["serve", "--port", "0", "--data-dir", data.to_str().unwrap()];
    // Root may write to every file unless it gives that up.
    let server = Server::of(Program::start_by(&without_rights_over_files(), &arguments), None);
    assert_eq!(create_some(&server).status, 200);
    let other = Connection::open(database(directory.path())).unwrap();
    let files = ["", "-wal", "-shm"].map(|end| format!("{}{end}", database(directory.path()).display()));
    let allow = |mode| {
        for file in &files {
            fs::set_permissions(file, Permissions::from_mode(mode)).unwrap();
        }
    };
    allow(0o444);
    // The server goes on with the files that it has open, until it opens them anew.
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    is_told_and_logged(&server, &create_some(&server));
    other.execute_batch("ROLLBACK").unwrap();

    is_told_and_logged(&server, &create_some(&server));
    wait_for("the cause in the log", TO_RESUME, || server.said().contains("readonly database").then_some(()));
    assert_eq!(total(&server), SOME, "it can be read meanwhile");
    allow(0o644);
    wait_for("service", TO_RESUME, || (create_some(&server).status == 200).then_some(()));
    assert_eq!(total(&server), 2 * SOME);
}

#[test]
fn a_full_disk_is_told_and_passes_when_there_is_room_again() {
    let directory = tempdir().unwrap();
    let Some(disk) = Disk::mount(directory.path()) else { return };
    let server = Server::start(&directory, 0);
    let filler = disk.fill();
    let mut accepted = 0;
    // What the database has room for in its own files it still takes.
    let refused = wait_for("a refusal", TO_RESUME, || {
        let users: Vec<String> = (0..200).map(|number| format!("user_{number}")).collect();
        let follow = json!({"target_users": users});
        let request = json!({"serials": ["absent-phone"], "script_name": "follow", "script_config": follow});
        let answer = server.post("/api/v1/task", &request);
        accepted += i64::from(answer.status == 200) * 200;
        (answer.status != 200).then_some(answer)
    });
    is_told_as(&server, &refused, (507, 50701));
    let health = server.get("/healthz");
    assert_eq!((health.status, &health.body["data"]["status"]), (503, &json!("degraded")), "{health:?}");
    wait_for("the cause in the log", TO_RESUME, || server.said().contains("disk is full").then_some(()));
    assert_eq!(total(&server), accepted, "each request made all of its tasks or none");
    assert_eq!(server.get("/api/v1/task").status, 200, "it can be read meanwhile");

    fs::remove_file(filler).unwrap();
    assert_eq!(create_some(&server).status, 200);
    wait_for("health", TO_RESUME, || (server.get("/healthz").status == 200).then_some(()));
    assert_eq!(total(&server), accepted + SOME);
    assert!(server.terminate().success());
}

/// A way to start a program that is bound by file permissions, even when the tests run as root.
fn without_rights_over_files() -> Vec<&'static str> {
    let is_root = fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0);
    if is_root { vec!["setpriv", "--bounding-set=-dac_override"] } else { vec!["env"] }
}

/// A small disk of its own.
struct Disk(PathBuf);

impl Disk {
    /// In the folder `data` of `directory`; none where this user may mount nothing, which is said.
    fn mount(directory: &Path) -> Option<Self> {
        let data = directory.join("data");
        fs::create_dir(&data).unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=8m", "tmpfs"])
            .arg(&data)
            .status()
            .is_ok_and(|status| status.success());
        if !mounted {
            assert!(std::env::var("CI").as_deref() != Ok("true"), "no disk can be mounted here");
            eprintln!("SKIPPED: a full disk needs the right to mount one");
        }
        mounted.then_some(Self(data))
    }

    /// Writes until there is no more room.
    fn fill(&self) -> PathBuf {
        let filler = self.0.join("filler");
        let mut file = File::create(&filler).unwrap();
        while file.write_all(&[0; 4096]).is_ok() {}
        filler
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // The server may not have ended yet.
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}
