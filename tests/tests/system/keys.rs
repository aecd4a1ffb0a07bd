//! Protects the sentence: `--adb-key` is the key by which phones know the server, over restarts, and no other key is used.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::tempdir;

use crate::harness::{Program, Server, answer_of, wait_for};

/// For a phone to be as it is wanted, and for a key to be made, on a machine that is busy with other tests.
const SOON: Duration = Duration::from_secs(120);

/// A virtual phone that asks its owner about every key that it does not know.
struct AskingPhone {
    _program: Program,
    address: String,
    access: String,
    agent: ureq::Agent,
}

impl AskingPhone {
    fn start() -> Self {
        let program = Program::start(&["phone", "--port", "0", "--control", "0", "--auth", "ask"]);
        let told = |beginning: &'static str| {
            program.line(beginning, SOON, |line| line.strip_prefix(beginning).map(str::to_owned))
        };
        let address = told("virtual-1 listening on ");
        let access = format!("{}/virtual-1/access", told("control listening on "));
        let agent = ureq::Agent::config_builder().proxy(None).build().into();
        Self { _program: program, address, access, agent }
    }

    fn access(&self) -> Value {
        answer_of(self.agent.get(&self.access).call()).body
    }

    fn allow(&self) {
        let answer = answer_of(self.agent.post(&self.access).send_json(json!({"answer": "allow"})));
        assert_eq!(answer.status, 200, "{answer:?}");
    }

    /// A server that knows this phone, and goes by the key in a file.
    fn server(&self, data: &Path, key: &Path) -> Server {
        let key = key.to_str().unwrap();
        Server::start_with(data, 0, &["--phone", &self.address, "--adb-key", key])
    }
}

/// The only phone, once it is in a state.
fn phone_when(server: &Server, state: &str) -> Value {
    wait_for(&format!("the phone to be {state}"), SOON, || {
        let list = server.get("/api/v1/device").body["data"]["devices"].clone();
        let phones = list.as_array().unwrap();
        phones.iter().find(|phone| phone["state"] == state).cloned()
    })
}

#[test]
fn a_phone_that_asks_lets_the_server_in_by_the_key_of_its_file_and_by_no_other() {
    let directory = tempdir().unwrap();
    let (phone, key) = (AskingPhone::start(), directory.path().join("keys of adb"));
    let server = phone.server(directory.path(), &key);
    let asking = phone_when(&server, "authorizing");
    let question = phone.access()["questions"][0].clone();
    let fingerprint = question["fingerprint"].as_str().unwrap();
    assert!(asking["reason"].as_str().unwrap().contains(fingerprint), "{asking} {question}");
    phone.allow();
    assert_eq!(phone_when(&server, "ready")["serial"], "virtual-1");
    assert_eq!(phone.access()["trusted"], json!([fingerprint]));
    let made = std::fs::read_to_string(&key).unwrap();
    assert!(made.starts_with("-----BEGIN PRIVATE KEY-----"));
    drop(server);

    let server = phone.server(directory.path(), &key);
    phone_when(&server, "ready");
    assert_eq!(phone.access()["questions"], json!([]), "a known key is not asked about again");
    assert_eq!(std::fs::read_to_string(&key).unwrap(), made, "the key stays");
    drop(server);

    let stranger = tempdir().unwrap();
    let server = phone.server(stranger.path(), &stranger.path().join("adbkey"));
    phone_when(&server, "authorizing");
    assert_ne!(phone.access()["questions"][0]["fingerprint"], fingerprint);
}
