//! Commands for several tasks: by numbers and by filters, what they skip, and what they ask first.

use std::fs::File;
use std::io::Write as _;
use std::process::{Output, Stdio};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use serde_json::{Value, json};

use crate::support::{Folder, Server, done, missing, refused, run, tikmatrix};

/// A server with three pending tasks of `follow`, for the phones a, b and c.
fn three_tasks(folder: &Folder) -> Server {
    let server = folder.serve(&[]);
    let create = ["task", "create", "--script", "follow", "--serial", "a", "--serial", "b", "--serial", "c"];
    let config = ["--script-config", r#"{"target_users": ["x"]}"#];
    assert_eq!(done(&[&create[..], &config, &["--server", &server.url]].concat()), "1\n2\n3\n");
    server
}

/// `tikmatrix task …` against a server.
fn task<'word>(server: &'word Server, arguments: &[&'word str]) -> Vec<&'word str> {
    [&["task"][..], arguments, &["--server", &server.url]].concat()
}

fn failed(server: &Server) -> Value {
    server.get("/api/v1/task/stats").1["data"]["failed"].clone()
}

/// Runs a command on a terminal at which a person answers.
fn at_terminal(arguments: &[&str], answer: &str) -> Output {
    let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&terminal).unwrap();
    unlockpt(&terminal).unwrap();
    let name = ptsname(&terminal, Vec::new()).unwrap().into_string().unwrap();
    let keyboard = File::options().read(true).write(true).open(name).unwrap();
    let mut command = tikmatrix(arguments);
    command.stdin(keyboard).stdout(Stdio::piped()).stderr(Stdio::piped());
    let program = command.spawn().unwrap();
    File::from(terminal.try_clone().unwrap()).write_all(answer.as_bytes()).unwrap();
    program.wait_with_output().unwrap()
}

#[test]
fn several_tasks_are_changed_and_what_is_skipped_is_listed_with_its_reason() {
    let folder = Folder::new();
    let server = three_tasks(&folder);
    assert_eq!(done(&task(&server, &["cancel", "1", "2"])), "Cancelled 2 tasks.\n");
    let output = run(&task(&server, &["retry", "2", "3", "77"]));
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "1 task is pending again.\n");
    assert_eq!(
        (output.status.code(), String::from_utf8(output.stderr).unwrap()),
        (
            Some(5),
            "skipped: task 3 is pending; only a failed one can be retried\ntikmatrix: there is no task 77\n"
                .to_owned()
        )
    );
    let said = refused(&task(&server, &["cancel", "1", "2"]));
    let skipped = "skipped: task 1 is failed; only a pending or running one can be cancelled";
    assert_eq!(said, format!("{skipped}\ntikmatrix: skipped 1 of 2 tasks\n"));
    let said = refused(&task(&server, &["stop", "1"]));
    assert_eq!(said, "tikmatrix: task 1 is failed; only a running one can be stopped\n");
    let said = missing(&task(&server, &["retry", "77"]));
    assert_eq!(said, "tikmatrix: there is no task 77\n");
    let answer = done(&task(&server, &["delete", "1", "2", "--json"]));
    let answer: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(answer, json!({"deleted_count": 2, "not_found": []}));
}

#[test]
fn filters_choose_the_tasks_and_a_dry_run_only_counts_them() {
    let folder = Folder::new();
    let server = three_tasks(&folder);
    let dry = ["cancel", "--script", "follow", "--serial", "a", "--dry-run"];
    assert_eq!(done(&task(&server, &dry)), "1 task would be cancelled.\n");
    assert_eq!(failed(&server), 0);
    assert_eq!(done(&task(&server, &dry[..5])), "Cancelled 1 task.\n");
    assert_eq!(done(&task(&server, &["stop", "--all"])), "Stopped 0 tasks.\n");
    assert_eq!(done(&task(&server, &["cancel", "--status", "pending"])), "Cancelled 2 tasks.\n");
    let of_code = ["retry", "--failure-code", "cancelled", "--app", "tiktok"];
    assert_eq!(done(&task(&server, &of_code)), "3 tasks are pending again.\n");
    assert_eq!(done(&task(&server, &["delete", "--all", "--dry-run"])), "3 tasks would be deleted.\n");
    assert_eq!(done(&task(&server, &["delete", "2", "--dry-run"])), "Task 2 would be deleted.\n");
    for operation in ["stop", "cancel", "retry", "delete"] {
        let said = refused(&task(&server, &[operation]));
        let wanted =
            "name tasks by their numbers, or by filters such as --status failed; --all is every task";
        assert_eq!(said, format!("tikmatrix: {wanted}\n"));
        let said = refused(&task(&server, &[operation, "1", "--all"]));
        assert!(said.contains("task_ids: cannot be given together with filter"), "{said}");
    }
    assert_eq!(done(&task(&server, &["delete", "--all"])), "Deleted 3 tasks.\n");
}

#[test]
fn a_person_at_a_terminal_is_asked_before_every_failed_task_is_retried() {
    let folder = Folder::new();
    let server = three_tasks(&folder);
    done(&task(&server, &["cancel", "--all"]));
    let retry_all = task(&server, &["retry-all"]);
    for answer in ["n\n", "\n", "no\n", "yesterday\n", "\u{4}"] {
        let output = at_terminal(&retry_all, answer);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(said, "Retry 3 failed tasks? [y/N] tikmatrix: nothing was retried\n", "{answer:?}");
        assert_eq!((output.status.code(), failed(&server)), (Some(1), json!(3)), "{answer:?}");
    }
    for (more, answer, question) in
        [(None, "y\n", "Retry 3 failed tasks? [y/N] "), (Some("--yes"), "", ""), (Some("--json"), "", "")]
    {
        let output = at_terminal(&[&retry_all[..], more.as_slice()].concat(), answer);
        assert!(output.status.success(), "{more:?}: {output:?}");
        assert_eq!(String::from_utf8(output.stderr).unwrap(), question, "{more:?}");
        assert_eq!(failed(&server), 0, "{more:?}");
        done(&task(&server, &["cancel", "--all"]));
    }
    assert_eq!(done(&retry_all), "3 tasks are pending again.\n", "a program is not asked");
    let output = at_terminal(&retry_all, "");
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "0 tasks are pending again.\n");
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "", "there is nothing to ask for");
}

#[test]
fn retry_all_takes_only_the_failures_of_a_script_a_code_and_a_time() {
    let folder = Folder::new();
    let server = three_tasks(&folder);
    done(&task(&server, &["cancel", "--all"]));
    let retried = |more: &[&str]| done(&task(&server, &[&["retry-all"][..], more].concat()));
    for none in [
        &["--script", "post"][..],
        &["--code", "stopped"],
        &["--since", "2126-01-01T00:00:00Z"],
        &["--since", "1h", "--script", "post"],
    ] {
        assert_eq!(retried(none), "0 tasks are pending again.\n", "{none:?}");
    }
    for all in [
        &["--script", "follow"][..],
        &["--code", "cancelled"],
        &["--since", "1h"],
        &["--since", "2026-01-01T00:00:00Z", "--script", "follow", "--code", "cancelled"],
    ] {
        assert_eq!(retried(all), "3 tasks are pending again.\n", "{all:?}");
        done(&task(&server, &["cancel", "--all"]));
    }
    let output = run(&task(&server, &["retry-all", "--since", "yesterday"]));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("is neither a moment such as 2026-03-01T14:30:00+02:00 nor how long ago"),
        "{said}"
    );
}
