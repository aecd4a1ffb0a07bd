//! The history of one task: its attempts, steps, evidence and log.

use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::task::Task;
use crate::fields::{ArtifactKindText, FailureCode, LogLevelText, Moment, OutcomeText};

/// One task with the history of its attempts.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TaskDetail {
    /// The task itself.
    #[serde(flatten)]
    pub task: Task,
    /// What the script of the last attempt returned for programs; `null` when it returned nothing.
    #[schema(value_type = Option<Object>)]
    pub result: Option<Value>,
    /// Its attempts, oldest first.
    pub attempts: Vec<Attempt>,
    /// The steps of all attempts, oldest first.
    pub steps: Vec<Step>,
    /// The files that were kept as evidence of failures, or that scripts attached, oldest first.
    pub artifacts: Vec<Artifact>,
}

impl<'de> Deserialize<'de> for TaskDetail {
    // The derived form buffers flattened fields in a way from which no `RawValue` can be read.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        fn part<T: DeserializeOwned, E: Error>(fields: &mut Map<String, Value>, name: &str) -> Result<T, E> {
            serde_json::from_value(fields.remove(name).unwrap_or_default()).map_err(E::custom)
        }
        let mut fields = Map::deserialize(deserializer)?;
        let result = part(&mut fields, "result")?;
        let attempts = part(&mut fields, "attempts")?;
        let steps = part(&mut fields, "steps")?;
        let artifacts = part(&mut fields, "artifacts")?;
        let task = serde_json::from_value(Value::Object(fields)).map_err(D::Error::custom)?;
        Ok(Self { task, result, attempts, steps, artifacts })
    }
}

/// One attempt to run a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Attempt {
    /// From 1.
    pub number: u32,
    /// When it started.
    #[schema(value_type = String, format = DateTime)]
    pub started_at: Moment,
    /// When it ended; `null` while it runs.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub finished_at: Option<Moment>,
    /// How it ended, as in the task.
    pub outcome: Option<OutcomeText>,
    /// Why it failed, as in the task.
    pub failure_code: Option<FailureCode>,
    /// One sentence about how it ended.
    pub remark: Option<String>,
    /// The version of the app on the phone; `null` when it did not come to the app.
    pub app_version: Option<String>,
}

/// One step of an attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Step {
    /// The number of the attempt.
    pub attempt: u32,
    /// Rises within the attempt; log lines and artifacts are counted with the steps, so that numbers may be missing.
    pub number: u32,
    /// The name of the step.
    pub text: String,
    /// When it started.
    #[schema(value_type = String, format = DateTime)]
    pub started_at: Moment,
}

/// One file that was kept as evidence of a failure, or that a script attached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Artifact {
    /// The number of the attempt.
    pub attempt: u32,
    /// Rises within the attempt, counted with the steps.
    pub number: u32,
    /// `screenshot` (PNG), `ui_tree` (XML) or `tape` (JSON Lines in gzip).
    pub kind: ArtifactKindText,
    /// When it was taken.
    #[schema(value_type = String, format = DateTime)]
    pub taken_at: Moment,
    /// Its name at `/api/v1/task/{task_id}/artifact/{name}`.
    pub name: String,
    /// Its path below the folder `artifacts` of the server's data directory.
    pub file: String,
}

/// The log of a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TaskLog {
    /// The lines of all attempts, oldest first.
    pub lines: Vec<LogLine>,
}

/// One line of a task's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LogLine {
    /// The number of the attempt.
    pub attempt: u32,
    /// Rises within the attempt; steps and artifacts are counted with the lines, so that numbers may be missing.
    pub number: u32,
    /// When it was logged.
    #[schema(value_type = String, format = DateTime)]
    pub at: Moment,
    /// `info` or `warn`.
    pub level: LogLevelText,
    /// The message.
    pub text: String,
}
