//! Changing tasks after they were created, one or many.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::filter::{BatchFilter, TaskFilter};

/// The tasks that an operation on many is for: by their numbers, or by a filter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TaskBatch {
    /// The numbers; the same one twice counts once. Not together with `filter`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_items = 1000, examples(json!([1, 2, 3])))]
    pub task_ids: Option<Vec<TaskId>>,
    /// All tasks that match, of those that exist when the request comes. Not together with `task_ids`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<BatchFilter>,
}

impl From<&[i64]> for TaskBatch {
    fn from(task_ids: &[i64]) -> Self {
        Self { task_ids: Some(task_ids.iter().copied().map(TaskId).collect()), filter: None }
    }
}

impl From<BatchFilter> for TaskBatch {
    fn from(filter: BatchFilter) -> Self {
        Self { task_ids: None, filter: Some(filter) }
    }
}

impl From<TaskFilter> for TaskBatch {
    fn from(conditions: TaskFilter) -> Self {
        BatchFilter { conditions, all: false }.into()
    }
}

/// How an operation on many tasks is done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BatchQuery {
    /// Whether nothing is changed: the answer is what it would be. Default: `false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dry_run: Option<bool>,
}

/// The number of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(minimum = 1)]
pub struct TaskId(pub i64);

/// The result of stopping many tasks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BatchStopped {
    /// How many tasks were stopped.
    pub stopped_count: u64,
    /// The numbers that no task has, in the order of the request; empty for a filter.
    pub not_found: Vec<i64>,
    /// The tasks that do not run.
    pub skipped: Vec<SkippedTask>,
}

/// The result of cancelling many tasks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BatchCancelled {
    /// How many tasks were cancelled before they ran, or stopped.
    pub cancelled_count: u64,
    /// The numbers that no task has, in the order of the request; empty for a filter.
    pub not_found: Vec<i64>,
    /// The tasks that have finished.
    pub skipped: Vec<SkippedTask>,
}

/// The result of retrying many tasks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BatchRetried {
    /// How many tasks are pending again.
    pub retried_count: u64,
    /// The numbers that no task has, in the order of the request; empty for a filter.
    pub not_found: Vec<i64>,
    /// The tasks that have not failed.
    pub skipped: Vec<SkippedTask>,
}

/// The result of deleting many tasks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BatchDeleted {
    /// How many tasks were deleted.
    pub deleted_count: u64,
    /// The numbers that no task has, in the order of the request; empty for a filter.
    pub not_found: Vec<i64>,
}

/// A task that an operation on many left as it is, since its status does not allow the operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SkippedTask {
    /// Its number.
    pub id: i64,
    /// Why, for people.
    pub reason: String,
}

/// The result of retrying every failed task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Retried {
    /// How many tasks are pending again.
    pub retried_count: u64,
}
