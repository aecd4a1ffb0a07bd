//! Whom a phone lets in: its mode, the keys that it trusts, and the question on its screen. What is said on the wire
//! about it is left to `daemon`.

use serde::{Deserialize, Serialize};
use tikmatrix_device::adb::keys::{AdbPublicKey, TOKEN_LEN};
use tokio::sync::watch;

/// Keys that one phone trusts, at most; the oldest makes way.
const MOST_TRUSTED: usize = 100;

/// How a phone treats a computer that wants to use ADB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// Everybody is let in, as by a phone whose build asks nobody.
    #[default]
    Accept,
    /// Who has a trusted key is let in; about any other key the phone asks a person.
    Ask,
    /// Nobody is let in, and nothing is said about it: what a phone does whose person taps Cancel.
    Refuse,
    /// Only inside TLS and with a trusted key, as wireless debugging does.
    Tls,
}

impl std::str::FromStr for Access {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "accept" => Ok(Self::Accept),
            "ask" => Ok(Self::Ask),
            "refuse" => Ok(Self::Refuse),
            "tls" => Ok(Self::Tls),
            _ => Err("it is one of accept, ask, refuse, tls".to_owned()),
        }
    }
}

/// What a person does with the question on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// "Always allow from this computer".
    Allow,
    /// "Cancel".
    Refuse,
}

/// The question on a phone's screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Question {
    /// The key's fingerprint, as the dialog shows it.
    pub fingerprint: String,
    /// What the computer said of whose the key is.
    pub owner: String,
}

/// What a phone tells of whom it lets in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccessReport {
    /// How it treats computers.
    pub mode: Access,
    /// The fingerprints of the keys that it trusts, oldest first.
    pub trusted: Vec<String>,
    /// What it asks, oldest first; the first is on the screen.
    pub questions: Vec<Question>,
}

/// Shared by a phone and its connections.
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

    /// Whether the signature is a trusted key's.
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

    /// Asks a person about a key, and waits for the answer: whether it is trusted. Dropped, the question goes.
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

    /// Tells of every change.
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
        if self.trusted.len() >= MOST_TRUSTED {
            self.trusted.remove(0);
        }
        self.trusted.push(key);
    }
}

/// Takes a question back when whoever asked is gone.
struct Withdraw<'a> {
    gatekeeper: &'a Gatekeeper,
    number: u64,
}

impl Drop for Withdraw<'_> {
    fn drop(&mut self) {
        self.gatekeeper.state.send_modify(|state| state.asked.retain(|asked| asked.number != self.number));
    }
}
