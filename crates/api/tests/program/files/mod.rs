//! What the program stores is its user's alone, and what was open to others before is closed.

#[cfg(target_os = "linux")]
mod endless_files;

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use crate::support::{Folder, done, tikmatrix};

/// The files and folders at and below `path` that other users can use.
fn open_to_others(path: &Path) -> Vec<String> {
    let mode = fs::symlink_metadata(path).unwrap().permissions().mode();
    let mut found = Vec::new();
    if mode & 0o077 != 0 {
        found.push(format!("{} {mode:o}", path.display()));
    }
    if path.is_dir() {
        found.extend(fs::read_dir(path).unwrap().flat_map(|entry| open_to_others(&entry.unwrap().path())));
    }
    found
}

#[test]
fn a_server_that_waits_for_a_file_is_ended_by_a_signal() {
    let folder = Folder::new();
    let (pipe, data) = (folder.name("tokens"), folder.name("data"));
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let mut server =
        tikmatrix(&["serve", "--port", "0", "--data-dir", &data, "--token-file", &pipe]).spawn().unwrap();
    // Returns when the server has opened it to read.
    let silent = File::options().write(true).open(&pipe).unwrap();
    let killed = Command::new("kill").args(["-TERM", &server.id().to_string()]).status().unwrap();
    assert!(killed.success() && server.wait().unwrap().success());
    drop(silent);
}

#[test]
fn a_new_data_directory_is_its_owners_alone() {
    let folder = Folder::new();
    let (key, license, adb_key) =
        (folder.name("vendor.key"), folder.name("license"), folder.name("data/adbkey"));
    done(&["token", "create", "one", "--data-dir", &folder.name("data")]);
    let server = folder.serve(&["--adb-key", &adb_key]);
    let added = serde_json::json!({"address": "127.0.0.1:1"});
    assert_eq!(server.send("POST", "/api/v1/device/address", Some(&added)).0, 200);
    done(&["license", "keygen", "--out", &key]);
    done(&["license", "issue", "--key", &key, "--plan", "pro", "--holder", "Example", "--out", &license]);
    for name in
        ["tikmatrix.sqlite", "tikmatrix.sqlite-wal", "tikmatrix.sqlite.lock", "phones.txt", "materials"]
    {
        assert!(folder.path("data").join(name).exists(), "{name}");
    }
    for name in ["data", "vendor.key", "license"] {
        assert_eq!(open_to_others(&folder.path(name)), [""; 0]);
    }
    server.end();
}

#[test]
fn what_an_earlier_version_left_open_is_closed_with_a_line_in_the_log() {
    let folder = Folder::new();
    let data = folder.path("data");
    for below in ["materials", "artifacts/1/1", "other"] {
        fs::create_dir_all(data.join(below)).unwrap();
    }
    let database = folder.path("tasks.db");
    for file in ["artifacts/1/1/tape.jsonl.gz", "phones.txt", "other/file", "license.json"] {
        fs::write(data.join(file), "").unwrap();
    }
    fs::write(&database, "").unwrap();
    let log = folder.serve(&["--database-url", &format!("sqlite://{}", database.display())]).end();
    let lines: Vec<&str> = log.lines().filter(|line| line.contains("permissions tightened")).collect();
    assert!(lines.len() == 1 && lines[0].contains(&format!("{}, ", data.display())), "{log}");
    let left = open_to_others(&data);
    assert!(left.iter().all(|open| open.contains("/other")) && left.len() == 2, "{left:?}");
    assert_eq!(open_to_others(&database), [""; 0]);
    assert!(!folder.serve(&[]).end().contains("permissions tightened"));
}
