//! `task wait`, `task watch` and `event watch`: their exit status, why a task waits, and a server that is restarted meanwhile.

use std::io::{BufRead as _, BufReader, Lines};
use std::process::{Child, ChildStderr, ChildStdout, Stdio};

use serde_json::{Value, json};

use crate::support::{Folder, Server, done, run, tikmatrix};

/// A command that goes on while the test does.
struct Running {
    child: Child,
    stdout: Lines<BufReader<ChildStdout>>,
    stderr: Lines<BufReader<ChildStderr>>,
}

impl Running {
    fn start(arguments: &[&str], server: &Server) -> Self {
        let mut command = tikmatrix(&[arguments, &["--server", &server.url]].concat());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap()).lines();
        let stderr = BufReader::new(child.stderr.take().unwrap()).lines();
        Self { child, stdout, stderr }
    }

    /// The next line of stderr that holds `part`.
    fn explains(&mut self, part: &str) -> String {
        let line = self.stderr.by_ref().map(Result::unwrap).find(|line| line.contains(part));
        line.unwrap_or_else(|| panic!("{part:?} was not explained"))
    }

    /// The next line of stdout as JSON.
    fn event(&mut self) -> Value {
        serde_json::from_str(&self.stdout.next().unwrap().unwrap()).unwrap()
    }

    /// The exit status, and the rest of both streams.
    fn end(mut self) -> (i32, String, String) {
        let mut rest = [String::new(), String::new()];
        for line in self.stdout.map(Result::unwrap) {
            rest[0] += &(line + "\n");
        }
        for line in self.stderr.map(Result::unwrap) {
            rest[1] += &(line + "\n");
        }
        let [stdout, stderr] = rest;
        (self.child.wait().unwrap().code().unwrap(), stdout, stderr)
    }
}

/// Creates a task for each phone, none of which is there.
fn tasks(server: &Server, serials: &str) {
    let config = ["--script-config", r#"{"target_users": ["someone"]}"#];
    let create = ["task", "create", "--script", "follow", "--serial", serials, "--server", &server.url];
    done(&[&create[..], &config].concat());
}

/// A server on the same data and port as one that was ended.
fn again(folder: &Folder, url: &str) -> Server {
    let port = url.rsplit(':').next().unwrap();
    Server::start(&["serve", "--data-dir", &folder.name("data"), "--port", port])
}

#[test]
fn a_task_that_is_completed_is_waited_for_with_exit_status_0_and_shows_its_timeline() {
    let folder = Folder::new();
    let server = folder.serve(&["--virtual-phones", "1"]);
    tasks(&server, "virtual-1");
    let (status, said, progress) = Running::start(&["task", "wait", "1", "--timeout", "10m"], &server).end();
    assert!(status == 0 && said.starts_with("Task 1: completed"), "{said}{progress}");
    assert!(progress.contains("task 1: runs on virtual-1: "), "{progress}");
    let shown = done(&["task", "show", "1", "--utc", "--server", &server.url]);
    for part in
        ["Task 1: completed", "follow on virtual-1", "Timeline", "attempt 1  succeeded after ", "Result"]
    {
        assert!(shown.contains(part), "{part:?} is not in {shown}");
    }
    let listed = done(&["task", "list", "--server", &server.url]);
    assert!(listed.lines().nth(1).unwrap().contains(" ago"), "{listed}");
    let listed = done(&["task", "list", "--iso", "--server", &server.url]);
    assert!(!listed.contains(" ago") && listed.contains('Z'), "{listed}");
}

#[test]
fn a_task_that_failed_waits_too_long_or_is_deleted_has_an_exit_status_of_its_own() {
    let folder = Folder::new();
    let server = folder.serve(&[]);
    tasks(&server, "a,b,c");
    let url = ["--server", &server.url];
    done(&[&["task", "cancel", "1"][..], &url].concat());
    let waited = Running::start(&["task", "wait", "1"], &server).end();
    assert_eq!(waited.0, 1, "{waited:?}");
    assert_eq!(waited.1, "Task 1: failed (cancelled) it was cancelled before it ran\n");
    assert_eq!(waited.2, "tikmatrix: 1 of 1 task failed: 1\n");

    let (status, said, why) = Running::start(&["task", "wait", "2", "--timeout", "0"], &server).end();
    assert_eq!((status, said.as_str()), (3, ""));
    assert!(
        why.contains(
            "task 2: waits: device_offline, its phone b is not connected: `tikmatrix device show b`"
        )
    );
    assert!(why.ends_with("tikmatrix: 1 task has not finished within 0 s: 2\n"), "{why}");

    let mut waiting = Running::start(&["task", "wait", "2", "3"], &server);
    waiting.explains("task 3: waits");
    done(&[&["task", "cancel", "2"][..], &url].concat());
    done(&[&["task", "delete", "3"][..], &url].concat());
    let (status, _, why) = waiting.end();
    assert_eq!(status, 5, "{why}");
    assert!(why.ends_with("deleted while it was waited for: task 3\n"), "{why}");

    assert_eq!(run(&[&["task", "wait", "9"][..], &url].concat()).status.code(), Some(5));
    assert_eq!(run(&["task", "wait", "1", "--server", "http://127.0.0.1:1"]).status.code(), Some(4));
}

#[test]
fn a_server_that_is_restarted_is_waited_for() {
    let folder = Folder::new();
    let server = folder.serve(&[]);
    tasks(&server, "a");
    let mut waiting = Running::start(&["task", "wait", "1"], &server);
    waiting.explains("waits: device_offline");
    let url = server.url.clone();
    server.end();
    waiting.explains("trying again");
    let server = again(&folder, &url);
    waiting.explains("The server answers again.");
    done(&["task", "cancel", "1", "--server", &server.url]);
    let (status, said, _) = waiting.end();
    assert!(status == 1 && said.starts_with("Task 1: failed (cancelled)"), "{said}");
}

#[test]
fn changes_of_tasks_are_objects_for_programs() {
    let folder = Folder::new();
    let server = folder.serve(&[]);
    tasks(&server, "a");
    let mut watching = Running::start(&["task", "watch", "--json=id,status_text,waiting_reason"], &server);
    let waits = json!({"id": 1, "status_text": "pending", "waiting_reason": "device_offline"});
    assert_eq!(watching.event(), waits);
    done(&["task", "cancel", "1", "--server", &server.url]);
    assert_eq!(watching.event(), json!({"id": 1, "status_text": "failed", "waiting_reason": null}));
    watching.child.kill().unwrap();
    let over = Running::start(&["task", "watch", "--timeout", "0"], &server).end();
    assert_eq!((over.0, over.1.as_str()), (0, ""));
}

#[test]
fn events_have_no_gap_over_a_restart_and_end_with_their_reader() {
    let folder = Folder::new();
    let server = folder.serve(&[]);
    tasks(&server, "a,b");
    done(&["task", "cancel", "1", "--server", &server.url]);
    let watch = ["event", "watch", "--after", "0", "--kind", "task_finished", "--json=kind,task_id,outcome"];
    let mut watching = Running::start(&watch, &server);
    let finished = |id| json!({"kind": "task_finished", "task_id": id, "outcome": "cancelled"});
    assert_eq!(watching.event(), finished(1));
    let url = server.url.clone();
    server.end();
    let server = again(&folder, &url);
    done(&["task", "cancel", "2", "--server", &server.url]);
    assert_eq!(watching.event(), finished(2));
    watching.child.kill().unwrap();

    let Running { mut child, stdout, mut stderr } = Running::start(&watch[..6], &server);
    drop(stdout);
    let explained: Vec<String> = stderr.by_ref().map(Result::unwrap).collect();
    assert!(child.wait().unwrap().success(), "{explained:?}");
}
