//! `--json`: what programs read of answers, streams and errors.

use std::io::Write as _;
use std::process::{Output, Stdio};

use serde_json::{Value, json};

use crate::support::{Folder, Server, done, run, tikmatrix};

fn read(text: impl AsRef<str>) -> Value {
    serde_json::from_str(text.as_ref()).unwrap_or_else(|error| panic!("{error}: {}", text.as_ref()))
}

/// The error of a command that fails with `status`.
fn error_of(output: &Output, status: i32) -> Value {
    let said = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(status), &b""[..]), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    let error = read(said)["error"].take();
    assert_eq!(error["exit_status"], status);
    error
}

fn tasks(server: &Server, count: usize) {
    let serials: Vec<String> = (1..=count).map(|number| format!("phone-{number}")).collect();
    let config = ["--script-config", r#"{"target_users": ["x"]}"#];
    let create =
        ["task", "create", "--script", "follow", "--serial", &serials.join(","), "--server", &server.url];
    done(&[&create[..], &config].concat());
}

#[test]
fn an_error_is_one_line_with_cause_code_and_problems() {
    let folder = Folder::new();
    let server = folder.serve(&[]);
    let missing = error_of(&run(&["--json", "task", "show", "7", "--server", &server.url]), 5);
    assert_eq!((&missing["cause"], &missing["code"]), (&json!("gone"), &json!(40401)));
    let wrong = ["task", "create", "--script", "post", "--script-config", r#"{"content_type": 7}"#, "--json"];
    let refused = error_of(&run(&[&wrong[..], &["--server", &server.url]].concat()), 1);
    assert_eq!((&refused["cause"], &refused["code"]), (&json!("failed"), &json!(40001)));
    let fields: Vec<&Value> =
        refused["problems"].as_array().unwrap().iter().map(|problem| &problem["field"]).collect();
    assert!(fields.contains(&&json!("script_config.content_type")), "{refused}");
    let unreachable = error_of(&run(&["task", "list", "--json", "--server", "127.0.0.1:1"]), 4);
    assert_eq!((&unreachable["cause"], &unreachable["code"]), (&json!("unreachable"), &json!(null)));
    assert!(unreachable["message"].as_str().unwrap().contains("http://127.0.0.1:1"), "{unreachable}");
}

#[test]
fn commands_without_a_server_report_their_errors_as_json_too() {
    let folder = Folder::new();
    let missing = folder.name("missing");
    for (arguments, status) in [
        (&["license", "install", &missing, "--json"][..], 1),
        (&["--json", "token", "list", "--data-dir", &missing], 1),
        (&["ui", "--json", "inspect", &missing], 1),
        (&["replay", &missing, "--json"], 2),
        (&["phone", "--json", "--port", "70000"], 2),
        (&["serve", "--config", &missing, "--json"], 1),
        (&["task", "list", "--json", "--status", "done"], 2),
    ] {
        let error = error_of(&run(arguments), status);
        assert!(!error["message"].as_str().unwrap().contains("Usage:"), "{error}");
    }
    let output = tikmatrix(&["task", "frobnicate"]).env("TIKMATRIX_JSON", "1").output().unwrap();
    assert_eq!(error_of(&output, 2)["cause"], "usage");
}

#[test]
fn a_list_is_an_array_with_the_fields_that_are_asked_for_and_a_warning_when_there_are_more() {
    let folder = Folder::new();
    let server = folder.serve(&[]);
    tasks(&server, 3);
    let on = |arguments: &[&str]| run(&[arguments, &["--server", &server.url]].concat());
    for arguments in [
        &["--json=id,status", "task", "list"][..],
        &["--json", "id,status", "task", "list"],
        &["task", "list", "--json", "id,status"],
    ] {
        let listed = on(arguments);
        let expected = json!([{"id": 3, "status": 0}, {"id": 2, "status": 0}, {"id": 1, "status": 0}]);
        assert_eq!(read(String::from_utf8(listed.stdout).unwrap()), expected, "{arguments:?}");
        assert_eq!(listed.stderr, b"");
    }
    let page = on(&["task", "list", "--json", "id", "--page-size", "2"]);
    assert_eq!(read(String::from_utf8(page.stdout).unwrap()), json!([{"id": 3}, {"id": 2}]));
    let warning = read(String::from_utf8(page.stderr).unwrap());
    assert_eq!((&warning["warning"], &warning["total"]), (&json!("2 of 3"), &json!(3)));
    assert!(warning["next_cursor"].is_string());
    let wrong = error_of(&on(&["task", "list", "--json=id,statos"]), 1);
    assert!(wrong["message"].as_str().unwrap().contains("did you mean status?"), "{wrong}");
    let one = on(&["task", "show", "2", "--json=serial"]);
    assert_eq!(read(String::from_utf8(one.stdout).unwrap()), json!({"serial": "phone-2"}));
    let counted = on(&["--json", "pending", "task", "stats"]);
    assert_eq!(read(String::from_utf8(counted.stdout).unwrap()), json!({"pending": 3}));
}

#[test]
fn what_goes_on_is_one_object_a_line() {
    let folder = Folder::new();
    let server = folder.serve(&[]);
    tasks(&server, 2);
    for id in ["1", "2"] {
        done(&["task", "cancel", id, "--server", &server.url]);
    }
    let waited = run(&["task", "wait", "1", "2", "--json=id,outcome", "--server", &server.url]);
    assert_eq!(
        String::from_utf8(waited.stdout).unwrap(),
        "{\"id\":1,\"outcome\":\"cancelled\"}\n{\"id\":2,\"outcome\":\"cancelled\"}\n"
    );
    assert_eq!(waited.status.code(), Some(1));
}

#[test]
fn tokens_keys_and_licences_are_shown_to_programs() {
    let folder = Folder::new();
    let (data, key, license) = (folder.name("data"), folder.name("key"), folder.name("license"));
    let created = run(&["token", "create", "one", "--data-dir", &data, "--json"]);
    assert_eq!(created.stderr, b"", "what the token is for is in the object");
    let created = read(String::from_utf8(created.stdout).unwrap());
    assert!(created["token"].as_str().unwrap().starts_with("tikmatrix_"), "{created}");
    let listed = done(&["--json", "id", "token", "list", "--data-dir", &data]);
    assert_eq!(read(listed), json!([{"id": created["id"]}]));
    assert_eq!(read(done(&["token", "revoke", "one", "--data-dir", &data, "--json"]))["name"], "one");
    let public = read(done(&["license", "keygen", "--out", &key, "--json=public_key"]));
    let public = public["public_key"].as_str().unwrap();
    let issue =
        ["license", "issue", "--key", &key, "--plan", "pro", "--holder", "Example", "--out", &license];
    assert_eq!(read(done(&[&issue[..], &["--json"]].concat()))["file"], license.as_str());
    let install = ["license", "install", &license, "--data-dir", &data, "--license-key", public, "--json"];
    assert_eq!(read(done(&install))["plan_name"], "Pro");
}

#[test]
fn a_configuration_may_come_from_standard_input_and_names_no_key_twice() {
    let folder = Folder::new();
    let server = folder.serve(&[]);
    let address = server.url.strip_prefix("http://").unwrap();
    let create = ["task", "create", "--script", "follow", "--serial", "a", "--server", address];
    let with = |config: &str, input: &str| {
        let mut command = tikmatrix(&[&create[..], &["--script-config", config]].concat());
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    };
    let created = with("@-", r#"{"target_users": ["x"]}"#);
    assert_eq!(created.stdout, b"1\n", "{created:?}");
    let twice = with("@-", r#"{"target_users": ["x"], "target_users": ["y"]}"#);
    let said = String::from_utf8(twice.stderr).unwrap();
    assert!(said.contains("target_users is given twice at line 1 column"), "{said}");
    assert_eq!(server.get("/api/v1/task/stats").1["data"]["total"], 1);
}

#[test]
fn a_variable_that_is_empty_is_absent() {
    let folder = Folder::new();
    let server = folder.serve(&[]);
    let mut command = tikmatrix(&["task", "list", "--server", &server.url]);
    for name in ["TIKMATRIX_JSON", "TIKMATRIX_TOKEN", "TIKMATRIX_TASK_STATUS", "TIKMATRIX_TASK_PAGE"] {
        command.env(name, "");
    }
    let listed = command.output().unwrap();
    assert!(listed.status.success() && listed.stdout.is_empty(), "{listed:?}");
}
