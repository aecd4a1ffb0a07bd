//! Protects the sentence: each recipe of `docs/tasks.md` runs as it stands. Only `/path/to` and the names of accounts are
//! replaced, by those of the test; what happened is asked of the phones and the server.

use std::collections::BTreeSet;
use std::process::Output;

use chrono::{FixedOffset, NaiveTime, TimeDelta};
use tempfile::{TempDir, tempdir};
use tikmatrix_client::api::WaitingReason;
use tikmatrix_client::api::tasks::{Task, TaskQuery};

use crate::harness::{Program, Server, Video};

const PAGE: &str = include_str!("../../../../docs/tasks.md");

/// A server with three phones, in a directory with three videos.
struct Farm {
    directory: TempDir,
    server: Server,
    videos: [Video; 3],
}

impl Farm {
    fn start() -> Self {
        let directory = tempdir().unwrap();
        let videos = ["one.mp4", "two.mp4", "three.mp4"].map(|name| Video::make(directory.path(), name));
        Self { server: Server::start(&directory, 3), directory, videos }
    }

    /// Runs the lines of a recipe, which have to succeed, and returns what they print.
    fn run(&self, number: usize) -> String {
        let output = self.outcome(number);
        let said = String::from_utf8(output.stdout).unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "recipe {number}: {said}\n{errors}");
        said
    }

    fn outcome(&self, number: usize) -> Output {
        let directory = self.directory.path();
        let mut lines = lines_of(number).replace("/path/to", directory.to_str().unwrap());
        for (name, serial) in [("@mia", "virtual-1"), ("@lena", "virtual-2"), ("@noah", "virtual-3")] {
            lines = lines.replace(name, &self.account(serial));
        }
        Program::run_shell(&lines, directory, &[("TIKMATRIX_SERVER", &self.server.url)])
    }

    /// The account that is signed in on a phone.
    fn account(&self, serial: &str) -> String {
        let phone = self.server.virtual_phone(serial);
        phone["apps"]["tiktok"]["accounts"][0]["username"].as_str().unwrap().to_owned()
    }

    /// All tasks, oldest first.
    fn tasks(&self) -> Vec<Task> {
        let mut tasks: Vec<Task> =
            self.server.client.tasks().all(TaskQuery::default()).map(Result::unwrap).collect();
        tasks.reverse();
        tasks
    }

    /// What a phone published: captions and hashes.
    fn posts(&self, serial: &str) -> Vec<(String, String)> {
        self.server.posts(serial)
    }
}

/// The lines of the recipe with this number.
fn lines_of(number: usize) -> String {
    let heading = format!("\n## {number}. ");
    let (_, section) = PAGE.split_once(&heading).unwrap_or_else(|| panic!("there is no recipe {number}"));
    let section = section.split("\n## ").next().unwrap_or_default();
    let (_, lines) = section.split_once("```sh\n").unwrap_or_else(|| panic!("recipe {number} has no lines"));
    lines.split("```").next().unwrap_or_default().to_owned()
}

fn clock(task: &Task, offset: Option<FixedOffset>) -> NaiveTime {
    let start = task.start_time.unwrap().0;
    offset.map_or(start.time(), |offset| start.with_timezone(&offset).time())
}

#[test]
fn there_are_twelve_recipes() {
    let count = PAGE.lines().filter(|line| line.starts_with("## ") && line.contains(". ")).count();
    assert_eq!((count, PAGE.matches("```sh").count()), (12, 12));
}

#[test]
fn one_video_is_published_now() {
    let farm = Farm::start();
    farm.run(1);
    let wanted = ("Good morning! #coffee".to_owned(), farm.videos[0].sha256.clone());
    assert_eq!(farm.posts("virtual-1"), [wanted]);
}

#[test]
fn the_same_video_is_published_on_several_phones() {
    let farm = Farm::start();
    farm.run(2);
    for serial in ["virtual-1", "virtual-2", "virtual-3"] {
        let posts = farm.posts(serial);
        let [(caption, sha256)] = &*posts else { panic!("{serial}: {posts:?}") };
        assert_eq!(*sha256, farm.videos[0].sha256);
        assert!(["Hello from", "Hi from"].iter().any(|start| caption.starts_with(start)), "{caption}");
    }
}

#[test]
fn videos_of_the_library_are_spread_over_phones() {
    let farm = Farm::start();
    farm.run(3);
    let posts = ["virtual-1", "virtual-2"].map(|serial| farm.posts(serial));
    assert_eq!(posts.each_ref().map(Vec::len), [2, 1]);
    let published: Vec<&String> = posts.iter().flatten().map(|(_, sha256)| sha256).collect();
    let videos: BTreeSet<&String> = farm.videos.iter().map(|video| &video.sha256).collect();
    assert_eq!((published.len(), published.into_iter().collect()), (3, videos));
}

#[test]
fn tasks_wait_for_a_time_of_day_in_a_time_zone() {
    let farm = Farm::start();
    let said = farm.run(4);
    assert!(said.contains("scheduled"), "{said}");
    let tasks = farm.tasks();
    let half_past_two = NaiveTime::from_hms_opt(14, 30, 0).unwrap();
    for task in &tasks {
        let hours = [1, 2].map(|hours| FixedOffset::east_opt(hours * 3600));
        assert!(hours.iter().any(|hour| clock(task, *hour) == half_past_two), "{task:?}");
        assert_eq!(task.waiting_reason, Some(WaitingReason::Scheduled.into()));
    }
    assert_eq!(tasks.len(), 3);
}

#[test]
fn tasks_of_a_phone_are_spread_over_the_day() {
    let farm = Farm::start();
    farm.run(5);
    let tasks = farm.tasks();
    let starts: Vec<_> = tasks.iter().map(|task| task.start_time.unwrap_or(task.created_at).0).collect();
    assert_eq!(starts.len(), 3);
    for pair in starts.windows(2) {
        let gap = pair[1] - pair[0];
        // A task that starts late moves the others.
        assert!(TimeDelta::minutes(20) <= gap && gap <= TimeDelta::minutes(42), "{starts:?}");
    }
    farm.server.completed(tasks[0].id);
    assert_eq!(farm.server.following("virtual-1"), ["sample_user_1"]);
}

#[test]
fn every_account_of_a_phone_gets_a_task() {
    let farm = Farm::start();
    farm.run(6);
    let tasks = farm.tasks();
    let accounts: Vec<_> = tasks.iter().map(|task| task.username.clone().unwrap()).collect();
    assert_eq!(accounts, [farm.account("virtual-1"), farm.account("virtual-3")]);
    assert!(tasks.iter().all(|task| task.serial.as_deref() == Some("virtual-1")), "{tasks:?}");
    assert!(tasks.iter().all(|task| clock(task, None) == NaiveTime::from_hms_opt(9, 0, 0).unwrap()));
}

#[test]
fn certain_accounts_work_on_the_phones_that_they_are_bound_to() {
    let farm = Farm::start();
    farm.run(7);
    for serial in ["virtual-1", "virtual-2"] {
        assert_eq!(farm.server.following(serial), ["sample_user_1"]);
    }
}

#[test]
fn what_is_urgent_runs_before_what_waited_longer() {
    let farm = Farm::start();
    farm.run(8);
    for task in farm.tasks() {
        farm.server.completed(task.id);
    }
    let following = farm.server.following("virtual-1");
    let place = |name: &str| following.iter().position(|user| user == name).unwrap();
    assert!(place("urgent_user") < place("sample_user_3"), "{following:?}");
}

#[test]
fn a_request_with_a_key_is_carried_out_once() {
    let farm = Farm::start();
    let said = farm.run(9);
    assert!(said.starts_with("1\n1\n"), "{said}");
    assert_eq!((farm.tasks().len(), farm.posts("virtual-1").len()), (1, 1));
}

#[test]
fn what_has_failed_is_retried_when_its_cause_is_gone() {
    let farm = Farm::start();
    let said = farm.run(10);
    assert!(said.contains("material_missing") && said.contains("1 task is pending again."), "{said}");
    assert_eq!(farm.posts("virtual-1").len(), 1);
    assert_eq!(farm.tasks()[0].retry_count, 1);
}

#[test]
fn tasks_are_counted_cancelled_and_deleted_by_a_filter() {
    let farm = Farm::start();
    let said = farm.run(11);
    let counts = "2 tasks would be cancelled.\nCancelled 2 tasks.\nDeleted 2 tasks.\n";
    assert!(said.ends_with(counts), "{said}");
    assert!(farm.tasks().iter().all(|task| task.serial.as_deref() == Some("virtual-2")));
    assert_eq!(farm.tasks().len(), 2);
}

#[test]
fn each_account_has_its_video_and_its_time() {
    let farm = Farm::start();
    farm.run(12);
    let tasks = farm.tasks();
    let plan: Vec<_> = tasks.iter().map(|task| (task.username.clone().unwrap(), clock(task, None))).collect();
    let at = |hour, minute| NaiveTime::from_hms_opt(hour, minute, 0).unwrap();
    assert_eq!(plan, [(farm.account("virtual-1"), at(18, 0)), (farm.account("virtual-2"), at(19, 30))]);
    let of_mia = farm.server.get(&format!("/api/v1/material?username={}", farm.account("virtual-1")));
    let of_mia = of_mia.body["data"]["materials"].as_array().unwrap().clone();
    assert_eq!(of_mia.len(), 1, "{of_mia:?}");
    assert_eq!(of_mia[0]["sha256"], farm.videos[0].sha256.as_str());
}
