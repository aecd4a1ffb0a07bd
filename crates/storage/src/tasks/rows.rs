//! The rows of tasks, attempts and their journals, and their conversions to domain types.

use std::time::Duration;

use diesel::prelude::*;
use tikmatrix_domain::{
    Artifact, ArtifactKind, Attempt, Finish, LeaseId, LogLevel, LogLine, Outcome, ScriptConfig, ScriptName,
    Status, Step, Task, TaskId, TaskOptions, TaskState,
};

use crate::columns::{Read, app, failure_code, moment, number, serial, status, unreadable, username};
use crate::database::connection::Engine;
use crate::schema;

/// A task to be inserted.
#[derive(Insertable)]
#[diesel(table_name = schema::task, treat_none_as_default_value = false)]
pub(crate) struct NewTaskRow<'task> {
    pub(crate) id: i64,
    pub(crate) serial: Option<&'task str>,
    pub(crate) username: Option<&'task str>,
    pub(crate) app: String,
    pub(crate) script_name: &'task str,
    pub(crate) script_config: &'task str,
    pub(crate) source: &'static str,
    pub(crate) status: i32,
    pub(crate) start_time: Option<i64>,
    pub(crate) due_at: i64,
    pub(crate) progress: i32,
    pub(crate) attempt_count: i32,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    pub(crate) priority: i32,
    pub(crate) max_retries: i32,
    pub(crate) time_limit: Option<i64>,
    pub(crate) config_id: Option<i64>,
    pub(crate) config_bytes: Option<i64>,
}

#[derive(Queryable, QueryableByName, Selectable)]
#[diesel(table_name = schema::task, check_for_backend(Engine))]
pub(crate) struct TaskRow {
    pub(crate) id: i64,
    serial: Option<String>,
    username: Option<String>,
    app: String,
    app_version: Option<String>,
    script_name: String,
    script_config: String,
    source: String,
    status: i32,
    outcome: Option<String>,
    failure_code: Option<String>,
    remark: Option<String>,
    lease: Option<String>,
    start_time: Option<i64>,
    started_at: Option<i64>,
    finished_at: Option<i64>,
    progress: i32,
    step: Option<String>,
    attempt_count: i32,
    created_at: i64,
    updated_at: i64,
    priority: i32,
    max_retries: i32,
    time_limit: Option<i64>,
    retry_count: i32,
    retry_at: Option<i64>,
    config_bytes: Option<i64>,
}

impl TaskRow {
    /// The task, without its configuration where that is a shared one.
    pub(crate) fn into_task(self) -> Read<Task> {
        let (state, options) = (self.state()?, self.options()?);
        Ok(Task {
            id: TaskId(self.id),
            serial: self.serial.as_deref().map(serial).transpose()?,
            username: self.username.as_deref().map(username).transpose()?,
            app: app(&self.app)?,
            app_version: self.app_version,
            script: ScriptName::new(&self.script_name)
                .map_err(|_| unreadable("task.script_name", &self.script_name))?,
            script_config: match self.config_bytes {
                None => ScriptConfig::Text(self.script_config),
                Some(bytes) => ScriptConfig::Omitted { bytes: bytes.unsigned_abs() },
            },
            source: self.source.parse().map_err(|_| unreadable("task.source", &self.source))?,
            start_time: self.start_time.map(|at| moment("task.start_time", at)).transpose()?,
            options,
            state,
            progress: number("task.progress", self.progress)?,
            step: self.step,
            attempt_count: number("task.attempt_count", self.attempt_count)?,
            retry_count: number("task.retry_count", self.retry_count)?,
            created_at: moment("task.created_at", self.created_at)?,
            updated_at: moment("task.updated_at", self.updated_at)?,
        })
    }

    fn options(&self) -> Read<TaskOptions> {
        let limit = self.time_limit.map(|limit| {
            u64::try_from(limit).map(Duration::from_millis).map_err(|_| unreadable("task.time_limit", &limit))
        });
        Ok(TaskOptions {
            priority: self.priority,
            max_retries: number("task.max_retries", self.max_retries)?,
            time_limit: limit.transpose()?,
        })
    }

    fn state(&self) -> Read<TaskState> {
        let started_at = || {
            let at = self.started_at.ok_or_else(|| unreadable("task.started_at", "none"))?;
            moment("task.started_at", at)
        };
        Ok(match status(self.status)? {
            Status::Pending => match self.retry_at {
                Some(at) => TaskState::Retrying { at: moment("task.retry_at", at)? },
                None => TaskState::Pending,
            },
            Status::Running => {
                let lease = self.lease.clone().ok_or_else(|| unreadable("task.lease", "none"))?;
                TaskState::Running { lease: LeaseId(lease), since: started_at()? }
            }
            Status::Completed | Status::Failed => {
                let texts = [&self.outcome, &self.failure_code, &self.remark];
                let finish = finish(self.finished_at, texts)?;
                let finish = finish.ok_or_else(|| unreadable("task.finished_at", "none"))?;
                let ran = finish.outcome != Outcome::Cancelled;
                TaskState::Finished { started_at: ran.then(started_at).transpose()?, finish }
            }
        })
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = schema::attempt, check_for_backend(Engine))]
pub(crate) struct AttemptRow {
    pub(crate) task_id: i64,
    pub(crate) number: i32,
    pub(crate) lease: String,
    pub(crate) started_at: i64,
    pub(crate) finished_at: Option<i64>,
    pub(crate) outcome: Option<String>,
    pub(crate) failure_code: Option<String>,
    pub(crate) remark: Option<String>,
    pub(crate) record_count: i32,
    pub(crate) mark: Option<String>,
    pub(crate) marked_at: Option<i64>,
    pub(crate) result: Option<String>,
    pub(crate) app_version: Option<String>,
}

impl AttemptRow {
    pub(crate) fn into_attempt(self) -> Read<Attempt> {
        Ok(Attempt {
            number: number("attempt.number", self.number)?,
            started_at: moment("attempt.started_at", self.started_at)?,
            finish: finish(self.finished_at, [&self.outcome, &self.failure_code, &self.remark])?,
            result: self.result,
            app_version: self.app_version,
        })
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = schema::step, check_for_backend(Engine))]
pub(crate) struct StepRow {
    pub(crate) task_id: i64,
    pub(crate) attempt: i32,
    pub(crate) number: i32,
    pub(crate) text: String,
    pub(crate) started_at: i64,
}

impl StepRow {
    pub(crate) fn into_step(self) -> Read<Step> {
        Ok(Step {
            attempt: number("step.attempt", self.attempt)?,
            number: number("step.number", self.number)?,
            text: self.text,
            started_at: moment("step.started_at", self.started_at)?,
        })
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = schema::task_log, check_for_backend(Engine))]
pub(crate) struct LogRow {
    pub(crate) task_id: i64,
    pub(crate) attempt: i32,
    pub(crate) number: i32,
    pub(crate) at: i64,
    pub(crate) level: String,
    pub(crate) text: String,
}

impl LogRow {
    pub(crate) fn into_line(self) -> Read<LogLine> {
        Ok(LogLine {
            attempt: number("task_log.attempt", self.attempt)?,
            number: number("task_log.number", self.number)?,
            at: moment("task_log.at", self.at)?,
            level: self.level.parse::<LogLevel>().map_err(|_| unreadable("task_log.level", &self.level))?,
            text: self.text,
        })
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = schema::artifact, check_for_backend(Engine))]
pub(crate) struct ArtifactRow {
    pub(crate) task_id: i64,
    pub(crate) attempt: i32,
    pub(crate) number: i32,
    pub(crate) at: i64,
    pub(crate) kind: String,
    pub(crate) file: String,
}

impl ArtifactRow {
    pub(crate) fn into_artifact(self) -> Read<Artifact> {
        Ok(Artifact {
            attempt: number("artifact.attempt", self.attempt)?,
            number: number("artifact.number", self.number)?,
            at: moment("artifact.at", self.at)?,
            kind: self.kind.parse::<ArtifactKind>().map_err(|_| unreadable("artifact.kind", &self.kind))?,
            file: self.file,
        })
    }
}

/// The end at `at` with its outcome, its failure code and its remark.
fn finish(at: Option<i64>, [outcome, code, remark]: [&Option<String>; 3]) -> Read<Option<Finish>> {
    let (Some(at), Some(text)) = (at, outcome) else { return Ok(None) };
    let outcome = text.parse::<Outcome>().map_err(|_| unreadable("outcome", text))?;
    Ok(Some(Finish {
        outcome,
        failure_code: code.as_deref().map(failure_code).transpose()?,
        remark: remark.clone().unwrap_or_default(),
        at: moment("finished_at", at)?,
    }))
}
