//! Protects the sentences: many servers work on one PostgreSQL database as one; what a dead one left running is found by
//! another, and what a living one runs never is; and no password is ever shown.

use std::time::Duration;

use serde_json::{Value, json};
use tempfile::{TempDir, tempdir};
use tikmatrix_client::api::tasks::TaskDetail;
use tikmatrix_client::api::{Outcome, Status, WaitingReason};

use crate::database;
use crate::harness::{Program, Server, Video};

/// A server on `url` with a data directory and virtual phones of its own.
fn server(directory: &TempDir, url: &str, phones: usize, more: &[&str]) -> Server {
    let arguments = [&["--database-url", url], more].concat();
    Server::start_with(directory.path(), phones, &arguments)
}

fn slow(server: &Server, serial: &str) {
    server.arm(serial, &json!({"fault": "slow_upload", "seconds": 50}));
}

fn is_at_work(detail: &TaskDetail) -> bool {
    detail.task.status_text == Status::Running && !detail.steps.is_empty()
}

#[test]
fn a_task_made_through_one_server_runs_on_the_phone_of_another_and_both_show_it() {
    let (url, one, two) = (database::shared(), tempdir().unwrap(), tempdir().unwrap());
    let with_phone = server(&one, &url, 1, &[]);
    let without = server(&two, &url, 0, &[]);
    let video = Video::make(one.path(), "video.mp4");
    let id = without.create(&["virtual-1"], "from afar", &video)[0];
    without.completed(id);
    assert_eq!(with_phone.posts("virtual-1"), [("from afar".to_owned(), video.sha256)]);
    assert_eq!(with_phone.task(id).task.outcome, Some(Outcome::Succeeded.into()));
    assert!(with_phone.terminate().success());
    assert!(without.terminate().success());
}

#[test]
fn a_task_that_runs_on_another_server_can_be_stopped_and_deleted() {
    let (url, one, two) = (database::shared(), tempdir().unwrap(), tempdir().unwrap());
    let with_phone = server(&one, &url, 1, &[]);
    let without = server(&two, &url, 0, &[]);
    let video = Video::make(one.path(), "video.mp4");
    slow(&with_phone, "virtual-1");
    let ids = without.create(&["virtual-1"], "one", &video);
    without.task_when(ids[0], "at work", is_at_work);
    let stopped = without.client.tasks().stop(ids[0]).unwrap();
    assert_eq!(stopped.outcome, Some(Outcome::Stopped.into()), "{stopped:?}");

    let ids = without.create(&["virtual-1"], "two", &video);
    without.task_when(ids[0], "at work", is_at_work);
    assert_eq!(without.client.tasks().delete(ids[0]).unwrap().deleted_count, 1);
    assert_eq!(with_phone.client.tasks().get(ids[0]).unwrap_err().code(), Some(40401));
    assert_eq!(with_phone.posts("virtual-1"), []);
}

#[test]
fn a_dead_servers_tasks_run_again_elsewhere_and_a_living_ones_go_on() {
    let (url, one, two) = (database::shared(), tempdir().unwrap(), tempdir().unwrap());
    let video = Video::make(one.path(), "video.mp4");
    let dying = server(&one, &url, 1, &[]);
    slow(&dying, "virtual-1");
    let cut_off = dying.create(&["virtual-1"], "cut off", &video)[0];
    dying.task_when(cut_off, "at work", is_at_work);
    let living = server(&two, &url, 2, &[]);
    slow(&living, "virtual-2");
    let goes_on = living.create(&["virtual-2"], "goes on", &video)[0];
    living.task_when(goes_on, "at work", is_at_work);
    dying.kill();
    // A phone with its serial is at the living server, too.
    let interrupted = living.completed(cut_off);
    let attempt = &interrupted.attempts[0];
    assert_eq!(attempt.outcome, Some(Outcome::Interrupted.into()), "{interrupted:#?}");
    assert!(attempt.remark.as_deref().unwrap().contains("unexpectedly"), "{interrupted:#?}");
    living.completed(goes_on);
    assert_eq!((living.posts("virtual-1").len(), living.posts("virtual-2").len()), (1, 1));
}

#[test]
fn a_key_that_is_used_on_two_servers_at_once_makes_its_tasks_once() {
    let (url, one, two) = (database::shared(), tempdir().unwrap(), tempdir().unwrap());
    let servers = [server(&one, &url, 0, &[]), server(&two, &url, 0, &[])];
    let body = json!({
        "serials": ["a", "b", "c"],
        "script_name": "follow",
        "script_config": {"target_users": ["one", "two"]},
    });
    let answers: Vec<_> = std::thread::scope(|scope| {
        let asked: Vec<_> = (0..16)
            .map(|number| {
                let (server, body) = (&servers[number % 2], &body);
                scope.spawn(|| {
                    server.send("POST", "/api/v1/task", &[("Idempotency-Key", "the same")], Some(body))
                })
            })
            .collect();
        asked.into_iter().map(|asked| asked.join().unwrap()).collect()
    });
    let (made, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
    assert!(refused.iter().all(|answer| answer.body["code"] == 40901), "{refused:?}");
    assert!(made.iter().all(|answer| answer.body == made[0].body), "{made:?}");
    for server in &servers {
        assert_eq!(server.get("/api/v1/task/stats").body["data"]["total"], 6);
    }
}

#[test]
fn a_pause_that_one_server_was_told_of_holds_on_all_of_them() {
    let (url, one, two) = (database::shared(), tempdir().unwrap(), tempdir().unwrap());
    let with_phone = server(&one, &url, 1, &[]);
    let without = server(&two, &url, 0, &[]);
    let video = Video::make(one.path(), "video.mp4");
    without.pause(true);
    let id = with_phone.create(&["virtual-1"], "after the pause", &video)[0];
    with_phone
        .task_when(id, "paused", |detail| detail.task.waiting_reason == Some(WaitingReason::Paused.into()));
    assert_eq!(with_phone.posts("virtual-1"), []);
    without.pause(false);
    with_phone.completed(id);
}

#[test]
fn the_plans_limit_counts_the_phones_of_all_servers_together() {
    let (url, one, two) = (database::shared(), tempdir().unwrap(), tempdir().unwrap());
    let path = |name: &str| one.path().join(name).to_str().unwrap().to_owned();
    let (private, file) = (path("vendor.key"), path("license"));
    let told = Program::run(&["license", "keygen", "--out", &private, "--json"]).stdout;
    let told: Value = serde_json::from_slice(&told).unwrap();
    let key = told["public_key"].as_str().unwrap();
    let issue = ["license", "issue", "--key", &private, "--holder", "Example Ltd", "--out", &file];
    let issued =
        Program::run(&[&issue[..], &["--plan", "pro", "--device-limit", "1", "--days", "9"]].concat());
    assert!(issued.status.success(), "{issued:?}");
    let license = ["--license", &file, "--license-key", key];
    let first = server(&one, &url, 1, &license);
    let video = Video::make(one.path(), "video.mp4");
    slow(&first, "virtual-1");
    let at_work = first.create(&["virtual-1"], "the only place", &video)[0];
    first.task_when(at_work, "at work", is_at_work);
    let second = server(&two, &url, 2, &license);
    let waiting = second.create(&["virtual-2"], "waits for it", &video)[0];
    second.task_when(waiting, "held back", |detail| {
        detail.task.waiting_reason == Some(WaitingReason::PlanLimit.into())
    });
    assert_eq!(second.task(at_work).task.status_text, Status::Running);
    first.client.tasks().stop(at_work).unwrap();
    second.completed(waiting);
}

#[test]
fn tokens_are_made_in_the_database_by_its_url_and_no_password_is_shown() {
    const SECRET: &str = "very-secret";
    let directory = tempdir().unwrap();
    let url = database::shared().replace("tikmatrix@", &format!("tikmatrix:{SECRET}@"));
    let made = Program::run(&["token", "create", "uploader", "--database-url", &url]);
    assert!(made.status.success(), "{made:?}");
    let token = String::from_utf8(made.stdout).unwrap().trim().to_owned();
    let config = directory.path().join("tikmatrix.toml");
    std::fs::write(&config, format!("database_url = {url:?}\nrequire_token = true")).unwrap();
    let file = ["--config", config.to_str().unwrap()];
    let server = Server::start_for(Some(&token), directory.path(), 0, &file);
    assert_eq!(server.get("/api/v1/task/stats").status, 200);
    let listed = Program::run(&["token", "list", "--database-url", &url]);
    assert!(String::from_utf8_lossy(&listed.stdout).contains("uploader"), "{listed:?}");

    let variable = [("TIKMATRIX_DATABASE_URL", url.as_str())];
    let mut said = vec![server.said(), String::from_utf8(made.stderr).unwrap()];
    for arguments in [&["serve", "--help"][..], &["token", "list", "--help"], &["serve", "--port", "high"]] {
        let mut program = Program::start_in(arguments, &variable);
        program.end(Duration::from_secs(30));
        said.push(program.output() + &program.errors());
    }
    let wrong = url.replace("postgres://", "mysql://");
    for url in [wrong, url.replace("host=", "host=/nowhere")] {
        let refused = Program::run(&["token", "list", "--database-url", &url]);
        assert!(!refused.status.success());
        said.push(String::from_utf8(refused.stderr).unwrap());
    }
    for said in said {
        assert!(!said.is_empty() && !said.contains(SECRET), "{said}");
    }
}
