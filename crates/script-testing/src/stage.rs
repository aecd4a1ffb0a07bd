//! The stage of a test: a virtual phone, the runs of scripts on it, and the accounts of its app.

use std::future::{Future, ready};
use std::time::Duration;

use serde::Deserialize as _;
use serde_json::Value;
use tikmatrix_device::phone::{Deadline, Phone};
use tikmatrix_virtual_phone::{Farm, FarmOptions, Fault, Rewriting, VirtualPhone};

use crate::account::Account;
use crate::run::{APP, FinishedRun, Run, Running};

/// For one command or connection.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(10);
/// The package of TikTok, the app that a virtual phone has.
const PACKAGE: &str = "com.zhiliaoapp.musically";

/// A virtual phone for one test.
pub struct Stage {
    farm: Farm,
}

impl Stage {
    /// Starts a phone on which nothing has happened yet. The seed decides about all that differs between phones.
    ///
    /// # Panics
    /// When it cannot be started.
    pub async fn start(seed: u64) -> Self {
        Self { farm: Farm::start(FarmOptions { count: 1, first_port: None, seed }).await.unwrap() }
    }

    /// Runs a script to its end, and replays its tape if it left one.
    ///
    /// # Panics
    /// When the phone cannot be connected, or the replay differs from the run.
    pub async fn run(&self, run: Run) -> FinishedRun {
        self.run_beside(run, |_| ready(())).await
    }

    /// Runs a script to its end, and meanwhile what a test does to it, such as stopping it at a step.
    ///
    /// # Panics
    /// As [`run`](Self::run).
    pub async fn run_beside<F>(&self, run: Run, beside: impl FnOnce(Running) -> F) -> FinishedRun
    where
        F: Future<Output = ()>,
    {
        run.execute(self.connect().await, beside).await
    }

    /// Connects to the phone.
    ///
    /// # Panics
    /// When it cannot be connected.
    pub async fn connect(&self) -> Phone {
        let address = self.virtual_phone().address().to_string();
        Phone::connect(&address, Deadline::after(COMMAND_TIMEOUT)).await.unwrap()
    }

    /// Runs a command in the phone's shell, over a connection of its own, and returns what it prints.
    ///
    /// # Panics
    /// When the command cannot be run.
    pub async fn shell(&self, command: &str) -> String {
        let phone = self.connect().await;
        let output = phone.shell(command, Deadline::after(COMMAND_TIMEOUT)).await.unwrap();
        output.stdout_text().trim().to_owned()
    }

    /// Ends TikTok and starts it again, as a user would.
    ///
    /// # Panics
    /// When a command cannot be run.
    pub async fn restart_app(&self) {
        self.shell(&format!("am force-stop {PACKAGE}")).await;
        self.shell(&format!("am start {PACKAGE}")).await;
    }

    /// Arms a fault, in the form in which the control port takes it.
    ///
    /// # Panics
    /// When there is no such fault.
    pub fn arm(&self, fault: &Value) {
        self.virtual_phone().arm(Fault::from_json(fault).unwrap());
    }

    /// Signs in a further account to TikTok, which does not become the current one.
    pub fn sign_in(&self, username: &str) {
        assert!(self.virtual_phone().sign_in(APP, username), "the phone has the app");
    }

    /// Makes the phone's cable rewrite commands or answers, in the form in which the control port takes it.
    ///
    /// # Panics
    /// When it is no rewriting.
    pub fn rewrite(&self, rewriting: &Value) {
        self.virtual_phone().rewrite(Rewriting::deserialize(rewriting).unwrap());
    }

    /// Asserts that the phone is as it was found: no file of ours, its own keyboard, the app not left open.
    ///
    /// # Panics
    /// When it is not.
    pub async fn assert_clean(&self) {
        let left = self.shell("ls /sdcard /storage/emulated/0/DCIM/Camera /data/local/tmp").await;
        assert!(!left.contains("tikmatrix-"), "{left}");
        let query = "content query --uri content://media/external/file --projection _display_name";
        let known = self.shell(query).await;
        assert!(!known.contains("tikmatrix-"), "{known}");
        let keyboard = self.shell("settings get secure default_input_method").await;
        assert!(!keyboard.contains("adbkeyboard"), "{keyboard}");
        let front = self.shell("dumpsys window | grep mCurrentFocus").await;
        assert!(!front.contains("musically"), "{front}");
    }
}

/// The oracle: what the phone itself saw.
impl Stage {
    /// Returns the phone.
    #[must_use]
    pub fn virtual_phone(&self) -> &VirtualPhone {
        &self.farm.phones()[0]
    }

    /// Returns the current account of TikTok.
    ///
    /// # Panics
    /// When no account is signed in.
    #[must_use]
    pub fn account(&self) -> Account {
        Account::all(self.virtual_phone()).swap_remove(0)
    }

    /// Returns the account of this name in TikTok, the current one or another.
    ///
    /// # Panics
    /// When it is not signed in.
    #[must_use]
    pub fn account_of(&self, username: &str) -> Account {
        let mut accounts = Account::all(self.virtual_phone()).into_iter();
        accounts.find(|account| account.username() == username).unwrap()
    }
}
