//! The receivers of docs/webhooks.md, word for word: what they accept is signed as Standard Webhooks demands, by
//! implementations that are not ours.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::json;
use tempfile::{TempDir, tempdir};

use crate::harness::Server;
use crate::programs::interpreter;

const PAGE: &str = include_str!("../../../docs/webhooks.md");
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A receiver of the page, which ends with the test.
struct Receiver {
    process: Child,
    port: String,
    /// A program that cannot write its lines ends.
    _output: BufReader<ChildStdout>,
    _folder: TempDir,
}

impl Receiver {
    /// Starts the program that the page has in this language.
    fn start(language: &str, interpreter_of: &str, file: &str) -> Self {
        let (_, rest) = PAGE.split_once(&format!("```{language}\n")).unwrap();
        let (program, _) = rest.split_once("```").unwrap();
        let folder = tempdir().unwrap();
        let file = folder.path().join(file);
        std::fs::write(&file, program).unwrap();
        let mut process = Command::new(interpreter(interpreter_of))
            .arg(file)
            .arg("0")
            .env("WEBHOOK_SECRET", SECRET)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (mut line, mut output) = (String::new(), BufReader::new(process.stdout.take().unwrap()));
        output.read_line(&mut line).unwrap();
        let port = line.trim().strip_prefix("listening on ").unwrap().to_owned();
        Self { process, port, _output: output, _folder: folder }
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

#[test]
fn the_receiver_in_python_accepts_what_is_signed_with_its_secret_alone() {
    accepts(&Receiver::start("python", "TIKMATRIX_PYTHON", "receiver.py"));
}

#[test]
fn the_receiver_in_javascript_accepts_what_is_signed_with_its_secret_alone() {
    accepts(&Receiver::start("js", "TIKMATRIX_NODE", "receiver.mjs"));
}

fn accepts(receiver: &Receiver) {
    let directory = tempdir().unwrap();
    let server = Server::start_with(directory.path(), 1, &["--webhook-private-targets"]);
    let url = format!("http://127.0.0.1:{}/", receiver.port);
    let test = |secret: &str| {
        let body = json!({"url": url, "events": ["task.failed"], "secret": secret});
        let id = server.post("/api/v1/webhook", &body).body["data"]["id"].clone();
        server.post(&format!("/api/v1/webhook/{id}/test"), &json!({})).body["data"].clone()
    };
    let answer = test(SECRET);
    assert_eq!((&answer["delivered"], &answer["http_status"]), (&json!(true), &json!(204)), "{answer}");
    let answer = test("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx");
    assert_eq!((&answer["delivered"], &answer["http_status"]), (&json!(false), &json!(401)), "{answer}");
}
