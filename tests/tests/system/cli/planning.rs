//! `tikmatrix task create` plans: at a time, on phones by name or on all of them, so many videos in turn; and shows the plan
//! before it is made.

use std::process::Output;

use serde_json::Value;
use tempfile::tempdir;

use crate::harness::{Program, Server, phones_ready};

/// Runs `task create` for posts at `server`.
fn create(server: &Server, arguments: &[&str]) -> Output {
    let command = ["task", "create", "--script", "post", "--json", "--server", &server.url];
    Program::run(&[&command, arguments].concat())
}

fn created(server: &Server, arguments: &[&str]) -> Value {
    let output = create(server, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn refused(server: &Server, arguments: &[&str]) -> String {
    let output = create(server, arguments);
    assert!(!output.status.success(), "{arguments:?} was carried out");
    let errors = String::from_utf8(output.stderr).unwrap();
    let error: Value = serde_json::from_str(errors.lines().last().unwrap_or_default()).unwrap();
    error["error"]["message"].as_str().unwrap().to_owned()
}

fn total(server: &Server) -> u64 {
    server.client.tasks().stats().unwrap().total
}

#[test]
fn a_person_plans_tasks_and_sees_them_before_they_are_created() {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 3);
    phones_ready(&server, 3);
    let plan = ["--all", "--distribute", "5", "--at", "tomorrow 14:30", "--zone", "Asia/Kolkata"];
    let preview = created(&server, &[&plan[..], &["--dry-run"]].concat());
    let tasks = preview.as_array().unwrap();
    let serials: Vec<&str> = tasks.iter().map(|task| task["serial"].as_str().unwrap()).collect();
    assert_eq!(serials, ["virtual-1", "virtual-2", "virtual-3", "virtual-1", "virtual-2"]);
    for task in tasks {
        let start = chrono::DateTime::parse_from_rfc3339(task["start_time"].as_str().unwrap()).unwrap();
        assert_eq!(start.to_utc().format("%H:%M:%S").to_string(), "09:00:00", "14:30 in Kolkata");
    }
    assert_eq!(total(&server), 0, "nothing is created by a dry run");
    let made = created(&server, &plan);
    assert_eq!((made["created_count"].as_u64(), total(&server)), (Some(5), 5));

    let name = ["device", "change", "virtual-2", "--name", "rack1", "--server", &server.url];
    assert!(Program::run(&name).status.success());
    let made = created(&server, &["--name", "rack1", "--in", "2h"]);
    let task = server.client.tasks().get(made["task_ids"][0].as_i64().unwrap()).unwrap().task;
    assert_eq!(task.serial.as_deref(), Some("virtual-2"));
    assert!(task.start_time.is_some() && task.started_at.is_none());
}

#[test]
fn what_cannot_be_meant_is_refused_with_what_to_do() {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 1);
    let phone = ["--serial", "virtual-1"];
    for (arguments, told) in [
        (&["--at", "2020-01-01 14:30"][..], "2020-01-01 14:30 is past; choose a later time"),
        (
            &["--at", "2030-03-31 02:30", "--zone", "Europe/Berlin"],
            "clocks in Europe/Berlin never show 02:30 on 2030-03-31",
        ),
        (
            &["--at", "14:30", "--zone", "Mars/Olympus"],
            "\"Mars/Olympus\" is not the name of an IANA time zone",
        ),
        (&["--at", "noon"], "\"noon\" is not a time such as 14:30"),
        (&["--in", "2 weeks"], "\"2 weeks\" is not a duration such as 90s"),
        (&["--in", "2h", "--at", "14:30"], "cannot be used with"),
        (&["--name", "rack1"], "--name: \"rack1\" is not a known name of a phone"),
        (&["--group", "left"], "groups[0]: \"left\" is not a known group"),
        (&["--distribute", "0"], "distribute.count: 0 is not a whole number from 1"),
    ] {
        let message = refused(&server, &[&phone, arguments].concat());
        assert!(message.contains(told), "{arguments:?}: {message}");
    }
    assert_eq!(total(&server), 0);
}
