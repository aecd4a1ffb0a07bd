//! One attempt at one task: its script run on its phone, what it says kept, and its end put into words.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tikmatrix_device::phone::Phone;
use tikmatrix_device::script::{
    Assignment, Journal, Limits, Materials, RunOutcome, Script, describe_step, execute,
};
use tikmatrix_domain::{
    Finish, LeaseId, Outcome, PackageName, Task, interrupted_by_shutdown, stopped_by_hand,
};
use tokio::task::JoinHandle;
use tokio::time::sleep;

use crate::context::Shared;
use crate::journal::artifacts::ArtifactFolder;
use crate::journal::buffer::TaskJournal;
use crate::journal::writer::Keeper;
use crate::worker::materials::AttemptMaterials;
use crate::worker::running_tasks::Stopper;

/// A script that was stopped has 4 s for its clean-up; this is for one that does not let go. A person who stopped it
/// is answered within 5 s.
const LETS_GO_WITHIN: Duration = Duration::from_millis(4_250);
/// The engine ends a script in its time and then collects evidence and cleans up; this is for an engine that hangs.
const BEYOND_ITS_TIME: Duration = Duration::from_secs(120);

pub(crate) struct Attempt {
    shared: Arc<Shared>,
    journal: Arc<TaskJournal>,
    materials: Arc<AttemptMaterials>,
    stopper: Arc<Stopper>,
    time_limit: Duration,
    keeper: JoinHandle<()>,
}

/// How an attempt ended, and what that means for its task and its phone.
pub(crate) struct Conclusion {
    pub(crate) finish: Finish,
    /// Whether the same may succeed later, and nothing may have been done already.
    pub(crate) is_transient: bool,
    /// Whether the script let go of its phone, as far as anyone can tell.
    pub(crate) let_go: bool,
}

/// How the script's run came back.
enum Run {
    Ended(RunOutcome),
    /// The engine itself broke off, and the phone was not cleaned up.
    BrokeOff(String),
    /// It did not stop when it was told to.
    Abandoned,
    /// It was far beyond its time.
    Overdue,
}

impl Attempt {
    /// Prepares the attempt of `task` under `lease`. What is said in it is kept from now on.
    pub(crate) fn new(shared: Arc<Shared>, task: &Task, lease: LeaseId, stopper: Arc<Stopper>) -> Self {
        let journal = Arc::new(TaskJournal::new(Arc::clone(&shared.clock)));
        let materials = AttemptMaterials { shared: Arc::clone(&shared), task: task.id, lease: lease.clone() };
        let time_limit = task.options.time_limit.unwrap_or(shared.task_limit);
        let keeper = Keeper {
            shared: Arc::clone(&shared),
            task: task.id,
            lease,
            journal: Arc::clone(&journal),
            folder: ArtifactFolder::new(shared.artifacts.clone(), task.id, task.attempt_count),
            cancel: stopper.cancel.clone(),
        };
        Self {
            shared,
            journal,
            materials: Arc::new(materials),
            stopper,
            time_limit,
            keeper: tokio::spawn(keeper.run()),
        }
    }

    /// Runs the task's script on `phone`. When this returns, everything that it said is kept and the phone is free,
    /// unless the conclusion says that it did not let go.
    pub(crate) async fn run(self, task: Task, phone: Phone) -> Conclusion {
        let (mut is_transient, mut let_go) = (false, true);
        let (outcome, remark) = match self.prepare(&task).await {
            Ok((script, config, package)) => {
                let Task { username, app, .. } = task;
                let assignment = Assignment { username, app, package, config, seed: rand::random() };
                let run = self.perform(script, assignment, phone).await;
                is_transient =
                    matches!(&run, Run::Ended(RunOutcome::Failed(failure)) if failure.is_transient());
                let_go = !matches!(run, Run::Abandoned | Run::Overdue);
                self.put_into_words(run)
            }
            Err(remark) => (Outcome::Failed, remark),
        };
        self.journal.closed.cancel();
        if let Err(error) = self.keeper.await {
            log::error!("task {}: what its script said last is lost: {error}", task.id);
        }
        let finish = Finish { outcome, remark, at: self.shared.clock.now() };
        Conclusion { finish, is_transient, let_go }
    }

    async fn prepare(&self, task: &Task) -> Result<(Arc<dyn Script>, Value, Option<PackageName>), String> {
        let script = self.shared.scripts.get(task.script.as_str());
        let script = script.ok_or_else(|| format!("this server has no script called {}", task.script))?;
        let config = serde_json::from_str(&task.script_config)
            .map_err(|error| format!("the task's script_config is not valid JSON: {error}"))?;
        let package = self.shared.store.package_for(task.username.clone(), task.app).await;
        let package =
            package.map_err(|error| format!("the app's package could not be looked up: {error}"))?;
        Ok((script, config, package))
    }

    /// In a task of its own, so that a panic of the engine ends the attempt alone.
    async fn perform(&self, script: Arc<dyn Script>, assignment: Assignment, phone: Phone) -> Run {
        let journal: Arc<dyn Journal> = Arc::clone(&self.journal) as _;
        let materials: Arc<dyn Materials> = Arc::clone(&self.materials) as _;
        let limits = Limits { total: self.time_limit };
        let cancel = self.stopper.cancel.clone();
        let mut run = tokio::spawn(async move {
            execute(script.as_ref(), phone, assignment, journal, materials, limits, cancel).await
        });
        let refuses_to_stop = async {
            self.stopper.cancel.cancelled().await;
            sleep(LETS_GO_WITHIN).await;
        };
        let given_up = tokio::select! {
            joined = &mut run => return match joined {
                Ok(ended) => Run::Ended(ended),
                Err(error) => Run::BrokeOff(error.to_string()),
            },
            () = refuses_to_stop => Run::Abandoned,
            () = sleep(self.time_limit.saturating_add(BEYOND_ITS_TIME)) => Run::Overdue,
        };
        run.abort();
        given_up
    }

    fn put_into_words(&self, run: Run) -> (Outcome, String) {
        let (limit, last_step) = (self.time_limit, self.journal.last_step());
        let told =
            |ended: RunOutcome| ended.describe(limit, last_step.as_deref()).unwrap_or_else(|| self.stopped());
        match run {
            Run::Ended(ended) => told(ended),
            Run::BrokeOff(message) => told(RunOutcome::Panicked(message)),
            Run::Overdue => {
                let step = describe_step(last_step.as_deref());
                (Outcome::TimedOut, format!("not done within {limit:?} and given up: {step}"))
            }
            Run::Abandoned => {
                let (outcome, remark) = self.stopped();
                let apart = "its phone was not let go in time and is set aside until it answers";
                (outcome, format!("{remark}; {apart}"))
            }
        }
    }

    fn stopped(&self) -> (Outcome, String) {
        let (last_step, now) = (self.journal.last_step(), self.shared.clock.now());
        let end = if self.stopper.is_by_a_person() { stopped_by_hand } else { interrupted_by_shutdown };
        let finish = end(last_step.as_deref(), now);
        (finish.outcome, finish.remark)
    }
}
