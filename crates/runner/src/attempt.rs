//! One attempt at one task: its script run on its phone, what it says kept, and its end put into words.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tikmatrix_device::phone::Phone;
use tikmatrix_device::script::{Assignment, Ended, Journal, Limits, Script, execute};
use tikmatrix_domain::{Finish, LeaseId, Outcome, Task, interrupted_by_shutdown};
use tokio::task::JoinHandle;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::artifacts::ArtifactFolder;
use crate::journal::TaskJournal;
use crate::keeper::Keeper;
use crate::shared::Shared;

/// A script that was stopped lets go of its phone within 5 s, its clean-up included; this is for one that does not.
const LETS_GO_WITHIN: Duration = Duration::from_secs(10);
/// The engine ends a script in its time and then collects evidence and cleans up; this is for an engine that hangs.
const BEYOND_ITS_TIME: Duration = Duration::from_secs(120);

pub(crate) struct Attempt {
    shared: Arc<Shared>,
    journal: Arc<TaskJournal>,
    cancel: CancellationToken,
    keeper: JoinHandle<()>,
}

/// How the script's run came back.
enum Run {
    Ended(Ended),
    /// The engine itself broke off, and the phone was not cleaned up.
    BrokeOff(String),
    /// It did not stop when it was told to.
    Abandoned,
    /// It was far beyond its time.
    Overdue,
}

impl Attempt {
    /// Prepares the attempt of `task` under `lease`. What is said in it is kept from now on.
    pub(crate) fn new(shared: Arc<Shared>, task: &Task, lease: LeaseId) -> Self {
        let journal = Arc::new(TaskJournal::new(Arc::clone(&shared.clock)));
        let cancel = shared.stop.child_token();
        let keeper = Keeper {
            shared: Arc::clone(&shared),
            task: task.id,
            lease,
            journal: Arc::clone(&journal),
            folder: ArtifactFolder::new(shared.artifacts.clone(), task.id, task.attempt_count),
            cancel: cancel.clone(),
        };
        Self { shared, journal, cancel, keeper: tokio::spawn(keeper.run()) }
    }

    /// Runs the task's script on `phone`. When this returns, everything that it said is kept and the phone is free.
    pub(crate) async fn run(self, task: Task, phone: Phone) -> Finish {
        let (outcome, remark) = match self.prepare(&task) {
            Ok((script, config)) => {
                let assignment =
                    Assignment { username: task.username, app: task.app, config, seed: rand::random() };
                self.put_into_words(self.perform(script, assignment, phone).await)
            }
            Err(remark) => (Outcome::Failed, remark),
        };
        self.journal.closed.cancel();
        if let Err(error) = self.keeper.await {
            log::error!("task {}: what its script said last is lost: {error}", task.id);
        }
        Finish { outcome, remark, at: self.shared.clock.now() }
    }

    fn prepare(&self, task: &Task) -> Result<(Arc<dyn Script>, Value), String> {
        let script = self.shared.scripts.get(task.script.as_str());
        let script = script.ok_or_else(|| format!("this server has no script called {}", task.script))?;
        let config = serde_json::from_str(&task.script_config)
            .map_err(|error| format!("the task's script_config is not valid JSON: {error}"))?;
        Ok((script, config))
    }

    /// In a task of its own, so that a panic of the engine ends the attempt alone.
    async fn perform(&self, script: Arc<dyn Script>, assignment: Assignment, phone: Phone) -> Run {
        let journal: Arc<dyn Journal> = Arc::clone(&self.journal) as _;
        let limits = Limits { total: self.shared.task_limit };
        let cancel = self.cancel.clone();
        let mut run = tokio::spawn(async move {
            execute(script.as_ref(), phone, assignment, journal, limits, cancel).await
        });
        let refuses_to_stop = async {
            self.cancel.cancelled().await;
            sleep(LETS_GO_WITHIN).await;
        };
        let given_up = tokio::select! {
            joined = &mut run => return match joined {
                Ok(ended) => Run::Ended(ended),
                Err(error) => Run::BrokeOff(error.to_string()),
            },
            () = refuses_to_stop => Run::Abandoned,
            () = sleep(self.shared.task_limit.saturating_add(BEYOND_ITS_TIME)) => Run::Overdue,
        };
        run.abort();
        given_up
    }

    fn put_into_words(&self, run: Run) -> (Outcome, String) {
        let at_step = |step: Option<String>| match step {
            Some(step) => format!("it was at \"{step}\""),
            None => "it had not begun its first step".to_owned(),
        };
        let limit = self.shared.task_limit;
        match run {
            Run::Ended(Ended::Completed(completion)) => (Outcome::Succeeded, completion.remark),
            Run::Ended(Ended::Failed(failure)) => (Outcome::Failed, failure.to_string()),
            Run::Ended(Ended::TimedOut { last_step }) => {
                (Outcome::TimedOut, format!("not done within {limit:?}: {}", at_step(last_step)))
            }
            Run::Overdue => {
                let step = at_step(self.journal.last_step());
                (Outcome::TimedOut, format!("not done within {limit:?} and given up: {step}"))
            }
            Run::Ended(Ended::Panicked(message)) | Run::BrokeOff(message) => {
                let step = at_step(self.journal.last_step());
                (Outcome::Failed, format!("the script broke off with an internal error ({message}): {step}"))
            }
            Run::Ended(Ended::Cancelled) | Run::Abandoned => {
                let finish =
                    interrupted_by_shutdown(self.journal.last_step().as_deref(), self.shared.clock.now());
                (finish.outcome, finish.remark)
            }
        }
    }
}
