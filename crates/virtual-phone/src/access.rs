//! Access control of a phone: its mode, the keys that it trusts, and the question on its screen.

use serde::{Deserialize, Serialize};
use strum::EnumString;
use tikmatrix_device::adb::keys::{AdbPublicKey, TOKEN_LEN};
use tokio::sync::watch;

/// When there are more, the oldest is forgotten.
const MAX_TRUSTED_KEYS: usize = 100;

/// How a phone treats a computer that wants to use ADB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, EnumString)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case", parse_err_ty = String, parse_err_fn = unknown_access)]
pub enum Access {
    /// Accepts every computer, as engineering builds do.
    #[default]
    Accept,
    /// Accepts trusted keys; asks on the screen about any other key.
    Ask,
    /// Accepts no computer and does not answer, like a phone on which Cancel was tapped.
    Refuse,
    /// Accepts trusted keys over TLS only, like wireless debugging.
    Tls,
}

fn unknown_access(_: &str) -> String {
    "it is one of accept, ask, refuse, tls".to_owned()
}

/// An answer to the question on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// "Always allow from this computer".
    Allow,
    /// "Cancel".
    Refuse,
}

/// The question on a phone's screen whether to trust a computer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Question {
    /// The key's fingerprint, as the dialog shows it.
    pub fingerprint: String,
    /// The owner's name, as the computer sent it.
    pub owner: String,
}

/// The state of a phone's access control.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccessReport {
    /// How it treats computers.
    pub mode: Access,
    /// The fingerprints of the keys that it trusts, oldest first.
    pub trusted: Vec<String>,
    /// Its questions, oldest first; the first is on the screen.
    pub questions: Vec<Question>,
}

/// The access control of one phone, shared with its connections.
#[derive(Debug, Default)]
pub(crate) struct Gatekeeper {
    state: watch::Sender<State>,
}

#[derive(Debug, Default)]
struct State {
    mode: Access,
    trusted: Vec<AdbPublicKey>,
    asked: Vec<Asked>,
    next: u64,
}

#[derive(Debug)]
struct Asked {
    number: u64,
    key: AdbPublicKey,
    owner: String,
}

impl Gatekeeper {
    pub(crate) fn mode(&self) -> Access {
        self.state.borrow().mode
    }

    pub(crate) fn set_mode(&self, mode: Access) {
        self.state.send_modify(|state| state.mode = mode);
    }

    pub(crate) fn trust(&self, key: AdbPublicKey) {
        self.state.send_modify(|state| state.trust(key));
    }

    pub(crate) fn trusted(&self) -> Vec<AdbPublicKey> {
        self.state.borrow().trusted.clone()
    }

    /// Whether a trusted key made the signature.
    pub(crate) fn knows(&self, token: &[u8; TOKEN_LEN], signature: &[u8]) -> bool {
        self.state.borrow().trusted.iter().any(|key| key.verifies(token, signature))
    }

    /// Answers the question on the screen; `false` when there is none.
    pub(crate) fn answer(&self, answer: Answer) -> bool {
        self.state.send_if_modified(|state| {
            if state.asked.is_empty() {
                return false;
            }
            let asked = state.asked.remove(0);
            if answer == Answer::Allow {
                state.trust(asked.key);
            }
            true
        })
    }

    /// Asks about a key on the screen and waits for the answer: whether it is trusted. When dropped, withdraws the
    /// question.
    pub(crate) async fn ask(&self, key: AdbPublicKey, owner: &str) -> bool {
        let mut state = self.state.subscribe();
        let mut number = 0;
        self.state.send_modify(|state| {
            number = state.next;
            state.next += 1;
            state.asked.push(Asked { number, key: key.clone(), owner: owner.to_owned() });
        });
        let _withdraw = Withdraw { gatekeeper: self, number };
        let answered = state.wait_for(|state| state.asked.iter().all(|asked| asked.number != number)).await;
        answered.is_ok_and(|state| state.trusted.contains(&key))
    }

    pub(crate) fn report(&self) -> AccessReport {
        let state = self.state.borrow();
        let question =
            |asked: &Asked| Question { fingerprint: asked.key.fingerprint(), owner: asked.owner.clone() };
        AccessReport {
            mode: state.mode,
            trusted: state.trusted.iter().map(AdbPublicKey::fingerprint).collect(),
            questions: state.asked.iter().map(question).collect(),
        }
    }

    /// Waits for the next change, from this call on.
    pub(crate) fn watch(&self) -> impl Future<Output = ()> + use<> {
        let mut state = self.state.subscribe();
        async move {
            // An error means that the phone is gone: there is nothing more to wait for.
            let _gone = state.changed().await;
        }
    }
}

impl State {
    fn trust(&mut self, key: AdbPublicKey) {
        self.trusted.retain(|known| *known != key);
        if self.trusted.len() >= MAX_TRUSTED_KEYS {
            self.trusted.remove(0);
        }
        self.trusted.push(key);
    }
}

/// Withdraws a question when dropped.
struct Withdraw<'a> {
    gatekeeper: &'a Gatekeeper,
    number: u64,
}

impl Drop for Withdraw<'_> {
    fn drop(&mut self) {
        self.gatekeeper.state.send_modify(|state| state.asked.retain(|asked| asked.number != self.number));
    }
}
