//! Protects the sentences: a stop answers when the phone has let go; a running task is stopped before it is deleted; a
//! failed task can be begun again; a repeated request makes nothing twice, even over a restart.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::{TempDir, tempdir};
use tikmatrix_client::api::accounts::NewAccount;
use tikmatrix_client::api::tasks::{NewTasks, TaskDetail};
use tikmatrix_client::api::{ArtifactKind, Outcome, Status, WaitingReason};

use crate::harness::{Server, Video};

/// A server with one phone in the middle of an upload that takes long, and the task.
fn in_the_middle(directory: &TempDir) -> (Server, i64, Video) {
    let server = Server::start(directory, 1);
    let video = Video::make(directory.path(), "video.mp4");
    server.arm("virtual-1", &json!({"fault": "slow_upload", "seconds": 50}));
    let id = server.create(&["virtual-1"], "never seen", &video)[0];
    server.task_when(id, "running", |detail| {
        detail.task.status_text == Status::Running && detail.steps.len() >= 2
    });
    (server, id, video)
}

/// The phone is as it was found: the app was closed, what was pushed was removed, and the next task finds it so.
fn is_left_clean(server: &Server, video: &Video) {
    let ran = server.get("/virtual/phones/virtual-1/commands").body;
    let ran: Vec<Vec<&str>> = ran
        .as_array()
        .unwrap()
        .iter()
        .map(|words| words.as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect())
        .collect();
    let last = |wanted: &[&str]| ran.iter().rposition(|words| wanted.iter().all(|word| words.contains(word)));
    assert!(last(&["am", "force-stop"]) > last(&["am", "start"]), "the app is closed: {ran:#?}");
    assert!(last(&["rm"]).is_some(), "what was pushed is removed: {ran:#?}");
    let answer = server.send("DELETE", "/virtual/phones/virtual-1/faults", &[], None);
    assert_eq!(answer.status, 200, "{answer:?}");
    let next = server.create(&["virtual-1"], "the next one", video)[0];
    server.completed(next);
    assert_eq!(server.posts("virtual-1").last().unwrap().0, "the next one");
}

#[test]
fn a_stop_is_answered_within_five_seconds_when_the_phone_has_let_go() {
    let directory = tempdir().unwrap();
    let (server, id, video) = in_the_middle(&directory);
    let asked = Instant::now();
    let answer = server.send("POST", &format!("/api/v1/task/{id}/stop"), &[], None);
    assert!(asked.elapsed() < Duration::from_secs(6), "{:?}", asked.elapsed());
    assert_eq!((answer.status, &answer.body["data"]["outcome"]), (200, &json!("stopped")), "{answer:?}");
    let task = server.task(id);
    assert_eq!((task.task.status, task.task.outcome), (3, Some(Outcome::Stopped.into())), "{task:#?}");
    let again = server.send("POST", &format!("/api/v1/task/{id}/stop"), &[], None);
    assert_eq!((again.status, &again.body["code"]), (400, &json!(40001)), "only a running one: {again:?}");
    is_left_clean(&server, &video);
}

#[test]
fn a_running_task_that_is_cancelled_is_stopped_and_its_phone_left_clean() {
    let directory = tempdir().unwrap();
    let (server, id, video) = in_the_middle(&directory);
    let task = server.client.tasks().cancel(id).unwrap();
    assert_eq!((task.status, task.outcome), (3, Some(Outcome::Stopped.into())), "{task:#?}");
    is_left_clean(&server, &video);
}

#[test]
fn a_task_that_is_deleted_while_it_runs_is_gone_and_its_phone_left_clean() {
    let directory = tempdir().unwrap();
    let (server, id, video) = in_the_middle(&directory);
    let answer = server.send("DELETE", &format!("/api/v1/task/{id}"), &[], None);
    assert_eq!((answer.status, &answer.body["data"]), (200, &json!({"deleted_count": 1})), "{answer:?}");
    assert_eq!(server.get(&format!("/api/v1/task/{id}")).status, 404);
    is_left_clean(&server, &video);
}

#[test]
fn a_failed_task_shows_its_evidence_and_is_begun_again_by_hand() {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 1);
    let video = Video::make(directory.path(), "video.mp4");
    server.arm("virtual-1", &json!({"fault": "popup", "kind": "captcha"}));
    let id = server.create(&["virtual-1"], "at the second attempt", &video)[0];
    let failed = server.failed(id);
    for kept in &failed.artifacts {
        let file = directory.path().join("data/artifacts").join(&kept.file);
        let artifact = server.client.tasks().artifact(id, &kept.name).unwrap();
        let wanted = match *kept.kind {
            ArtifactKind::Screenshot => "image/png",
            ArtifactKind::UiTree => "application/xml",
            ArtifactKind::Tape => "application/gzip",
        };
        assert_eq!(artifact.content_type, wanted, "{}", kept.name);
        assert_eq!(artifact.into_bytes().unwrap(), std::fs::read(file).unwrap(), "{}", kept.name);
    }
    server.client.tasks().log(id).unwrap();

    server.send("DELETE", "/virtual/phones/virtual-1/faults", &[], None);
    assert_eq!(server.client.tasks().retry_all().unwrap().retried_count, 1);
    let task = server.completed(id);
    assert_eq!((task.task.retry_count, task.attempts.len()), (1, 2), "{task:#?}");
    let refused = server.client.tasks().retry(id).unwrap_err();
    assert_eq!(refused.code(), Some(40001), "failed only: {refused}");
    assert_eq!(server.posts("virtual-1").len(), 1);
    let evidence = directory.path().join("data/artifacts").join(id.to_string());
    assert!(evidence.exists());
    server.client.tasks().delete(id).unwrap();
    assert!(!evidence.exists(), "the files of a deleted task are gone");
}

#[test]
fn a_lost_phone_is_retried_as_often_as_the_task_allows() {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 1);
    let video = Video::make(directory.path(), "video.mp4");
    server.arm("virtual-1", &json!({"fault": "disconnect", "after_bytes": 20_000}));
    let config = json!({"captions": "second time", "material_list": [video.path()]});
    let tasks = NewTasks {
        serials: Some(vec!["virtual-1".into()]),
        max_retries: Some(1),
        ..NewTasks::new("post", config)
    };
    let id = server.client.tasks().create(&tasks).unwrap().task_ids[0];
    let waiting = server.task_when(id, "waiting", |detail| {
        detail.task.waiting_reason == Some(WaitingReason::RetryBackoff.into())
    });
    assert_eq!((waiting.task.status, waiting.task.retry_count), (0, 1), "{waiting:#?}");
    let outcome = waiting.attempts[0].outcome;
    assert_eq!(outcome, Some(Outcome::Failed.into()), "what happened is kept: {waiting:#?}");
    let task = server.completed(id);
    assert_eq!(task.attempts.len(), 2);
    assert_eq!(server.posts("virtual-1"), [("second time".to_owned(), video.sha256)]);
}

#[test]
fn a_repeated_request_gets_the_same_answer_and_makes_nothing_twice_even_over_a_restart() {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 0);
    let body = json!({"serials": ["a", "b"], "script_name": "post",
        "script_config": {"captions": "once", "material_list": ["x.mp4"]}});
    let once = |server: &Server, body: &Value| {
        server.send("POST", "/api/v1/task", &[("Idempotency-Key", "order 66")], Some(body))
    };
    let first = once(&server, &body);
    assert_eq!((first.status, &first.body["data"]["created_count"]), (200, &json!(2)), "{first:?}");
    assert_eq!(once(&server, &body).body, first.body);
    server.kill();

    let server = Server::start(&directory, 0);
    assert_eq!(once(&server, &body).body, first.body);
    let mut other = body.clone();
    other["priority"] = json!(1);
    let other = once(&server, &other);
    assert_eq!((other.status, &other.body["code"]), (409, &json!(40901)), "{other:?}");
    assert_eq!(server.get("/api/v1/task/stats").body["data"]["total"], 2);
}

#[test]
fn every_enabled_account_of_a_phone_gets_a_task() {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 0);
    for (username, enabled) in [("first", true), ("second", true), ("asleep", false)] {
        let account = NewAccount {
            app: Some("tiktok".into()),
            serial: Some("a".into()),
            enabled: Some(enabled),
            ..NewAccount::new(username)
        };
        server.client.accounts().create(&account).unwrap();
    }
    let tasks = NewTasks {
        serials: Some(vec!["b".into(), "a".into()]),
        enable_multi_account: Some(true),
        ..NewTasks::new("post", json!({"captions": "x", "material_list": ["x.mp4"]}))
    };
    let created = server.client.tasks().create(&tasks).unwrap();
    let details: Vec<TaskDetail> = created.task_ids.iter().map(|id| server.task(*id)).collect();
    let of: Vec<(Option<&str>, Option<&str>)> = details
        .iter()
        .map(|detail| (detail.task.serial.as_deref(), detail.task.username.as_deref()))
        .collect();
    assert_eq!(
        of,
        [(Some("b"), None), (Some("a"), Some("first")), (Some("a"), Some("second"))],
        "{created:?}"
    );
}
