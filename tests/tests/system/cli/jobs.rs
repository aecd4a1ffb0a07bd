//! Protects the sentence: each of the twelve everyday jobs of an operator takes at most two commands. The command lines run as
//! they stand, in a fresh directory that holds five videos and a table of accounts, with three virtual phones. The twelfth
//! job, a server behind nginx, needs nginx and is `http_clients::nginx`: the page's block, and no command of `tikmatrix`.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use chrono::{Local, NaiveTime, TimeDelta};
use serde_json::{Value, json};
use tempfile::{TempDir, tempdir};
use tikmatrix_client::api::Status;

use crate::harness::{Program, Server, Video, phones_ready};

/// The most commands that a job may take.
const MAX_COMMANDS: usize = 2;

/// A server with three phones, and the directory in which an operator works.
struct Desk {
    folder: TempDir,
    server: Server,
    /// What was done so far: each job with the number of its commands.
    done: Vec<(&'static str, usize)>,
}

impl Desk {
    fn open() -> Self {
        let folder = tempdir().unwrap();
        let server = Server::start(&folder, 3);
        phones_ready(&server, 3);
        Self { folder, server, done: Vec::new() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Does a job with these command lines, and returns what the last one prints.
    fn does(&mut self, job: &'static str, lines: &[&str]) -> String {
        let data = self.path("data");
        let home = self.path("home");
        let environment = [
            ("TIKMATRIX_SERVER", &*self.server.url),
            ("TIKMATRIX_DATA_DIR", data.to_str().unwrap()),
            ("HOME", home.to_str().unwrap()),
        ];
        let mut printed = String::new();
        for line in lines {
            assert_eq!(line.matches("tikmatrix ").count(), 1, "{job}: {line:?} is not one command");
            let ran = Program::run_shell(line, self.folder.path(), &environment);
            let errors = String::from_utf8_lossy(&ran.stderr);
            assert!(ran.status.success(), "{job}: {line}\n{errors}");
            printed = String::from_utf8(ran.stdout).unwrap();
        }
        self.done.push((job, lines.len()));
        printed
    }

    /// The account that is signed in on a phone.
    fn account(&self, serial: &str) -> String {
        let phone = self.server.virtual_phone(serial);
        phone["apps"]["tiktok"]["accounts"][0]["username"].as_str().unwrap().to_owned()
    }

    /// Writes a table of 20 accounts, three of which are signed in on the phones.
    fn write_accounts(&self) -> BTreeSet<String> {
        let mut table = "username,serial\n".to_owned();
        let mut names = BTreeSet::new();
        for number in 0..20 {
            let serial = format!("virtual-{}", number % 3 + 1);
            let name = if number < 3 { self.account(&serial) } else { format!("shop.{number}") };
            writeln!(table, "{name},{serial}").unwrap();
            names.insert(name);
        }
        fs::write(self.path("accounts.csv"), table).unwrap();
        names
    }

    fn setting(&self, name: &str) -> Value {
        self.server.get("/api/v1/setting").body["data"][name].clone()
    }
}

#[test]
fn each_of_the_twelve_jobs_takes_at_most_two_commands() {
    let mut desk = Desk::open();
    let videos = ["1.mp4", "2.mp4", "3.mp4", "4.mp4", "5.mp4"]
        .map(|name| Video::make(desk.folder.path(), name).sha256);

    desk.does(
        "5 videos on 3 phones tomorrow 14:30",
        &[
            "tikmatrix material upload *.mp4 --tag new",
            r#"tikmatrix task create --script post --all --distribute 5 --at "tomorrow 14:30" \
               --script-config '{"captions": "Hello", "materials_tags": "new"}'"#,
        ],
    );
    let tomorrow = (Local::now() + TimeDelta::days(1)).date_naive();
    let half_past_two = tomorrow.and_time(NaiveTime::from_hms_opt(14, 30, 0).unwrap());
    let planned: Vec<_> = (1..=5).map(|id| desk.server.task(id).task).collect();
    for task in &planned {
        let start = task.start_time.unwrap().0.with_timezone(&Local).naive_local();
        // The test may run over midnight.
        assert!((half_past_two - start).abs() <= TimeDelta::days(1), "{task:?}");
        assert_eq!(start.time(), half_past_two.time());
    }
    assert_eq!(planned.iter().filter_map(|task| task.serial.as_ref()).collect::<BTreeSet<_>>().len(), 3);
    let uploaded = desk.server.get("/api/v1/material").body["data"]["total"].clone();
    assert_eq!((uploaded, videos.iter().collect::<BTreeSet<_>>().len()), (json!(5), 5));

    desk.does("cancel one", &["tikmatrix task cancel 2"]);
    assert_eq!(desk.server.failed(2).task.failure_code.unwrap().to_string(), "cancelled");

    let shown = desk.does("why does one wait", &["tikmatrix task show 1"]);
    assert!(shown.contains("its start time has not come") && shown.contains("14:30"), "{shown}");

    let late = desk.path("late.mp4");
    let config = json!({"captions": "Late", "material_list": [late]});
    let failed = desk.server.create_for(&["virtual-1"], "post", config)[0];
    desk.server.failed(failed);
    assert_eq!(failed, 6);
    let shown = desk.does("why did one fail", &["tikmatrix task show 6"]);
    assert!(shown.contains("material_missing") && shown.contains("late.mp4 does not exist"), "{shown}");
    assert!(shown.contains("What to do"), "{shown}");

    let video = Video::make(desk.folder.path(), "late.mp4");
    desk.does("rerun failures", &["tikmatrix task retry-all --code material_missing --yes"]);
    assert_eq!(desk.server.task(2).task.status_text, Status::Failed, "what was cancelled stays so");

    let watched = desk.does("watch live", &["tikmatrix task watch 6"]);
    assert!(watched.contains("completed"), "{watched}");
    assert_eq!(desk.server.posts("virtual-1"), [("Late".to_owned(), video.sha256)]);

    desk.does("change a default", &["tikmatrix setting set retry_first_wait=60"]);
    assert_eq!(desk.setting("retry_first_wait"), 60);

    desk.does("at most 2 phones at once", &["tikmatrix setting set max_devices_at_work=2"]);
    assert_eq!(desk.setting("max_devices_at_work"), 2);

    let names = desk.write_accounts();
    let created = desk.does(
        "20 accounts by CSV and a follow each",
        &[
            "tikmatrix account import accounts.csv",
            r#"tikmatrix task create --script follow --all --enable-multi-account \
               --script-config '{"target_users": ["sample_user_1"]}'"#,
        ],
    );
    let created: Vec<i64> = created.lines().map(|id| id.parse().unwrap()).collect();
    let follows: Vec<_> = created.iter().map(|id| desk.server.task(*id).task).collect();
    let usernames: Vec<String> = follows.iter().filter_map(|task| task.username.clone()).collect();
    assert_eq!((created.len(), usernames.into_iter().collect::<BTreeSet<_>>()), (20, names));
    for serial in ["virtual-1", "virtual-2", "virtual-3"] {
        let account = desk.account(serial);
        let own = follows.iter().find(|task| task.username.as_ref() == Some(&account)).unwrap();
        desk.server.completed(own.id);
        assert_eq!(desk.server.following(serial), ["sample_user_1"]);
    }

    desk.does(
        "back up and restore",
        &["tikmatrix backup farm.backup", "tikmatrix restore farm.backup --data-dir copy/data"],
    );
    let copy = Server::start_with(&desk.path("copy"), 0, &[]);
    let total = |server: &Server| server.get("/api/v1/task/stats").body["data"]["total"].clone();
    assert_eq!((total(&copy), total(&desk.server)), (json!(26), json!(26)));

    desk.does(
        "rotate a token",
        &["tikmatrix token create uploader", "tikmatrix token rotate uploader --grace 1h"],
    );
    let data = desk.path("data");
    let list = Program::run(&["token", "list", "--json", "--data-dir", data.to_str().unwrap()]);
    let list: Value = serde_json::from_slice(&list.stdout).unwrap();
    assert_eq!(list.as_array().unwrap().len(), 2, "{list:#}");

    desk.done.push(("behind nginx: http_clients::nginx", 0));
    let row = |(job, count): &(&str, usize)| format!("{count}  {job}\n");
    println!("commands of each job\n{}", desk.done.iter().map(row).collect::<String>());
    assert_eq!(desk.done.len(), 12);
    assert!(desk.done.iter().all(|(_, count)| *count <= MAX_COMMANDS));
}
