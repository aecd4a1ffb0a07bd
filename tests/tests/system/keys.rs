//! Protects the sentences: `--adb-key` is the key by which phones know the server, over restarts, and no other key is used;
//! a phone that was paired by its code lets the server in by TLS.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::tempdir;

use crate::harness::{Program, Server, answer_of, wait_for};

/// For a phone to be as it is wanted, and for a key to be made, on a machine that is busy with other tests.
const SOON: Duration = Duration::from_secs(120);

/// A virtual phone that does not let everybody in.
struct GuardedPhone {
    _program: Program,
    address: String,
    control: String,
    agent: ureq::Agent,
}

impl GuardedPhone {
    fn start(auth: &str) -> Self {
        let program = Program::start(&["phone", "--port", "0", "--control", "0", "--auth", auth]);
        let told = |beginning: &'static str| {
            program.line(beginning, SOON, |line| line.strip_prefix(beginning).map(str::to_owned))
        };
        let address = told("virtual-1 listening on ");
        let control = format!("{}/virtual-1", told("control listening on "));
        let agent = ureq::Agent::config_builder().proxy(None).build().into();
        Self { _program: program, address, control, agent }
    }

    fn access(&self) -> Value {
        answer_of(self.agent.get(format!("{}/access", self.control)).call()).body
    }

    fn allow(&self) {
        let url = format!("{}/access", self.control);
        let answer = answer_of(self.agent.post(url).send_json(json!({"answer": "allow"})));
        assert_eq!(answer.status, 200, "{answer:?}");
    }

    /// Opens the dialog with the code: the address and the code that it shows.
    fn offer_pairing(&self) -> (String, String) {
        let answer = answer_of(self.agent.post(format!("{}/pairing", self.control)).send_empty());
        let text = |field: &str| answer.body[field].as_str().unwrap().to_owned();
        (text("address"), text("code"))
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
    let (phone, key) = (GuardedPhone::start("ask"), directory.path().join("keys of adb"));
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

#[test]
fn a_phone_in_wireless_debugging_lets_the_server_in_once_it_was_paired_by_its_code() {
    let directory = tempdir().unwrap();
    let (phone, key) = (GuardedPhone::start("tls"), directory.path().join("adbkey"));
    let (address, code) = phone.offer_pairing();
    let pair = |code: &str| Program::run(&["pair", &address, code, "--adb-key", key.to_str().unwrap()]);
    let wrong = format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000);
    let refused = pair(&wrong);
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(
        refused.status.code() == Some(1) && said.contains("the code is not the one that the phone shows"),
        "{said}"
    );
    let server = phone.server(directory.path(), &key);
    phone_when(&server, "unauthorized");

    let paired = pair(&code);
    let said = String::from_utf8_lossy(&paired.stdout);
    assert!(paired.status.success() && said.starts_with("paired with \"adb-virtual-1-"), "{paired:?}");
    assert_eq!(phone_when(&server, "ready")["serial"], "virtual-1");
}
