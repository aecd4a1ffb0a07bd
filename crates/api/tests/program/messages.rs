//! Messages of commands: one cause, what to do, and numbers that agree with their nouns.

use crate::support::{Folder, done, missing, refused};

#[test]
fn a_folder_of_materials_that_is_missing_is_one_message_with_its_cause_and_what_to_do() {
    let folder = Folder::new();
    let (data, missing) = (folder.name("data"), folder.name("videos"));
    let said = refused(&["serve", "--port", "0", "--data-dir", &data, "--material-root", &missing]);
    let expected = format!(
        "tikmatrix: --material-root: tasks cannot take files from the folder {missing}: No such file or directory \
         (os error 2); create it, or name another one\n"
    );
    assert_eq!(said, expected);
}

#[test]
fn a_cause_is_given_once() {
    let folder = Folder::new();
    std::fs::write(folder.path("file"), "").unwrap();
    let data = folder.name("file/data");
    let said = refused(&["serve", "--port", "0", "--data-dir", &data]);
    assert_eq!(
        said,
        format!("tikmatrix: cannot use the data directory {data}: Not a directory (os error 20)\n")
    );
    let screen = folder.name("missing");
    let said = refused(&["ui", "inspect", &screen]);
    assert_eq!(said, format!("tikmatrix: cannot read {screen}: No such file or directory (os error 2)\n"));
}

#[test]
fn a_missing_adb_server_is_one_short_line() {
    let folder = Folder::new();
    // A port without a listener: bound for a moment, so that no other test has it, and released.
    let unused = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let server = folder.serve(&["--adb-server", &unused.to_string()]);
    let line = server.logs("no adb server");
    let expected = format!(
        "no adb server at {unused} (Connection refused (os error 111)): phones on USB are used as soon as there is one"
    );
    assert!(line.ends_with(&expected), "{line}");
}

#[test]
fn one_task_is_no_tasks_and_a_pending_one_is_cancelled_instead_of_stopped() {
    let folder = Folder::new();
    let server = folder.serve(&[]);
    let url = ["--server", &server.url];
    let create = ["task", "create", "--script", "follow", "--serial", "a", "--serial", "b", "--serial", "c"];
    let config = ["--script-config", r#"{"target_users": ["x"]}"#];
    assert_eq!(done(&[&create[..], &config, &url].concat()), "1\n2\n3\n");
    let said = refused(&[&["task", "stop", "1"][..], &url].concat());
    assert!(said.contains("task 1 is pending") && said.contains("`tikmatrix task cancel 1`"), "{said}");
    assert_eq!(done(&[&["task", "cancel", "1"][..], &url].concat()), "Cancelled task 1.\n");
    assert_eq!(done(&[&["task", "delete", "1"][..], &url].concat()), "Deleted task 1.\n");
    assert_eq!(done(&[&["task", "delete", "2", "3"][..], &url].concat()), "Deleted 2 tasks.\n");
    assert_eq!(done(&[&["task", "retry-all"][..], &url].concat()), "0 tasks are pending again.\n");
    let said = missing(&[&["task", "delete", "1", "2"][..], &url].concat());
    assert_eq!(said, "tikmatrix: there is no task 1, 2\n");
}
