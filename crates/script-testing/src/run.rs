//! One run of a script under test: what is run, how a test acts on it meanwhile, and its result.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tikmatrix_device::phone::Phone;
use tikmatrix_device::script::{
    AccountRecords, ArtifactKind, Assignment, EarlierMark, Entry, Execution, Journal, Limits, Materials,
    NoAccountRecords, NoMaterials, RegisteredScript, Replayed, RunOutcome, Script, execute, replay,
};
use tikmatrix_device::tape::Tape;
use tikmatrix_domain::{AppId, Username};
use tokio_util::sync::CancellationToken;

use crate::journal::RecordingJournal;
use crate::marks::MarksInMemory;

/// The app that a virtual phone has.
pub(crate) const APP: &str = "tiktok";
/// Longer than any run on a virtual phone.
const RUN_TIMEOUT: Duration = Duration::from_secs(120);
/// The seed of a run's random choices.
const SEED: u64 = 7;

/// A script with the configuration, the account and the materials of one run.
pub struct Run {
    script: Arc<RegisteredScript>,
    replayed_by: Arc<RegisteredScript>,
    config: Value,
    username: Option<Username>,
    materials: Arc<dyn Materials>,
    marks: Arc<MarksInMemory>,
    accounts: Arc<dyn AccountRecords>,
}

impl Run {
    /// Describes a run for the account that is signed in, without materials.
    #[must_use]
    pub fn new(script: impl Script, config: Value) -> Self {
        let script = Arc::new(RegisteredScript::new(script));
        let replayed_by = Arc::clone(&script);
        Self {
            script,
            replayed_by,
            config,
            username: None,
            materials: Arc::new(NoMaterials),
            marks: Arc::default(),
            accounts: Arc::new(NoAccountRecords),
        }
    }

    /// Runs for this account.
    ///
    /// # Panics
    /// When it is not the name of an account.
    #[must_use]
    pub fn account(mut self, name: &str) -> Self {
        self.username = Some(Username::new(name).unwrap());
        self
    }

    /// Lets the script take its materials from here.
    #[must_use]
    pub fn materials(mut self, materials: Arc<dyn Materials>) -> Self {
        self.materials = materials;
        self
    }

    /// Lets the script record accounts here.
    #[must_use]
    pub fn records_accounts(mut self, accounts: Arc<dyn AccountRecords>) -> Self {
        self.accounts = accounts;
        self
    }

    /// Runs as a further attempt at the task of `earlier`, whose mark may stand.
    #[must_use]
    pub fn after(mut self, earlier: &FinishedRun) -> Self {
        self.marks = Arc::clone(&earlier.marks);
        self
    }

    /// Runs as a further attempt at a task with this mark.
    #[must_use]
    pub fn marked(mut self, mark: Value) -> Self {
        self.marks = Arc::new(MarksInMemory::with(mark));
        self
    }

    /// Cannot store marks.
    #[must_use]
    pub fn without_marks(self) -> Self {
        self.marks.fail();
        self
    }

    /// Replays the tape with this script, such as one that cannot reach the files of the run.
    #[must_use]
    pub fn replayed_by(mut self, script: impl Script) -> Self {
        self.replayed_by = Arc::new(RegisteredScript::new(script));
        self
    }

    /// Runs the script on `phone`, with `beside` at the same time, and replays its tape if it left one.
    pub(crate) async fn execute<F>(self, phone: Phone, beside: impl FnOnce(Running) -> F) -> FinishedRun
    where
        F: Future<Output = ()>,
    {
        let journal = Arc::<RecordingJournal>::default();
        let running = Running { journal: Arc::clone(&journal), cancel: CancellationToken::new() };
        let app = AppId::new(APP).unwrap();
        let mut work = pin!(execute(Execution {
            script: self.script,
            phone,
            assignment: Assignment {
                task: None,
                username: self.username,
                app,
                package: None,
                config: self.config,
                mark: self.marks.standing().map(|seen| EarlierMark { seen, others_since: Vec::new() }),
                seed: SEED,
            },
            journal: Arc::clone(&journal) as _,
            materials: self.materials,
            marks: Arc::clone(&self.marks) as _,
            accounts: self.accounts,
            limits: Limits { total: RUN_TIMEOUT },
            cancel: running.cancel.clone(),
        }));
        let outcome = tokio::select! {
            outcome = &mut work => outcome,
            () = beside(running) => work.await,
        };
        assert_replays(&journal, &self.replayed_by).await;
        FinishedRun { outcome, entries: journal.entries(), marks: self.marks }
    }
}

/// Replays the tape of a run, without its phone: it has to take the same steps.
async fn assert_replays(recorded: &RecordingJournal, script: &RegisteredScript) {
    for entry in recorded.entries() {
        let Entry::Artifact { kind: ArtifactKind::Tape, bytes } = entry else { continue };
        let replayed = Arc::<RecordingJournal>::default();
        let journal = Arc::clone(&replayed) as Arc<dyn Journal>;
        let result = replay(script, &Tape::read(&bytes).unwrap(), journal).await;
        assert_eq!(result, Ok(Replayed::AsRecorded));
        assert_eq!(replayed.steps(), recorded.steps());
    }
}

/// A run that is going on.
pub struct Running {
    journal: Arc<RecordingJournal>,
    cancel: CancellationToken,
}

impl Running {
    /// Waits until the step of this name begins.
    pub async fn step(&self, name: &str) {
        self.journal.wait_for(|entry| matches!(entry, Entry::Step(step) if step == name)).await;
    }

    /// Waits until the run is this far, in percent.
    pub async fn progress(&self, least: u8) {
        self.journal.wait_for(|entry| matches!(entry, Entry::Progress(percent) if *percent >= least)).await;
    }

    /// Stops the run at its next await.
    pub fn stop(&self) {
        self.cancel.cancel();
    }
}

/// A run that has ended, with all that it reported.
#[derive(Debug)]
pub struct FinishedRun {
    /// Its result.
    pub outcome: RunOutcome,
    /// What it recorded in its journal.
    pub entries: Vec<Entry>,
    marks: Arc<MarksInMemory>,
}

impl FinishedRun {
    /// Returns the remark that the task gets.
    #[must_use]
    pub fn remark(&self) -> String {
        match &self.outcome {
            RunOutcome::Completed(completion) => completion.remark.clone(),
            RunOutcome::Failed(failure) => failure.to_string(),
            other => format!("{other:?}"),
        }
    }

    /// Returns what it recorded except for artifacts, whose bytes say nothing to a reader.
    #[must_use]
    pub fn reports(&self) -> Vec<&Entry> {
        self.entries.iter().filter(|entry| !matches!(entry, Entry::Artifact { .. })).collect()
    }

    /// Returns the mark that stands after it.
    #[must_use]
    pub fn mark(&self) -> Option<Value> {
        self.marks.standing()
    }

    /// Asserts that it completed.
    ///
    /// # Panics
    /// When it did not.
    #[track_caller]
    pub fn assert_completed(&self) {
        let is_completed = matches!(self.outcome, RunOutcome::Completed(_));
        assert!(is_completed, "{}\n{:#?}", self.remark(), self.reports());
    }

    /// Asserts that it completed with this remark.
    ///
    /// # Panics
    /// When it did not.
    #[track_caller]
    pub fn assert_completed_with(&self, remark: &str) {
        self.assert_completed();
        assert_eq!(self.remark(), remark);
    }

    /// Returns what the script returned for programs.
    #[must_use]
    pub fn result(&self) -> Option<&Value> {
        match &self.outcome {
            RunOutcome::Completed(completion) => completion.result.as_ref(),
            _ => None,
        }
    }

    /// Asserts that it was stopped.
    ///
    /// # Panics
    /// When it ended in another way.
    #[track_caller]
    pub fn assert_stopped(&self) {
        assert!(matches!(self.outcome, RunOutcome::Stopped), "{}\n{:#?}", self.remark(), self.reports());
    }

    /// Asserts that it failed with this code, and that another attempt would fail too.
    ///
    /// # Panics
    /// When it did not fail so, or another attempt may succeed.
    #[track_caller]
    pub fn assert_failed_permanently(&self, code: &str) {
        self.assert_failed(code, false);
    }

    /// Asserts that it failed with this code, and that another attempt may succeed.
    ///
    /// # Panics
    /// When it did not fail so, or another attempt would fail too.
    #[track_caller]
    pub fn assert_failed_transiently(&self, code: &str) {
        self.assert_failed(code, true);
    }

    #[track_caller]
    fn assert_failed(&self, code: &str, is_transient: bool) {
        let found = match &self.outcome {
            RunOutcome::Failed(failure) => Some((failure.code().to_string(), failure.is_transient())),
            _ => None,
        };
        assert_eq!(found, Some((code.to_owned(), is_transient)), "{}\n{:#?}", self.remark(), self.reports());
    }
}
