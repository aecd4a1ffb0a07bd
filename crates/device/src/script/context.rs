//! What a running script has at hand: its phone, its account, the journal, its materials, random choices, and the list of
//! what to undo. The screen is in the module `screen`.

use std::sync::Arc;

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tikmatrix_domain::{AppId, PackageName, TaskId, Username};

use super::accounts::{AccountRecords, FoundAccounts};
use super::clean_up::{CleanUp, CleanUps};
use super::failure::Failure;
use super::journal::{ArtifactKind, Entry, Journal, LogLevel, Report};
use super::marks::{EarlierMark, MarkError, Marks};
use super::materials::Materials;
use super::screen::{Screen, ScreenState, TOOL_TIMEOUT, TextInput};
use crate::deadline::Deadline;
use crate::phone::Phone;
use crate::tape::Mode;
use crate::ui::UiTree;

/// What is to be done, for which account. Who assigns it, and why, is up to the runner.
#[derive(Debug, Clone, PartialEq)]
pub struct Assignment {
    /// The task, where there is one.
    pub task: Option<TaskId>,
    /// The account; `None` means the one that is signed in.
    pub username: Option<Username>,
    /// The app.
    pub app: AppId,
    /// The app's package on the phone; `None` means the official one that is installed.
    pub package: Option<PackageName>,
    /// The configuration of the script as it was planned.
    pub config: Value,
    /// The newest mark of earlier attempts that was not withdrawn; see [`AttemptMarks::earlier`].
    pub mark: Option<EarlierMark>,
    /// The seed of every random choice: the same seed gives the same choices.
    pub seed: u64,
}

/// Where one run reads and stores what outlives it.
pub(super) struct Records {
    pub(super) materials: Arc<dyn Materials>,
    pub(super) marks: Arc<dyn Marks>,
    pub(super) accounts: Arc<dyn AccountRecords>,
}

/// The surroundings of one run of a script.
pub struct Context {
    assignment: Assignment,
    phone: Phone,
    deadline: Deadline,
    mode: Mode,
    records: Records,
    rng: StdRng,
    pub(super) report: Report,
    pub(super) clean_ups: CleanUps,
    pub(super) screen: ScreenState,
    /// Whether the phone has the keyboard that types any text, once that is known.
    has_keyboard: Option<bool>,
}

/// What a run starts with.
pub(super) struct RunStart {
    pub(super) phone: Phone,
    pub(super) mode: Mode,
    pub(super) assignment: Assignment,
    pub(super) journal: Arc<dyn Journal>,
    pub(super) records: Records,
    pub(super) deadline: Deadline,
}

impl RunStart {
    /// Makes the surroundings in which nothing has been done yet.
    pub(super) fn into_context(self) -> Context {
        let Self { phone, mode, assignment, journal, records, deadline } = self;
        Context {
            rng: StdRng::seed_from_u64(assignment.seed),
            assignment,
            phone,
            deadline,
            mode,
            records,
            report: Report::new(journal),
            clean_ups: CleanUps::default(),
            screen: ScreenState::default(),
            has_keyboard: None,
        }
    }
}

impl Context {
    /// Returns what is to be done: the task, the account, the app and its package.
    #[must_use]
    pub fn assignment(&self) -> &Assignment {
        &self.assignment
    }

    /// Returns the phone.
    #[must_use]
    pub fn phone(&self) -> &Phone {
        &self.phone
    }

    /// Returns the source of materials that no other task gets at the same time.
    #[must_use]
    pub fn materials(&self) -> &Arc<dyn Materials> {
        &self.records.materials
    }

    /// Returns the marks of this attempt and of earlier ones.
    #[must_use]
    pub fn marks(&self) -> AttemptMarks<'_> {
        AttemptMarks { store: &*self.records.marks, earlier: self.assignment.mark.as_ref(), mode: &self.mode }
    }

    /// Records accounts that are signed in on the phone as accounts of its device, and returns the number of new ones.
    ///
    /// # Errors
    /// When they cannot be recorded; none is then.
    pub async fn record_accounts(&self, found: FoundAccounts) -> Result<usize, Failure> {
        let record = self.records.accounts.record(found);
        Ok(self.mode.recorded_input("record the accounts", record).await?)
    }

    /// Returns the deadline of the whole run.
    #[must_use]
    pub fn deadline(&self) -> Deadline {
        self.deadline
    }

    /// Returns the deadline of one tool of the phone that answers at once when it answers: 30 s, or the end of the run.
    #[must_use]
    pub fn soon(&self) -> Deadline {
        self.deadline.at_most(TOOL_TIMEOUT)
    }

    /// Returns the source of random choices. The same seed gives the same ones.
    pub fn rng(&mut self) -> &mut StdRng {
        &mut self.rng
    }

    /// Begins a step: one short sentence in the imperative, such as `push the video`.
    pub fn step(&mut self, name: &str) {
        self.mode.step(name);
        self.report.step(name);
    }

    /// Reports the progress of the whole run, 0 to 100. It never goes down.
    pub fn progress(&mut self, percent: u8) {
        self.report.progress(percent);
    }

    /// Reports the version of the app in which it works, such as `43.1.4`.
    pub fn app_version(&self, version: &str) {
        self.report.record(Entry::AppVersion(version.to_owned()));
    }

    /// Adds a line to the task's log.
    pub fn log(&self, level: LogLevel, line: impl Into<String>) {
        self.report.log(level, line);
    }

    /// Attaches a file to the task, of a success as of a failure.
    pub fn attach(&self, kind: ArtifactKind, bytes: Vec<u8>) {
        self.report.record(Entry::Artifact { kind, bytes });
    }

    /// Registers what is undone when the run is over, however it ends: before the thing itself is done. Undone in reverse
    /// order.
    pub fn on_exit(&mut self, clean_up: CleanUp) {
        self.clean_ups.add(clean_up);
    }

    /// Returns the screen, to read it, to wait for elements on it and to tap them.
    pub fn screen(&mut self) -> Screen<'_> {
        Screen::new(&self.phone, self.deadline, &self.report, &mut self.screen)
    }

    /// Returns the screen, to type into its fields.
    pub fn text_input(&mut self) -> TextInput<'_> {
        let screen = Screen::new(&self.phone, self.deadline, &self.report, &mut self.screen);
        TextInput { screen, clean_ups: &mut self.clean_ups, has_keyboard: &mut self.has_keyboard }
    }

    /// Returns the screen that was seen last.
    #[must_use]
    pub fn last_tree(&self) -> Option<&UiTree> {
        self.screen.last.as_ref()
    }

    /// Returns what people would call the screen that was seen last.
    #[must_use]
    pub fn last_screen(&self) -> String {
        self.screen.describe_last()
    }

    /// Obtains an input from elsewhere than the phone, such as a file of this machine or the record of materials. Every
    /// such input of a run has to be obtained this way, or the run cannot be replayed: `work` is done when there is no
    /// tape to replay, and its answer comes from the tape when there is one. `what` names the input in the imperative and
    /// is the same in each run.
    pub async fn recorded_input<T>(&self, what: &str, work: impl Future<Output = T> + Send) -> T
    where
        T: Serialize + DeserializeOwned,
    {
        self.mode.recorded_input(what, work).await
    }
}

/// The marks of a task as the script of one attempt uses them.
pub struct AttemptMarks<'a> {
    store: &'a dyn Marks,
    earlier: Option<&'a EarlierMark>,
    mode: &'a Mode,
}

impl<'a> AttemptMarks<'a> {
    /// Returns what an earlier attempt at the task saw before it did what cannot be undone, if it is not known that it was
    /// not done. The script has to compare the phone with that before it acts: what was done completes the task, what was
    /// not done is done after [`AttemptMarks::withdraw`], and otherwise it fails with [`Failure::unconfirmed`] and touches
    /// nothing.
    #[must_use]
    pub fn earlier(&self) -> Option<&'a EarlierMark> {
        self.earlier
    }

    /// Stores `seen` durably, as JSON, before the script does what cannot be undone: what it needs to find out later whether
    /// that was done. From then on the materials that the run took may be public.
    ///
    /// # Errors
    /// When it cannot be stored; the script must not act then.
    pub async fn set<Seen: Serialize + Sync>(&self, seen: &Seen) -> Result<(), Failure> {
        let set = async {
            let mark = serde_json::to_value(seen)
                .map_err(|error| MarkError { reason: error.to_string(), transient: false })?;
            self.store.set(&mark).await
        };
        Ok(self.mode.recorded_input("mark the attempt", set).await?)
    }

    /// Withdraws the mark of this attempt and those of earlier ones: what they announced was certainly not done.
    ///
    /// # Errors
    /// When that cannot be stored; the marks stand then.
    pub async fn withdraw(&self) -> Result<(), Failure> {
        Ok(self.mode.recorded_input("withdraw the marks", self.store.withdraw()).await?)
    }
}
