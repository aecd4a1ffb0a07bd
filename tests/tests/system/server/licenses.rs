//! Protects the sentence: a licence is made with one key, verified offline with the other, and installed only when it
//! would be in force; a running server follows it, and never more phones work than it allows.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::{TempDir, tempdir};

use crate::harness::{Program, Server, Video, wait_for};

/// A vendor with a pair of keys, and a user with a data directory.
struct Trade {
    directory: TempDir,
    public_key: String,
}

impl Trade {
    fn new() -> Self {
        let directory = tempdir().unwrap();
        let private = directory.path().join("vendor.key");
        let told = done(&["license", "keygen", "--out", private.to_str().unwrap(), "--json"]);
        let told: Value = serde_json::from_str(&told).unwrap();
        Self { public_key: told["public_key"].as_str().unwrap().to_owned(), directory }
    }

    fn path(&self, name: &str) -> String {
        self.directory.path().join(name).to_str().unwrap().to_owned()
    }

    /// Issues a licence into the file `name`.
    fn issue(&self, name: &str, more: &[&str]) -> String {
        let (key, file) = (self.path("vendor.key"), self.path(name));
        let mut arguments =
            vec!["license", "issue", "--key", &key, "--holder", "Example Ltd", "--out", &file];
        arguments.extend(more);
        done(&arguments);
        file
    }

    fn install_arguments<'a>(&'a self, file: &'a str, data: &'a str) -> [&'a str; 7] {
        ["license", "install", file, "--data-dir", data, "--license-key", &self.public_key]
    }

    fn shown(&self) -> Value {
        let data = self.path("data");
        let told =
            done(&["license", "show", "--json", "--data-dir", &data, "--license-key", &self.public_key]);
        serde_json::from_str(&told).unwrap()
    }

    fn installed(&self) -> PathBuf {
        self.directory.path().join("data/license.json")
    }
}

/// Runs a command that has to succeed and gives what it said.
fn done(arguments: &[&str]) -> String {
    let output = Program::run(arguments);
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// Runs a command that has to fail and gives what it said.
fn refused(arguments: &[&str]) -> String {
    let output = Program::run(arguments);
    assert!(!output.status.success(), "{arguments:?} was carried out");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_license_goes_from_the_vendor_to_the_data_directory() {
    let trade = Trade::new();
    assert_eq!(trade.shown()["installed"], json!(false));
    let file = trade.issue("license", &["--plan", "team", "--device-limit", "60", "--days", "90"]);
    let said = done(&trade.install_arguments(&file, &trade.path("data")));
    assert!(said.contains("plan Team, at most 60 phones"), "{said}");
    assert_eq!(std::fs::read(trade.installed()).unwrap(), std::fs::read(&file).unwrap());
    let shown = trade.shown();
    assert_eq!((&shown["in_force"], &shown["problem"]), (&json!(true), &Value::Null), "{shown:#}");
    assert_eq!(shown["license"]["plan_name"], "Team", "{shown:#}");
    assert!(shown["fingerprint"].as_str().unwrap().starts_with("machine1:"), "{shown:#}");
}

#[test]
fn what_would_not_be_in_force_is_not_installed() {
    let trade = Trade::new();
    let good = trade.issue("good", &["--plan", "pro"]);
    let data = trade.path("data");
    done(&trade.install_arguments(&good, &data));
    let before = std::fs::read(trade.installed()).unwrap();

    let changed = trade.path("changed");
    std::fs::write(&changed, String::from_utf8(before.clone()).unwrap().replace("Pro", "Team")).unwrap();
    let expired =
        trade.issue("expired", &["--plan", "pro", "--issued", "2020-01-01", "--expires", "2020-02-01"]);
    let early = trade.issue("early", &["--plan", "pro", "--issued", "2200-01-01"]);
    let elsewhere = trade.issue("elsewhere", &["--plan", "pro", "--machine", ANOTHER_MACHINE]);
    for (file, why) in [
        (&changed, "signature is wrong"),
        (&expired, "expired on 2020-02-01"),
        (&early, "still to come"),
        (&elsewhere, "for another machine"),
        (&trade.path("missing"), "there is no file"),
        (&trade.path("vendor.key"), "not a licence of TikMatrix"),
    ] {
        let said = refused(&trade.install_arguments(file, &data));
        assert!(said.contains(why), "{file}: {said}");
    }
    let said = refused(&["license", "install", &good, "--data-dir", &data]);
    assert!(said.contains("give one with --license-key"), "{said}");
    assert_eq!(std::fs::read(trade.installed()).unwrap(), before, "what was installed stays");
}

/// Of a machine whose system and name are "a".
const ANOTHER_MACHINE: &str = "machine1:AAAAAAAAAAAAAAAAAAAAAA:system=AAAAAAAAAAAA:name=AAAAAAAAAAAA";

#[cfg(unix)]
#[test]
fn the_private_key_is_its_owners_alone_and_never_overwritten() {
    use std::fs::{Permissions, metadata, set_permissions};
    use std::os::unix::fs::PermissionsExt;

    let trade = Trade::new();
    let key = trade.path("vendor.key");
    assert_eq!(metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    let before = std::fs::read(&key).unwrap();
    refused(&["license", "keygen", "--out", &key]);
    assert_eq!(std::fs::read(&key).unwrap(), before);

    set_permissions(Path::new(&key), Permissions::from_mode(0o644)).unwrap();
    let said = refused(&["license", "issue", "--key", &key, "--plan", "pro", "--holder", "Example Ltd"]);
    assert!(said.contains("chmod 600"), "{said}");
}

#[test]
fn neither_key_is_told_when_they_are_mixed_up() {
    let trade = Trade::new();
    let private = std::fs::read_to_string(trade.path("vendor.key")).unwrap();
    let file = trade.issue("license", &["--plan", "pro"]);
    let data = trade.path("data");
    let said = refused(&["license", "install", &file, "--data-dir", &data, "--license-key", private.trim()]);
    assert!(said.contains("private key") && !said.contains(private.trim()), "{said}");
}

#[test]
fn a_running_server_follows_the_license_that_is_installed() {
    let trade = Trade::new();
    let server = Server::start_with(trade.directory.path(), 0, &["--license-key", &trade.public_key]);
    let checked = || server.get("/api/v1/license/check");
    let trial = checked();
    assert_eq!((trial.status, &trial.body["data"]["trial"]), (200, &json!(true)), "{trial:?}");

    let starter = trade.issue("starter", &["--plan", "starter"]);
    done(&trade.install_arguments(&starter, &trade.path("data")));
    let refused =
        wait_for("the licence for Starter", SOON, || Some(checked()).filter(|answer| answer.status == 403));
    assert_eq!(refused.body["code"], json!(40301), "{refused:?}");
    assert_eq!(refused.body["data"]["plan_name"], "Starter", "{refused:?}");
    assert_eq!(server.get("/api/v1/task").body["code"], json!(40301));

    let team = trade.issue("team", &["--plan", "team"]);
    done(&trade.install_arguments(&team, &trade.path("data")));
    wait_for("the licence for Team", SOON, || Some(checked()).filter(|answer| answer.status == 200));
    assert_eq!(server.get("/api/v1/task").status, 200);
}

const SOON: Duration = Duration::from_secs(30);

#[test]
fn no_more_phones_work_than_the_license_allows_and_the_others_say_why_they_wait() {
    let trade = Trade::new();
    let file = trade.issue("license", &["--plan", "pro", "--device-limit", "5"]);
    let more = ["--license", &file, "--license-key", &trade.public_key];
    let server = Server::start_with(trade.directory.path(), 7, &more);
    let serials: Vec<String> = (1..=7).map(|number| format!("virtual-{number}")).collect();
    let serials: Vec<&str> = serials.iter().map(String::as_str).collect();
    for serial in &serials {
        server.arm(serial, &json!({"fault": "slow_upload", "seconds": 5}));
    }
    let video = Video::make(trade.directory.path(), "video.mp4");
    let ids = server.create(&serials, "at most five at once", &video);
    wait_for("two tasks that wait for a place", SOON, || {
        let page = server.get("/api/v1/task?status=0");
        let tasks = page.body["data"]["tasks"].as_array().unwrap();
        let held_back = tasks.iter().filter(|task| task["waiting_reason"] == "plan_limit").count();
        (held_back == 2).then_some(())
    });
    let spans: Vec<_> = ids
        .iter()
        .map(|id| server.completed(*id))
        .map(|detail| (detail.task.started_at.unwrap(), detail.task.finished_at.unwrap()))
        .collect();
    let at_work = |now| spans.iter().filter(|(start, end)| *start <= now && now < *end).count();
    let most = spans.iter().map(|(start, _)| at_work(*start)).max().unwrap();
    assert_eq!(most, 5, "{spans:?}");
}
