//! One attempt at one task: runs its script on its phone, stores what the script reports, and describes the result.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tikmatrix_device::phone::Phone;
use tikmatrix_device::script::{
    Assignment, EarlierMark, Execution, Limits, RegisteredScript, RunEnd, RunOutcome, describe_step, execute,
};
use tikmatrix_domain::{
    Finish, LeaseId, Outcome, PackageName, ServerEnd, StandardFailure, Task, TaskId, clean_to, interrupted,
    stopped_by_user,
};
use tikmatrix_storage::{StandingMark, StorageError};
use tokio::task::JoinHandle;
use tokio::time::sleep;

use crate::context::RunnerContext;
use crate::journal::artifacts::ArtifactFolder;
use crate::journal::buffer::JournalBuffer;
use crate::journal::writer::JournalWriter;
use crate::retry::retry_until_done;
use crate::worker::materials::AttemptRecords;
use crate::worker::running_tasks::StopHandle;

/// The longest remark, in characters.
const MAX_REMARK: usize = 2_000;
/// A script that was stopped has 4 s for its clean-up, and a stop is to return within 5 s; a script that takes longer is
/// abandoned.
const STOP_TIMEOUT: Duration = Duration::from_millis(4_250);
/// The engine ends a script at its time limit, collects artifacts and cleans up; an engine that takes longer hangs.
const TIME_LIMIT_GRACE: Duration = Duration::from_secs(120);

pub(crate) struct Attempt {
    context: Arc<RunnerContext>,
    journal: Arc<JournalBuffer>,
    materials: Arc<AttemptRecords>,
    stop_handle: Arc<StopHandle>,
    time_limit: Duration,
    writer: JoinHandle<()>,
}

/// The result of an attempt, and what it means for its task and its phone.
pub(crate) struct Conclusion {
    pub(crate) finish: Finish,
    /// Whether another attempt may succeed, and this one cannot have done the task already.
    pub(crate) is_transient: bool,
    /// Whether the script released its phone.
    pub(crate) released_phone: bool,
}

/// What an attempt needs besides its phone.
struct Prepared {
    script: Arc<RegisteredScript>,
    config: Value,
    package: Option<PackageName>,
    /// The newest mark of earlier attempts that stands.
    mark: Option<EarlierMark>,
}

/// The way in which the script's run ended.
enum Run {
    Ended(RunOutcome),
    /// The engine itself panicked, and the phone was not cleaned up.
    Panicked(String),
    /// It did not stop when it was asked to.
    Abandoned,
    /// It was far beyond its time limit.
    Overdue,
}

impl Attempt {
    /// Prepares the attempt at `task` under `lease` and starts its journal.
    pub(crate) fn new(
        context: Arc<RunnerContext>,
        task: &Task,
        lease: LeaseId,
        stop_handle: Arc<StopHandle>,
    ) -> Self {
        let journal = Arc::new(JournalBuffer::new(Arc::clone(&context.clock)));
        let materials = AttemptRecords {
            context: Arc::clone(&context),
            task: task.id,
            lease: lease.clone(),
            serial: task.serial.clone(),
        };
        let time_limit = task.options.time_limit.unwrap_or(context.task_limit);
        let writer = JournalWriter {
            context: Arc::clone(&context),
            task: task.id,
            lease,
            journal: Arc::clone(&journal),
            folder: ArtifactFolder::new(context.artifacts.clone(), task.id, task.attempt_count),
            cancel: stop_handle.cancel.clone(),
        };
        Self {
            context,
            journal,
            materials: Arc::new(materials),
            stop_handle,
            time_limit,
            writer: tokio::spawn(writer.run()),
        }
    }

    /// Runs the task's script on `phone`. When this returns, everything that the script reported is stored, and the phone
    /// is free unless the conclusion says otherwise.
    pub(crate) async fn run(self, task: Task, phone: Phone) -> Conclusion {
        let (mut is_transient, mut released_phone) = (false, true);
        let end = match self.prepare(&task).await {
            Ok(Prepared { script, config, package, mark }) => {
                let Task { id, username, app, .. } = task;
                let seed = rand::random();
                let assignment = Assignment { task: Some(id), username, app, package, config, mark, seed };
                let run = self.perform(script, assignment, phone).await;
                is_transient =
                    matches!(&run, Run::Ended(RunOutcome::Failed(failure)) if failure.is_transient());
                released_phone = !matches!(run, Run::Abandoned | Run::Overdue);
                self.describe(run)
            }
            Err((code, remark)) => RunEnd::failed(Outcome::Failed, code, remark),
        };
        self.journal.closed.cancel();
        if let Err(error) = self.writer.await {
            log::error!("task {}: the last part of its journal is lost: {error}", task.id);
        }
        let RunEnd { outcome, failure_code, remark } = end;
        // It may quote a phone, an app or a file.
        let remark = clean_to(&remark, MAX_REMARK);
        let finish = Finish { outcome, failure_code, remark, at: self.context.clock.now() };
        Conclusion { finish, is_transient, released_phone }
    }

    async fn prepare(&self, task: &Task) -> Result<Prepared, (StandardFailure, String)> {
        let script = self.context.scripts.get(task.script.as_str());
        let script = script.ok_or_else(|| {
            let remark = format!("this server has no script called {}", task.script);
            (StandardFailure::OptionUnavailable, remark)
        })?;
        let internal = |remark: String| (StandardFailure::Internal, remark);
        let config = serde_json::from_str(task.script_config.text().unwrap_or_default())
            .map_err(|error| internal(format!("the task's script_config is not valid JSON: {error}")))?;
        let package =
            async || self.context.store.settings().package_for(task.username.clone(), task.app).await;
        let package = retry_until_done(&self.context.stop, package).await;
        let package = package
            .map_err(|error| internal(format!("the app's package could not be looked up: {error}")))?;
        let mark = earlier_mark(&self.context, task.id).await;
        let mark = mark
            .map_err(|error| internal(format!("the marks of earlier attempts could not be read: {error}")))?;
        Ok(Prepared { script, config, package, mark })
    }

    /// Runs the script in a tokio task, so that a panic of the engine ends only the attempt.
    async fn perform(&self, script: Arc<RegisteredScript>, assignment: Assignment, phone: Phone) -> Run {
        let mut run = tokio::spawn(execute(Execution {
            script,
            phone,
            assignment,
            journal: Arc::clone(&self.journal) as _,
            materials: Arc::clone(&self.materials) as _,
            marks: Arc::clone(&self.materials) as _,
            accounts: Arc::clone(&self.materials) as _,
            limits: Limits { total: self.time_limit },
            cancel: self.stop_handle.cancel.clone(),
        }));
        let does_not_stop = async {
            self.stop_handle.cancel.cancelled().await;
            sleep(STOP_TIMEOUT).await;
        };
        let abandoned = tokio::select! {
            joined = &mut run => return match joined {
                Ok(ended) => Run::Ended(ended),
                Err(error) => Run::Panicked(error.to_string()),
            },
            () = does_not_stop => Run::Abandoned,
            () = sleep(self.time_limit.saturating_add(TIME_LIMIT_GRACE)) => Run::Overdue,
        };
        run.abort();
        abandoned
    }

    fn describe(&self, run: Run) -> RunEnd {
        let (limit, last_step) = (self.time_limit, self.journal.last_step());
        let describe =
            |ended: RunOutcome| ended.describe(limit, last_step.as_deref()).unwrap_or_else(|| self.stopped());
        match run {
            Run::Ended(ended) => describe(ended),
            Run::Panicked(message) => describe(RunOutcome::Panicked(message)),
            Run::Overdue => {
                let step = describe_step(last_step.as_deref());
                let remark = format!("not done within {limit:?} and abandoned: {step}");
                RunEnd::failed(Outcome::TimedOut, StandardFailure::TimedOut, remark)
            }
            Run::Abandoned => {
                let stopped = self.stopped();
                let device = "its phone was not released in time and is set aside until it answers";
                RunEnd { remark: format!("{}; {device}", stopped.remark), ..stopped }
            }
        }
    }

    fn stopped(&self) -> RunEnd {
        let (last_step, now) = (self.journal.last_step(), self.context.clock.now());
        let finish = if self.stop_handle.is_by_user() {
            stopped_by_user(last_step.as_deref(), now)
        } else {
            interrupted(ServerEnd::Shutdown, last_step.as_deref(), now)
        };
        let Finish { outcome, failure_code, remark, .. } = finish;
        RunEnd { outcome, failure_code, remark }
    }
}

/// Reads the mark that an earlier attempt at the task left.
async fn earlier_mark(context: &RunnerContext, task: TaskId) -> Result<Option<EarlierMark>, StorageError> {
    let standing = async || context.store.marks().standing(task).await;
    let mark = retry_until_done(&context.stop, standing).await?;
    Ok(mark.map(|StandingMark { seen, others_since }| {
        // A mark that is no JSON stands all the same, and no script knows what to make of it.
        let json = |mark: &String| serde_json::from_str(mark).unwrap_or(Value::Null);
        EarlierMark { seen: json(&seen), others_since: others_since.iter().map(json).collect() }
    }))
}
