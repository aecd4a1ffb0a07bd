//! Protects the sentences: `--adb-key` is the key by which phones know the server, over restarts, and no other key is used;
//! without it a server goes by its user's `~/.android/adbkey`, made when there is none, and by those of `ADB_VENDOR_KEYS`;
//! a phone that was paired by its code lets the server in by TLS.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::tempdir;

use crate::harness::{Program, Server, answer_of, phone_when, wait_for};

/// For a phone to be started and a log to be read, on a machine that is busy with other tests.
const SOON: Duration = Duration::from_secs(120);

/// The folder of `first.pem` and `second.pem`.
const KEYS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/device/tests/keys");
/// The public half of the first.
const FIRST: &str = include_str!("../../../../crates/device/tests/keys/first.pub");

/// A virtual phone that asks for a key.
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
        self.tell(&json!({"answer": "allow"}));
    }

    /// Trusts a key, as if its owner had allowed it before: `line` is that of an `adbkey.pub`.
    fn trust(&self, line: &str) {
        self.tell(&json!({"trust": line}));
    }

    fn tell(&self, what: &Value) {
        let answer = answer_of(self.agent.post(format!("{}/access", self.control)).send_json(what));
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

    /// A server that knows this phone, and goes by the keys of the user whose home this is.
    fn server_of_user(&self, home: &Path, vendor_keys: &str) -> Server {
        let data = home.join("data");
        let arguments =
            ["serve", "--port", "0", "--data-dir", data.to_str().unwrap(), "--phone", &self.address];
        let environment = [("HOME", home.to_str().unwrap()), ("ADB_VENDOR_KEYS", vendor_keys)];
        Server::of(Program::start_in(&arguments, &environment), None)
    }
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
fn a_phone_that_knows_one_of_the_vendor_keys_lets_the_server_in_without_a_question() {
    let (home, phone) = (tempdir().unwrap(), GuardedPhone::start("ask"));
    phone.trust(FIRST);
    let trusted = phone.access()["trusted"].clone();
    let server = phone.server_of_user(home.path(), &format!("{KEYS}/second.pem:{KEYS}/first.pem"));
    assert_eq!(phone_when(&server, "ready")["serial"], "virtual-1");
    let access = phone.access();
    assert_eq!((&access["questions"], &access["trusted"]), (&json!([]), &trusted), "the owner was not asked");
}

#[test]
fn the_first_phone_that_asks_makes_the_users_key_and_shows_it() {
    let (home, phone) = (tempdir().unwrap(), GuardedPhone::start("ask"));
    let key = home.path().join(".android/adbkey");
    let server = phone.server_of_user(home.path(), "");
    phone_when(&server, "authorizing");
    let question = phone.access()["questions"][0].clone();
    let shown = format!("the key {} ({})", question["fingerprint"].as_str().unwrap(), key.to_str().unwrap());
    wait_for(&shown, SOON, || server.said().contains(&shown).then_some(()));
    let made = std::fs::read_to_string(&key).unwrap();
    assert!(made.starts_with("-----BEGIN PRIVATE KEY-----"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&key).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "it is its owner's alone");
    }
    let public = std::fs::read_to_string(home.path().join(".android/adbkey.pub")).unwrap();
    phone.trust(&public);
    assert_eq!(phone.access()["trusted"], json!([question["fingerprint"]]), "it is the other half");
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
