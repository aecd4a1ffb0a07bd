//! Tasks as the API shows them.

use serde::{Deserialize, Serialize};
use serde_json::json;
use serde_json::value::RawValue;
use tikmatrix_domain::{
    AppKind, Attempt, Finish, Serial, SkippedDevice, Step, Task, TaskDetail, TaskState, Username,
    WaitingReason,
};
use tikmatrix_storage::{Created, Deletion, TaskCounts};
use utoipa::ToSchema;

use crate::http::time::written;
use crate::tasks::evidence::ArtifactView;

/// One task. Moments are RFC 3339 with offset.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Task)]
pub(crate) struct TaskView<'task> {
    /// Its number, positive and never used twice.
    id: i64,
    /// The serial of its phone; `null` while its account is bound to no phone.
    serial: Option<&'task str>,
    /// Its account without `@`; `null` means whichever account is signed in.
    username: Option<&'task str>,
    /// `tiktok` or `instagram`.
    app: &'static str,
    /// The script that it runs.
    script_name: &'task str,
    /// The script's configuration, as it was asked for.
    #[schema(value_type = Object)]
    script_config: Option<&'task RawValue>,
    /// `api` when a program made it, `ui` when a person did in the web console.
    source: &'static str,
    /// 0 pending, 1 running, 2 completed, 3 failed.
    status: u8,
    /// The same as a word.
    status_text: &'static str,
    /// Why a pending task does not run yet: `scheduled`, `device_offline`, `device_busy`, `plan_limit`,
    /// `no_device_for_account`, `retry_backoff`, `paused`.
    waiting_reason: Option<&'static str>,
    /// It does not run before this moment.
    #[schema(format = DateTime)]
    start_time: Option<String>,
    /// When its last attempt began.
    #[schema(format = DateTime)]
    started_at: Option<String>,
    /// When its last attempt ended.
    #[schema(format = DateTime)]
    finished_at: Option<String>,
    /// How far its last attempt came, 0 to 100.
    progress: u8,
    /// What its last attempt last began to do.
    step: Option<&'task str>,
    /// How many times it was sent to be begun again, by itself or by a person.
    retry_count: u32,
    /// How many times it may be begun again by itself.
    max_retries: u32,
    /// -100 to 100; higher runs first.
    priority: i32,
    /// How a finished task ended: `succeeded`, `failed`, `stopped`, `timed_out`, `interrupted`.
    outcome: Option<&'static str>,
    /// One sentence about how it ended.
    remark: Option<&'task str>,
    /// When it was made.
    #[schema(format = DateTime)]
    created_at: String,
    /// When it last changed.
    #[schema(format = DateTime)]
    updated_at: String,
}

impl<'task> TaskView<'task> {
    /// `waiting` is why the task waits, if it does.
    pub(crate) fn new(task: &'task Task, waiting: Option<WaitingReason>) -> Self {
        let status = task.state.status();
        let (started_at, finish) = match &task.state {
            TaskState::Pending | TaskState::Retrying { .. } => (None, None),
            TaskState::Running { since, .. } => (Some(*since), None),
            TaskState::Finished { started_at, finish } => (Some(*started_at), Some(finish)),
        };
        Self {
            id: task.id.0,
            serial: task.serial.as_ref().map(Serial::as_str),
            username: task.username.as_ref().map(Username::as_str),
            app: task.app.as_str(),
            script_name: task.script.as_str(),
            // It was written as JSON, and goes out as it was written.
            script_config: serde_json::from_str(&task.script_config).ok(),
            source: task.source.as_str(),
            status: status.code(),
            status_text: status.as_str(),
            waiting_reason: waiting.map(WaitingReason::as_str),
            start_time: task.start_time.map(written),
            started_at: started_at.map(written),
            finished_at: finish.map(|finish| written(finish.at)),
            progress: task.progress,
            step: task.step.as_deref(),
            retry_count: task.retry_count,
            max_retries: task.options.max_retries,
            priority: task.options.priority,
            outcome: finish.map(|finish| finish.outcome.as_str()),
            remark: finish.and_then(remark),
            created_at: written(task.created_at),
            updated_at: written(task.updated_at),
        }
    }
}

/// One task with what is known of its attempts.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TaskDetail)]
pub(crate) struct TaskDetailView<'task> {
    /// The task itself.
    #[serde(flatten)]
    task: TaskView<'task>,
    /// The times that it was begun, oldest first.
    attempts: Vec<AttemptView<'task>>,
    /// The steps of all attempts, oldest first.
    steps: Vec<StepView<'task>>,
    /// What was kept as evidence, oldest first.
    artifacts: Vec<ArtifactView>,
}

impl<'task> TaskDetailView<'task> {
    /// `waiting` is why the task waits, if it does.
    pub(crate) fn new(detail: &'task TaskDetail, waiting: Option<WaitingReason>) -> Self {
        Self {
            task: TaskView::new(&detail.task, waiting),
            attempts: detail.attempts.iter().map(AttemptView::from).collect(),
            steps: detail.steps.iter().map(StepView::from).collect(),
            artifacts: detail.artifacts.iter().map(ArtifactView::from).collect(),
        }
    }
}

/// One time that a task was begun.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Attempt)]
struct AttemptView<'task> {
    /// From 1.
    number: u32,
    /// When it began.
    #[schema(format = DateTime)]
    started_at: String,
    /// When it ended; `null` while it works.
    #[schema(format = DateTime)]
    finished_at: Option<String>,
    /// How it ended, as in the task.
    outcome: Option<&'static str>,
    /// One sentence about how it ended.
    remark: Option<&'task str>,
}

impl<'task> From<&'task Attempt> for AttemptView<'task> {
    fn from(attempt: &'task Attempt) -> Self {
        let finish = attempt.finish.as_ref();
        Self {
            number: attempt.number,
            started_at: written(attempt.started_at),
            finished_at: finish.map(|finish| written(finish.at)),
            outcome: finish.map(|finish| finish.outcome.as_str()),
            remark: finish.and_then(remark),
        }
    }
}

/// One step of an attempt.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Step)]
struct StepView<'task> {
    /// The number of the attempt.
    attempt: u32,
    /// Rises within the attempt; log lines and artifacts are counted with the steps, so that numbers may be missing.
    number: u32,
    /// What was begun.
    text: &'task str,
    /// When.
    #[schema(format = DateTime)]
    started_at: String,
}

impl<'task> From<&'task Step> for StepView<'task> {
    fn from(step: &'task Step) -> Self {
        Self {
            attempt: step.attempt,
            number: step.number,
            text: &step.text,
            started_at: written(step.started_at),
        }
    }
}

/// A page of tasks, newest first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TaskList)]
pub(crate) struct TaskListView<'task> {
    /// The tasks of the page; empty beyond the last.
    pub(crate) tasks: Vec<TaskView<'task>>,
    /// How many tasks the filters let through, on all pages together.
    pub(crate) total: u64,
    /// The number of the page, from 1; `null` when the list is read on by cursor.
    pub(crate) page: Option<u32>,
    /// How many tasks a page holds at most.
    pub(crate) page_size: u32,
    /// Reads on behind the last of these tasks, whatever is made or deleted meanwhile; `null` when there are no more.
    pub(crate) next_cursor: Option<String>,
}

/// What a request for tasks made.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Created)]
pub(crate) struct CreatedView {
    /// The numbers of the tasks: devices or accounts outermost in the order of the request, then targets.
    task_ids: Vec<i64>,
    /// How many they are.
    created_count: usize,
    /// What the client should know; left out when there is nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<String>,
}

impl CreatedView {
    /// The answer to a request that made `created`, with what else there is to be said.
    pub(crate) fn new(created: &Created, mut warnings: Vec<String>) -> Self {
        warnings.extend(created.skipped.iter().map(passed_over));
        let task_ids: Vec<i64> = created.tasks.iter().map(|task| task.0).collect();
        Self { created_count: task_ids.len(), task_ids, warnings }
    }

    /// The answer as it is kept for a request that may be repeated.
    pub(crate) fn to_text(&self) -> String {
        json!(self).to_string()
    }

    /// The answer that was kept as `text`.
    ///
    /// # Errors
    /// When it is none.
    pub(crate) fn from_text(text: &str) -> serde_json::Result<Self> {
        serde_json::from_str(text)
    }
}

/// How many tasks there are.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Stats)]
pub(crate) struct StatsView {
    /// All of them.
    total: u64,
    /// That wait.
    pending: u64,
    /// That work.
    running: u64,
    /// That did what they were asked to.
    completed: u64,
    /// That did not.
    failed: u64,
}

impl From<TaskCounts> for StatsView {
    fn from(counts: TaskCounts) -> Self {
        Self {
            total: counts.total(),
            pending: counts.pending,
            running: counts.running,
            completed: counts.completed,
            failed: counts.failed,
        }
    }
}

fn passed_over(SkippedDevice { serial, app }: &SkippedDevice) -> String {
    let (app, of_app) = match app.map(AppKind::as_str) {
        Some(app) => (format!("{app} "), format!(" for {app}")),
        None => (String::new(), String::new()),
    };
    let name = serial.as_str();
    format!(
        "serials: {name:?} got no task{of_app}: all of its {app}accounts are disabled; enable one with PATCH \
         /api/v1/account/{{account_id}}, or name it in usernames"
    )
}

fn remark(finish: &Finish) -> Option<&str> {
    (!finish.remark.is_empty()).then_some(&finish.remark)
}

/// Several tasks that were to be deleted.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BatchDeleted)]
pub(crate) struct BatchDeletedView {
    /// How many tasks are gone.
    deleted_count: usize,
    /// The numbers that no task has, in the order of the request.
    not_found: Vec<i64>,
}

impl From<&Deletion> for BatchDeletedView {
    fn from(deletion: &Deletion) -> Self {
        let not_found = deletion.not_found.iter().map(|id| id.0).collect();
        Self { deleted_count: deletion.deleted.len(), not_found }
    }
}

/// Tasks that are begun again.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Retried)]
pub(crate) struct RetriedView {
    /// How many they are.
    pub(crate) retried_count: usize,
}
