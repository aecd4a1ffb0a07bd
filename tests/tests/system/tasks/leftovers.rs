//! Protects the sentence: afterwards the phone is as it was found, also when the server was killed in the middle of a task:
//! the next one gives the keyboard back and removes the pushed file as soon as it has the phone.

use std::time::Duration;

use serde_json::{Value, json};
use tempfile::tempdir;
use tikmatrix_client::api::Outcome;

use crate::harness::{Program, Server, Video, answer_of, wait_for};

/// For a phone to be started and put back, on a machine that is busy with other tests.
const SOON: Duration = Duration::from_secs(120);
/// How long the upload of the killed task would take.
const UPLOAD_SECONDS: u64 = 100;

#[test]
fn a_phone_whose_server_was_killed_in_a_task_is_put_back_as_it_was_found() {
    let program = Program::start(&["phone", "--port", "0", "--control", "0"]);
    let told = |beginning: &'static str| {
        program.line(beginning, SOON, |line| line.strip_prefix(beginning).map(str::to_owned))
    };
    let address = told("virtual-1 listening on ");
    let control = told("control listening on ");
    let agent: ureq::Agent = ureq::Agent::config_builder().proxy(None).build().into();
    let report = || -> Value { answer_of(agent.get(&control).call()).body[0].clone() };
    let found = (report()["keyboard"].clone(), report()["camera"].clone());

    let directory = tempdir().unwrap();
    let video = Video::make(directory.path(), "video.mp4");
    let server = Server::start_with(directory.path(), 0, &["--phone", &address]);
    let slow = json!({"fault": "slow_upload", "seconds": UPLOAD_SECONDS});
    let armed = answer_of(agent.post(format!("{control}/virtual-1/faults")).send_json(&slow));
    assert_eq!(armed.status, 200, "{armed:?}");
    let id = server.create(&["virtual-1"], "cut off", &video)[0];
    wait_for("the caption to be typed and the file to be pushed", SOON, || {
        let now = report();
        (now["keyboard"] != found.0 && now["camera"] != found.1).then_some(())
    });
    server.kill();

    let cleared = answer_of(agent.delete(format!("{control}/virtual-1/faults")).call());
    assert_eq!(cleared.status, 200, "{cleared:?}");
    let server = Server::start_with(directory.path(), 0, &["--phone", &address]);
    let done = server.completed(id);
    assert_eq!(done.attempts[0].outcome, Some(Outcome::Interrupted.into()), "{done:#?}");
    wait_for("the phone to be as it was found", SOON, || {
        let now = report();
        (now["keyboard"] == found.0 && now["camera"] == found.1).then_some(())
    });
    assert_eq!(report()["apps"]["tiktok"]["accounts"][0]["posts"].as_array().unwrap().len(), 1);
    assert!(server.terminate().success());
}
