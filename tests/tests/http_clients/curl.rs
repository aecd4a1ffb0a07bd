//! The curl lines that people copy: those of the task page that the API is built from, and those of the README, word for
//! word. Only where their addresses lead is told to curl, in its own configuration file.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::tempdir;

use crate::harness::{Program, Server};

const PAGE: &str = include_str!("page.sh");
const README: &str = include_str!("../../../README.md");

#[test]
fn the_example_of_the_task_page_makes_its_task() {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 1);
    let curl = Curl::new(directory.path(), &[("localhost:50809", server.authority())]);
    let answer = curl.run(PAGE, &[]);
    assert_eq!((&answer["code"], &answer["message"]), (&json!(0), &json!("success")));
    let data = &answer["data"];
    assert_eq!((&data["task_ids"], &data["created_count"]), (&json!([1]), &json!(1)));
    let warning = data["warnings"][0].as_str().unwrap();
    assert!(warning.contains("device_serial_1"), "that phone was never here: {warning}");
    let task = server.get("/api/v1/task/1").body["data"].clone();
    assert_eq!(task["waiting_reason"], "device_offline", "that phone is not here");
}

#[test]
fn every_curl_line_of_the_readme_is_answered_with_success() {
    let lines = curl_lines(README);
    assert!(lines.len() >= 4, "the README's lines are no longer found: {lines:#?}");
    let directory = tempdir().unwrap();
    let here = Server::start(&directory, 2);

    let open = tempdir().unwrap();
    let data = open.path().join("data");
    let made = Program::run(&["token", "create", "uploader", "--data-dir", data.to_str().unwrap()]).stdout;
    let token = String::from_utf8(made).unwrap().trim().to_owned();
    let for_others = Server::start_for(Some(&token), open.path(), 1, &["--host-name", "192.168.0.5"]);

    let phones = Program::start(&["phone", "--port", "0", "--count", "1", "--control", "0"]);
    let control = phones.line("the control port", Duration::from_secs(30), |line| {
        line.split_once("http://")
            .map(|(_, rest)| rest.split('/').next().unwrap_or_default().trim().to_owned())
    });

    let curl = Curl::new(
        directory.path(),
        &[
            ("localhost:50809", here.authority()),
            ("192.168.0.5:50809", for_others.authority()),
            ("127.0.0.1:5599", &control),
        ],
    );
    for line in lines {
        let answer = curl.run(&line, &[("TOKEN", &token)]);
        let is_list = answer.as_array().is_some_and(|phones| !phones.is_empty());
        assert!(is_list || answer["code"] == 0, "{line}\nis answered with {answer:#}");
    }
}

/// curl with a configuration of its own.
struct Curl {
    folder: PathBuf,
}

impl Curl {
    /// `leads` says where each address of the lines really is.
    fn new(folder: &Path, leads: &[(&str, &str)]) -> Self {
        let leads: Vec<String> =
            leads.iter().map(|(from, to)| format!("connect-to = \"{from}:{to}\"\n")).collect();
        let text = format!("silent\nshow-error\nmax-time = 30\n{}", leads.concat());
        std::fs::write(folder.join(".curlrc"), text).unwrap();
        Self { folder: folder.to_owned() }
    }

    /// What comes of a line, with these variables.
    fn run(&self, line: &str, variables: &[(&str, &str)]) -> Value {
        let ran = Command::new("sh")
            .args(["-e", "-c", line])
            .env("CURL_HOME", &self.folder)
            .env_remove("http_proxy")
            .env("no_proxy", "*")
            .envs(variables.iter().copied())
            .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
            .output()
            .unwrap();
        let (output, errors) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
        assert!(ran.status.success(), "{line}\nfailed: {errors}");
        serde_json::from_str(&output).unwrap_or_else(|error| panic!("{line}\nprinted {output}: {error}"))
    }
}

/// The commands of a page that begin with `curl`, each with all of its lines.
fn curl_lines(page: &str) -> Vec<String> {
    let mut commands = Vec::new();
    let mut command = String::new();
    for line in page.lines() {
        if command.is_empty() && !line.starts_with("curl ") {
            continue;
        }
        command += line;
        command += "\n";
        let open_quote = command.matches('\'').count() % 2 == 1;
        if !open_quote && !line.ends_with('\\') {
            commands.push(std::mem::take(&mut command));
        }
    }
    commands
}
