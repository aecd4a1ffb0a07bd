//! Protects the sentence: `tikmatrix demo --once` publishes one video before your eyes and exits 0; without `--once`
//! the line that it prints can be pasted.

use std::process::Command;
use std::time::Duration;

use serde_json::json;

use crate::harness::{Program, answer_of};

const SOON: Duration = Duration::from_secs(120);

#[test]
fn the_demo_publishes_its_video_and_ends() {
    let mut demo = Program::start(&["demo", "--once"]);
    let published =
        demo.line("what was published", SOON, |line| line.trim().strip_prefix("caption ").map(str::to_owned));
    assert!(published.contains("Hello from TikMatrix 👋🌍 שלום #demo"), "{published}");
    assert_eq!(demo.end(SOON).code(), Some(0));
    let said = demo.output();
    assert!(said.contains("Published on virtual-1") && said.contains("[100 %] completed"), "{said}");
    assert_eq!(demo.errors(), "");
}

#[test]
fn the_line_that_the_demo_prints_can_be_pasted() {
    let mut demo = Program::start(&["demo"]);
    let line = demo.line("a line to paste", SOON, |line| line.starts_with("curl ").then(|| line.to_owned()));
    // A real shell takes the line apart; what it would hand to curl is sent from here, so that curl need not be there.
    let taken_apart = format!("curl() {{ printf '%s\\0' \"$@\"; }}\n{line}");
    let output = Command::new("sh").args(["-c", &taken_apart]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let words = String::from_utf8(output.stdout).unwrap();
    let words: Vec<&str> = words.trim_end_matches('\0').split('\0').collect();
    let ["-X", "POST", url, "-H", "Content-Type: application/json", "-d", body] = words[..] else {
        panic!("other words than expected: {words:?}")
    };
    let agent: ureq::Agent =
        ureq::Agent::config_builder().http_status_as_error(false).proxy(None).build().into();
    let answer = answer_of(agent.post(url).content_type("application/json").send(body));
    assert_eq!(answer.body["data"], json!({"task_ids": [2], "created_count": 1}), "{answer:?}");
    demo.signal("INT");
    assert_eq!(demo.end(SOON).code(), Some(0));
}
