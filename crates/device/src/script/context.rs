//! What a running script has at hand: its phone, its account, the journal, its materials, chance, and the list of what to undo.
//! Looking at the screen and waiting for it is the `waiting` module's.

use std::sync::Arc;
use std::time::Duration;

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use tikmatrix_domain::{AppKind, PackageName, Username};

use super::clean_up::CleanUp;
use super::execute::Assignment;
use super::journal::{Entry, Journal, LogLevel};
use super::materials::Materials;
use super::screen::guard::ScreenGuard;
use crate::android::ScreenReader;
use crate::deadline::Deadline;
use crate::phone::Phone;
use crate::tape::Mode;
use crate::ui::UiTree;

const ONE_TOOL: Duration = Duration::from_secs(30);

/// The surroundings of one run of a script.
pub struct Context {
    phone: Phone,
    pub(super) mode: Mode,
    app: AppKind,
    package: Option<PackageName>,
    username: Option<Username>,
    journal: Arc<dyn Journal>,
    materials: Arc<dyn Materials>,
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
        deadline: Deadline,
    ) -> Self {
        Self {
            phone,
            mode,
            app: assignment.app,
            package: assignment.package.clone(),
            username: assignment.username.clone(),
            journal,
            materials,
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

    /// The phone.
    #[must_use]
    pub fn phone(&self) -> &Phone {
        &self.phone
    }

    /// The app in which to work.
    #[must_use]
    pub fn app(&self) -> AppKind {
        self.app
    }

    /// The app's package on the phone; none means whichever official one is there.
    #[must_use]
    pub fn package(&self) -> Option<&PackageName> {
        self.package.as_ref()
    }

    /// The account for which to work; none means whichever is signed in.
    #[must_use]
    pub fn username(&self) -> Option<&Username> {
        self.username.as_ref()
    }

    /// Where materials come from that no other task gets at the same time.
    #[must_use]
    pub fn materials(&self) -> &Arc<dyn Materials> {
        &self.materials
    }

    /// When the whole run has to be over.
    #[must_use]
    pub fn deadline(&self) -> Deadline {
        self.deadline
    }

    /// The deadline of one tool of the phone that answers at once when it answers: 30 s, or the end of the run.
    #[must_use]
    pub fn soon(&self) -> Deadline {
        self.deadline.at_most(ONE_TOOL)
    }

    /// Chance. The same seed gives the same choices.
    pub fn rng(&mut self) -> &mut StdRng {
        &mut self.rng
    }

    /// What it last began to do.
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

    /// Tells how far the whole run has come, 0 to 100. It never goes down.
    pub fn progress(&mut self, percent: u8) {
        let percent = percent.min(100);
        if percent > self.progress {
            self.progress = percent;
            self.journal.record(Entry::Progress(percent));
        }
    }

    /// Adds a line to the task's log.
    pub fn log(&self, level: LogLevel, line: impl Into<String>) {
        self.journal.record(Entry::Log(level, line.into()));
    }

    /// Has something undone when the run is over, however it ends. Told before the thing itself is done; undone in the
    /// reverse order.
    pub fn on_exit(&mut self, clean_up: CleanUp) {
        if !self.clean_ups.contains(&clean_up) {
            self.clean_ups.push(clean_up);
        }
    }

    /// Has every look at the screen from now on judged by an app's knowledge.
    pub fn set_screen_guard(&mut self, guard: Arc<dyn ScreenGuard>) {
        self.guard = Some(guard);
    }

    pub(super) fn record(&self, entry: Entry) {
        self.journal.record(entry);
    }

    pub(super) fn take_clean_ups(&mut self) -> Vec<CleanUp> {
        let mut clean_ups = std::mem::take(&mut self.clean_ups);
        clean_ups.reverse();
        clean_ups
    }
}
