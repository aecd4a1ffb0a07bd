//! Protects the sentence: a backup of a running server is the server at one moment, a restore is that server again, and
//! whatever goes wrong leaves what was there.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::{TempDir, tempdir};

use crate::harness::{
    Program, Server, Video, carried_out, create_some, is_one_moment, refused, tasks_of, total,
    while_two_write, whole_materials,
};

/// The folders of a test: `data` of the server, `copy/data` of the restored one, and the backup.
struct Places {
    root: TempDir,
    backup: PathBuf,
    key: PathBuf,
}

impl Places {
    fn new() -> Self {
        let root = tempdir().unwrap();
        let key = root.path().join("adbkey");
        fs::write(&key, "the key").unwrap();
        Self { backup: root.path().join("farm.tikmatrix"), key, root }
    }

    fn data(&self) -> PathBuf {
        self.root.path().join("data")
    }

    fn copy(&self) -> PathBuf {
        self.root.path().join("copy").join("data")
    }

    fn save(&self) -> Vec<String> {
        self.arguments("backup", &self.data(), &["--adb-key", self.key.to_str().unwrap()])
    }

    fn restore(&self, data: &Path) -> Vec<String> {
        self.arguments("restore", data, &[])
    }

    fn arguments(&self, command: &str, data: &Path, more: &[&str]) -> Vec<String> {
        let all = [command, self.backup.to_str().unwrap(), "--data-dir", data.to_str().unwrap()];
        all.iter().chain(more).map(|text| (*text).to_owned()).collect()
    }

    /// The names in the folder of the backup.
    fn names(&self) -> Vec<String> {
        let names = fs::read_dir(self.root.path()).unwrap();
        let mut names: Vec<String> = names.map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

fn run(arguments: &[String]) -> String {
    carried_out(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
}

fn fails(arguments: &[String]) -> String {
    refused(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Runs a command that may write no file of more than 64 KiB, as on a disk that is full, and returns what it said.
fn fails_on_a_full_disk(arguments: &[String]) -> String {
    let line = "trap '' XFSZ; ulimit -f 128; exec \"$0\" \"$@\"";
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut program = Program::start_by(&["sh", "-c", line], &arguments);
    let status = program.end(std::time::Duration::from_secs(60));
    assert!(!status.success(), "{arguments:?} was carried out");
    program.errors()
}

/// A server with data of each kind, ended, and its backup.
fn saved() -> Places {
    let places = Places::new();
    let server = Server::start(&places.root, 0);
    create_some(&server);
    server.upload(&Video::make(places.root.path(), "one.mp4"), &json!({}));
    assert!(server.terminate().success());
    run(&places.save());
    places
}

#[test]
fn a_backup_under_two_writers_is_one_moment() {
    let places = Places::new();
    let server = Server::start(&places.root, 0);
    let before = while_two_write(&server, places.root.path(), || {
        let before = total(&server);
        run(&places.save());
        before
    });
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&places.backup).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert!(!places.data().join("backup.tmp").exists(), "what held the files is removed");
    run(&places.restore(&places.copy()));
    let copy = Server::start_with(places.copy().parent().unwrap(), 0, &[]);
    is_one_moment(&server, before, &copy, &places.copy());
    assert_eq!(create_some(&copy).status, 200, "it works on");
}

#[test]
fn a_restored_server_has_the_history_the_evidence_and_the_rest_of_the_data_directory() {
    let places = Places::new();
    let server = Server::start(&places.root, 1);
    let video = Video::make(places.root.path(), "one.mp4");
    let done = server.create(&["virtual-1"], "one", &video);
    server.completed(done[0]);
    server.arm("virtual-1", &json!({"fault": "follow_refused"}));
    let failed = server.create_for(&["virtual-1"], "follow", json!({"target_users": ["one"]}));
    server.failed(failed[0]);
    server.upload(&video, &json!({"tags": ["a", "b"]}));
    server.client.devices().add_address("127.0.0.1:1").unwrap();
    run(&["token", "create", "one", "--data-dir", places.data().to_str().unwrap()].map(str::to_owned));
    server.pause(true);
    run(&places.save());
    let (tasks, settings) = (tasks_of(&server), server.get("/api/v1/setting").body);
    let accounts = server.get("/api/v1/account").body;
    let artifacts = evidence(&server, &tasks);
    assert!(!artifacts.is_empty(), "the failed task has evidence");

    let said = run(&places.restore(&places.copy()));
    assert!(said.contains("Restored to") && said.contains("file"), "{said}");
    let copy = Server::start_with(places.copy().parent().unwrap(), 0, &[]);
    assert_eq!(tasks_of(&copy), tasks);
    assert_eq!(evidence(&copy, &tasks), artifacts);
    assert_eq!(copy.get("/api/v1/setting").body, settings);
    assert_eq!(copy.get("/api/v1/account").body["data"]["total"], accounts["data"]["total"]);
    assert_eq!(whole_materials(&copy, &places.copy()).len(), 1);
    let addresses = copy.client.devices().addresses().unwrap();
    assert_eq!(addresses.addresses[0].address, "127.0.0.1:1");
    let tokens = run(&["token", "list", "--data-dir", places.copy().to_str().unwrap()].map(str::to_owned));
    assert!(tokens.contains("one"), "{tokens}");
    assert_eq!(fs::read_to_string(places.copy().join("adbkey")).unwrap(), "the key");
}

/// Every artifact of the tasks, by its URL.
fn evidence(server: &Server, tasks: &std::collections::BTreeMap<i64, Value>) -> Vec<(String, Vec<u8>)> {
    use std::io::Read as _;
    let mut all = Vec::new();
    for (id, task) in tasks {
        for artifact in task["artifacts"].as_array().unwrap() {
            let name = artifact["name"].as_str().unwrap();
            let mut bytes = Vec::new();
            server.client.tasks().artifact(*id, name).unwrap().read_to_end(&mut bytes).unwrap();
            all.push((format!("{id}/{name}"), bytes));
        }
    }
    all
}

#[test]
fn a_full_disk_leaves_no_half_backup_and_destroys_none() {
    let places = saved();
    let (names, backup) = (places.names(), fs::read(&places.backup).unwrap());
    assert!(backup.len() > 65_536, "it would fit");
    let said = fails_on_a_full_disk(&places.save());
    assert!(said.contains("cannot write the backup") && said.contains("too large"), "{said}");
    assert_eq!(places.names(), names);
    assert_eq!(fs::read(&places.backup).unwrap(), backup);
    fs::remove_file(&places.backup).unwrap();
    fails_on_a_full_disk(&places.save());
    assert!(!places.backup.exists());
}

#[test]
fn a_restore_onto_a_full_disk_leaves_nothing() {
    let places = saved();
    let said = fails_on_a_full_disk(&places.restore(&places.copy()));
    assert!(said.contains("disk"), "{said}");
    assert!(!places.copy().exists());
    run(&places.restore(&places.copy()));
}

#[test]
fn a_restore_overwrites_no_data_and_disturbs_no_server() {
    let places = saved();
    let kept = fs::read(places.data().join("tikmatrix.sqlite")).unwrap();
    let said = fails(&places.restore(&places.data()));
    assert!(said.contains("not empty") && said.contains("--data-dir"), "{said}");
    assert_eq!(fs::read(places.data().join("tikmatrix.sqlite")).unwrap(), kept);

    let server = Server::start(&places.root, 0);
    let before = total(&server);
    let said = fails(&places.restore(&places.data()));
    assert!(said.contains("a server runs on") && said.contains("stop the server"), "{said}");
    // Its database alone, from another directory.
    let url = format!("sqlite://{}", places.data().join("tikmatrix.sqlite").display());
    let other = places.arguments("restore", &places.copy(), &["--database-url", &url]);
    let said = fails(&other);
    assert!(said.contains("is there already"), "{said}");
    assert!(!places.copy().exists());
    assert_eq!(create_some(&server).status, 200);
    assert!(total(&server) > before);
}

#[test]
fn a_damaged_backup_is_refused_before_anything_is_written() {
    let places = saved();
    let whole = fs::read(&places.backup).unwrap();
    let middle = whole.len() / 2;
    let mut flipped = whole.clone();
    flipped[middle] ^= 1;
    let cases = [
        (whole[..middle].to_vec(), "its end is missing"),
        (whole[..whole.len() - 1].to_vec(), "its end is missing"),
        (Vec::new(), "no backup"),
        (b"SQLite format 3\0".to_vec(), "no backup"),
        (flipped, "is damaged"),
    ];
    for (bytes, reason) in cases {
        fs::write(&places.backup, &bytes).unwrap();
        let said = fails(&places.restore(&places.copy()));
        assert!(said.contains(reason), "{} bytes: {said}", bytes.len());
        assert!(!places.copy().exists());
    }
}

#[test]
fn a_file_that_is_no_backup_is_not_replaced_by_one() {
    let places = saved();
    fs::write(&places.backup, "a letter").unwrap();
    let said = fails(&places.save());
    assert!(said.contains("name another file"), "{said}");
    assert_eq!(fs::read_to_string(&places.backup).unwrap(), "a letter");
}

#[test]
fn a_data_directory_that_is_not_there_is_not_made() {
    let places = Places::new();
    let said = fails(&places.save());
    assert!(said.contains("there is no data directory"), "{said}");
    assert!(!places.data().exists() && !places.backup.exists());
}
