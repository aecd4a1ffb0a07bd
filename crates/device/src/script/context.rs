//! What a running script has at hand: its phone, its account, the journal, its materials, random choices, and the list of
//! what to undo. The screen is in the module `screen`.

use std::sync::Arc;
use std::time::Duration;

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tikmatrix_domain::{AppId, PackageName, TaskId, Username};

use super::clean_up::CleanUp;
use super::failure::Failure;
use super::journal::{ArtifactKind, Entry, Journal, LogLevel};
use super::marks::{EarlierMark, MarkError, Marks};
use super::materials::Materials;
use super::screen::guard::ScreenGuard;
use crate::android::ScreenReader;
use crate::deadline::Deadline;
use crate::phone::Phone;
use crate::tape::Mode;
use crate::ui::UiTree;

/// For one tool of the phone that answers at once when it answers.
const TOOL_TIMEOUT: Duration = Duration::from_secs(30);

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
    /// The newest mark of earlier attempts that was not withdrawn; see [`Context::earlier_mark`].
    pub mark: Option<EarlierMark>,
    /// The seed of every random choice: the same seed gives the same choices.
    pub seed: u64,
}

/// The surroundings of one run of a script.
pub struct Context {
    task: Option<TaskId>,
    phone: Phone,
    pub(super) mode: Mode,
    app: AppId,
    package: Option<PackageName>,
    username: Option<Username>,
    journal: Arc<dyn Journal>,
    materials: Arc<dyn Materials>,
    pub(super) marks: Arc<dyn Marks>,
    pub(super) earlier_mark: Option<EarlierMark>,
    deadline: Deadline,
    rng: StdRng,
    progress: u8,
    step: Option<String>,
    clean_ups: Vec<CleanUp>,
    pub(super) reader: ScreenReader,
    pub(super) guard: Option<Arc<dyn ScreenGuard>>,
    pub(super) last_seen: Option<UiTree>,
    pub(super) has_keyboard: Option<bool>,
}

impl Context {
    pub(super) fn new(
        phone: Phone,
        mode: Mode,
        assignment: &Assignment,
        journal: Arc<dyn Journal>,
        materials: Arc<dyn Materials>,
        marks: Arc<dyn Marks>,
        deadline: Deadline,
    ) -> Self {
        Self {
            task: assignment.task,
            phone,
            mode,
            app: assignment.app,
            package: assignment.package.clone(),
            username: assignment.username.clone(),
            journal,
            materials,
            marks,
            earlier_mark: assignment.mark.clone(),
            deadline,
            rng: StdRng::seed_from_u64(assignment.seed),
            progress: 0,
            step: None,
            clean_ups: Vec::new(),
            reader: ScreenReader::default(),
            guard: None,
            last_seen: None,
            has_keyboard: None,
        }
    }

    /// Returns the task that this run is an attempt at; `None` for a run without one.
    #[must_use]
    pub fn task(&self) -> Option<TaskId> {
        self.task
    }

    /// Returns the phone.
    #[must_use]
    pub fn phone(&self) -> &Phone {
        &self.phone
    }

    /// Returns the app in which to work.
    #[must_use]
    pub fn app(&self) -> AppId {
        self.app
    }

    /// Returns the app's package on the phone; `None` means the official one that is installed.
    #[must_use]
    pub fn package(&self) -> Option<&PackageName> {
        self.package.as_ref()
    }

    /// Returns the account for which to work; `None` means the one that is signed in.
    #[must_use]
    pub fn username(&self) -> Option<&Username> {
        self.username.as_ref()
    }

    /// Returns the source of materials that no other task gets at the same time.
    #[must_use]
    pub fn materials(&self) -> &Arc<dyn Materials> {
        &self.materials
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

    /// Returns the step that it is at.
    #[must_use]
    pub fn current_step(&self) -> Option<&str> {
        self.step.as_deref()
    }

    /// Begins a step: one short sentence in the imperative, such as `push the video`.
    pub fn step(&mut self, name: &str) {
        self.step = Some(name.to_owned());
        self.mode.step(name);
        self.journal.record(Entry::Step(name.to_owned()));
    }

    /// Reports the progress of the whole run, 0 to 100. It never goes down.
    pub fn progress(&mut self, percent: u8) {
        let percent = percent.min(100);
        if percent > self.progress {
            self.progress = percent;
            self.journal.record(Entry::Progress(percent));
        }
    }

    /// Reports the version of the app in which it works, such as `43.1.4`.
    pub fn app_version(&self, version: &str) {
        self.journal.record(Entry::AppVersion(version.to_owned()));
    }

    /// Adds a line to the task's log.
    pub fn log(&self, level: LogLevel, line: impl Into<String>) {
        self.journal.record(Entry::Log(level, line.into()));
    }

    /// Attaches a file to the task, of a success as of a failure.
    pub fn attach(&self, kind: ArtifactKind, bytes: Vec<u8>) {
        self.journal.record(Entry::Artifact { kind, bytes });
    }

    /// Registers what is undone when the run is over, however it ends: before the thing itself is done. Undone in reverse
    /// order.
    pub fn on_exit(&mut self, clean_up: CleanUp) {
        if !self.clean_ups.contains(&clean_up) {
            self.clean_ups.push(clean_up);
        }
    }

    /// Sets what judges every read of the screen from now on.
    pub fn set_screen_guard(&mut self, guard: Arc<dyn ScreenGuard>) {
        self.guard = Some(guard);
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

    pub(super) fn record(&self, entry: Entry) {
        self.journal.record(entry);
    }

    /// Returns what an earlier attempt at the task saw before it did what cannot be undone, if it is not known that it was
    /// not done. The script has to compare the phone with that before it acts: what was done completes the task, what was
    /// not done is done after [`Context::withdraw_marks`], and otherwise it fails with [`Failure::unconfirmed`] and touches
    /// nothing.
    #[must_use]
    pub fn earlier_mark(&self) -> Option<&EarlierMark> {
        self.earlier_mark.as_ref()
    }

    /// Stores `seen` durably, as JSON, before the script does what cannot be undone: what it needs to find out later whether
    /// that was done. From then on the materials that the run took may be public.
    ///
    /// # Errors
    /// When it cannot be stored; the script must not act then.
    pub async fn mark<Seen: Serialize + Sync>(&self, seen: &Seen) -> Result<(), Failure> {
        let set = async {
            let mark = serde_json::to_value(seen)
                .map_err(|error| MarkError { reason: error.to_string(), transient: false })?;
            self.marks.set(&mark).await
        };
        Ok(self.recorded_input("mark the attempt", set).await?)
    }

    /// Withdraws the mark of this attempt and those of earlier ones: what they announced was certainly not done.
    ///
    /// # Errors
    /// When that cannot be stored; the marks stand then.
    pub async fn withdraw_marks(&self) -> Result<(), Failure> {
        Ok(self.recorded_input("withdraw the marks", self.marks.withdraw()).await?)
    }

    /// Forgets the last screen that was read, after the script has changed it by other means than a tap, such as the end of
    /// the app.
    pub fn forget_screen(&mut self) {
        self.last_seen = None;
    }

    pub(super) fn take_clean_ups(&mut self) -> Vec<CleanUp> {
        let mut clean_ups = std::mem::take(&mut self.clean_ups);
        clean_ups.reverse();
        clean_ups
    }
}
