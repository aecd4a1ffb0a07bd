//! Protects the sentence: however often the server is killed, every task is completed, and each video is published once.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;
use tempfile::tempdir;
use tikmatrix_client::api::tasks::{TaskDetail, TaskFilter};
use tikmatrix_client::api::{Outcome, Status};

use crate::harness::{Program, Server, Video, answer_of, wait_for};

/// For all tasks to be done, on a machine that is busy with other tests.
const TO_COMPLETE: Duration = Duration::from_secs(600);
const PHONES: usize = 6;
const POSTS: usize = 60;
/// How many more tasks are completed before the next kill.
const COMPLETED_BETWEEN: usize = 3;
/// The steps during which the server is killed, one after the other.
const KILLED_AT: [&str; 15] = [
    "tap Post",
    "wait for the upload",
    "confirm on the profile",
    "push the video",
    "wait for the upload",
    "write the caption",
    "add the video to the phone's media library",
    "tap Post",
    "confirm on the profile",
    "leave the editor",
    "wait for the upload",
    "look at the profile",
    "confirm on the profile",
    "tap Post",
    "wait for the upload",
];

#[test]
fn every_post_is_published_once_however_often_the_server_is_killed() {
    let program = Program::start(&[
        "phone",
        "--port",
        "0",
        "--control",
        "0",
        "--count",
        &PHONES.to_string(),
        "--seed",
        "17",
    ]);
    let serials: Vec<String> = (1..=PHONES).map(|number| format!("virtual-{number}")).collect();
    let mut arguments = Vec::new();
    for serial in &serials {
        let beginning = format!("{serial} listening on ");
        let address =
            program.line(&beginning, TO_COMPLETE, |line| line.strip_prefix(&beginning).map(str::to_owned));
        arguments.extend(["--phone".to_owned(), address]);
    }
    let control = program
        .line("control", TO_COMPLETE, |line| line.strip_prefix("control listening on ").map(str::to_owned));
    let directory = tempdir().unwrap();
    let video = Video::make(directory.path(), "video.mp4");
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let start = || Server::start_with(directory.path(), 0, &arguments);

    let mut server = start();
    let mut expected: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut ids = Vec::new();
    for number in 0..POSTS {
        let serial = serials[number % PHONES].as_str();
        let caption = format!("number {number}");
        ids.extend(server.create(&[serial], &caption, &video));
        expected.entry(serial).or_default().push(caption);
    }
    let mut kills = 0;
    for (kill, step) in KILLED_AT.iter().enumerate() {
        // A task that is cut off five times in a row without a new step is taken for the cause.
        let done = u64::try_from(kill * COMPLETED_BETWEEN).unwrap();
        wait_for("tasks to be completed", TO_COMPLETE, || {
            (server.client.tasks().stats().unwrap().completed >= done).then_some(())
        });
        let is_reached = wait_for(step, TO_COMPLETE, || {
            let running = TaskFilter { status: Some(Status::Running.code()), ..TaskFilter::default() };
            let tasks = server.client.tasks().list(&running.into()).unwrap().tasks;
            let is_there = tasks.iter().any(|task| task.step.as_deref() == Some(*step));
            // Near the end there may be no task left that comes to this step.
            (is_there || tasks.is_empty()).then_some(is_there)
        });
        if is_reached {
            server.kill();
            kills += 1;
            server = start();
        }
    }
    let details: Vec<TaskDetail> = ids.iter().map(|id| completed(&server, *id)).collect();
    let interrupted = details.iter().flat_map(|detail| &detail.attempts);
    let interrupted =
        interrupted.filter(|attempt| attempt.outcome == Some(Outcome::Interrupted.into())).count();
    assert!(kills > 0 && interrupted >= kills, "{interrupted} of {kills}");
    assert!(details.iter().all(|detail| detail.task.retry_count == 0), "{details:#?}");

    let agent: ureq::Agent = ureq::Agent::config_builder().proxy(None).build().into();
    let phones: Value = answer_of(agent.get(&control).call()).body;
    for phone in phones.as_array().unwrap() {
        let posts = phone["apps"]["tiktok"]["accounts"][0]["posts"].as_array().unwrap();
        let mut captions: Vec<String> =
            posts.iter().map(|post| post["caption"].as_str().unwrap().to_owned()).collect();
        captions.sort();
        let wanted = expected.get_mut(phone["serial"].as_str().unwrap()).unwrap();
        wanted.sort();
        assert_eq!(&captions, wanted);
    }
}

fn completed(server: &Server, id: i64) -> TaskDetail {
    wait_for("a task to end", TO_COMPLETE, || {
        let detail = server.task(id);
        assert!(detail.task.status_text != Status::Failed, "{detail:#?}");
        (detail.task.status_text == Status::Completed).then_some(detail)
    })
}
