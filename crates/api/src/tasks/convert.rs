//! Tasks and the history of their attempts as the API shows them.

use serde_json::value::RawValue;
use tikmatrix_api_types::tasks::{
    Artifact, Attempt, Created, CreatedTask, LogLine, Stats, Step, Task, TaskDetail, TaskLog,
};
use tikmatrix_domain::{
    self as domain, AppId, FanOut, Finish, NewTask, ScriptConfig, SkippedDevice, TaskState, WaitingReason,
};
use tikmatrix_storage::{self as storage, TaskCounts};

use crate::http::time::moment;

/// A task; `waiting` is why it waits, if it does.
pub(crate) fn task(task: domain::Task, waiting: Option<WaitingReason>) -> Task {
    let status = task.state.status();
    let (started_at, finish) = match task.state {
        TaskState::Pending | TaskState::Retrying { .. } => (None, None),
        TaskState::Running { since, .. } => (Some(since), None),
        TaskState::Finished { started_at, finish } => (started_at, Some(finish)),
    };
    Task {
        id: task.id.0,
        serial: task.serial.map(|serial| serial.to_string()),
        username: task.username.map(|username| username.to_string()),
        app: task.app.as_str().into(),
        app_version: task.app_version,
        script_name: task.script.to_string(),
        script_config_bytes: task.script_config.bytes(),
        script_config: config(task.script_config),
        source: task.source.into(),
        status: status.code(),
        status_text: status.into(),
        waiting_reason: waiting.map(Into::into),
        start_time: task.start_time.map(moment),
        started_at: started_at.map(moment),
        finished_at: finish.as_ref().map(|finish| moment(finish.at)),
        progress: task.progress,
        step: task.step,
        retry_count: task.retry_count,
        max_retries: task.options.max_retries,
        priority: task.options.priority,
        outcome: finish.as_ref().map(|finish| finish.outcome.into()),
        failure_code: finish.as_ref().and_then(|finish| finish.failure_code).map(Into::into),
        remark: finish.and_then(remark),
        created_at: moment(task.created_at),
        updated_at: moment(task.updated_at),
    }
}

/// A configuration was stored as JSON, and goes out as it was stored.
fn config(config: ScriptConfig) -> Option<Box<RawValue>> {
    match config {
        ScriptConfig::Text(text) => RawValue::from_string(text).ok(),
        ScriptConfig::Omitted { .. } => None,
    }
}

/// A task with the history of its attempts.
pub(crate) fn detail(mut detail: domain::TaskDetail, waiting: Option<WaitingReason>) -> TaskDetail {
    let last_result = detail.attempts.last_mut().and_then(|last| last.result.take());
    TaskDetail {
        task: task(detail.task, waiting),
        // It was stored as JSON.
        result: last_result.and_then(|json| serde_json::from_str(&json).ok()),
        attempts: detail.attempts.into_iter().map(attempt).collect(),
        steps: detail.steps.into_iter().map(step).collect(),
        artifacts: detail.artifacts.iter().map(artifact).collect(),
    }
}

fn attempt(attempt: domain::Attempt) -> Attempt {
    let finish = attempt.finish;
    Attempt {
        number: attempt.number,
        started_at: moment(attempt.started_at),
        finished_at: finish.as_ref().map(|finish| moment(finish.at)),
        outcome: finish.as_ref().map(|finish| finish.outcome.into()),
        failure_code: finish.as_ref().and_then(|finish| finish.failure_code).map(Into::into),
        remark: finish.and_then(remark),
        app_version: attempt.app_version,
    }
}

fn step(step: domain::Step) -> Step {
    Step { attempt: step.attempt, number: step.number, text: step.text, started_at: moment(step.started_at) }
}

fn artifact(artifact: &domain::Artifact) -> Artifact {
    Artifact {
        attempt: artifact.attempt,
        number: artifact.number,
        kind: artifact.kind.into(),
        taken_at: moment(artifact.at),
        name: artifact_name(artifact),
        file: artifact.file.clone(),
    }
}

/// The name of a file among all files of its task: `2-screenshot.png` is the second attempt's.
pub(crate) fn artifact_name(artifact: &domain::Artifact) -> String {
    let file = artifact.file.rsplit('/').next().unwrap_or_default();
    format!("{}-{file}", artifact.attempt)
}

fn remark(finish: Finish) -> Option<String> {
    (!finish.remark.is_empty()).then_some(finish.remark)
}

/// The log of a task.
pub(crate) fn log(lines: Vec<domain::LogLine>) -> TaskLog {
    let line = |line: domain::LogLine| LogLine {
        attempt: line.attempt,
        number: line.number,
        at: moment(line.at),
        level: line.level.into(),
        text: line.text,
    };
    TaskLog { lines: lines.into_iter().map(line).collect() }
}

/// The number of tasks by status.
pub(crate) fn stats(counts: TaskCounts) -> Stats {
    Stats {
        total: counts.total(),
        pending: counts.pending,
        running: counts.running,
        completed: counts.completed,
        failed: counts.failed,
    }
}

/// The tasks that a request created, with the warnings about it; `with_tasks` lists them.
pub(crate) fn created(created: &storage::Created, warnings: Vec<String>, with_tasks: bool) -> Created {
    let task_ids: Vec<i64> = created.tasks.iter().map(|task| task.0).collect();
    let ids = task_ids.iter().copied().map(Some);
    Created {
        created_count: task_ids.len(),
        tasks: with_tasks.then(|| created.fan_out.tasks.iter().zip(ids).map(created_task).collect()),
        task_ids,
        warnings: with_warnings(&created.fan_out, warnings),
    }
}

/// The tasks that a request would create, with the warnings about it.
pub(crate) fn previewed(fan_out: &FanOut, warnings: Vec<String>) -> Created {
    Created {
        task_ids: Vec::new(),
        created_count: fan_out.tasks.len(),
        tasks: Some(fan_out.tasks.iter().map(|task| created_task((task, None))).collect()),
        warnings: with_warnings(fan_out, warnings),
    }
}

fn created_task((task, id): (&NewTask, Option<i64>)) -> CreatedTask {
    CreatedTask {
        id,
        serial: task.serial.as_ref().map(ToString::to_string),
        username: task.username.as_ref().map(ToString::to_string),
        start_time: task.start_time.map(moment),
    }
}

fn with_warnings(fan_out: &FanOut, mut warnings: Vec<String>) -> Vec<String> {
    let empty = fan_out.empty_groups.iter();
    warnings.extend(empty.map(|name| format!("groups: no phone belongs to the group {name:?}")));
    warnings.extend(fan_out.skipped.iter().map(skipped));
    warnings
}

fn skipped(SkippedDevice { serial, app }: &SkippedDevice) -> String {
    let (app, of_app) = match app.as_ref().map(AppId::as_str) {
        Some(app) => (format!("{app} "), format!(" for {app}")),
        None => (String::new(), String::new()),
    };
    let name = serial.as_str();
    format!(
        "serials: {name:?} got no task{of_app}: all of its {app}accounts are disabled; enable one with PATCH \
         /api/v1/account/{{account_id}}, or name it in usernames"
    )
}
