//! Changing tasks after they were created: deletion by number and retries.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Tasks by their numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskIds {
    /// The numbers; the same one twice counts once.
    #[schema(max_items = 1000, examples(json!([1, 2, 3])))]
    pub task_ids: Vec<TaskId>,
}

/// The number of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(minimum = 1)]
pub struct TaskId(pub i64);

/// The result of deleting several tasks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BatchDeleted {
    /// How many tasks were deleted.
    pub deleted_count: usize,
    /// The numbers that no task has, in the order of the request.
    pub not_found: Vec<i64>,
}

/// The result of retrying every failed task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Retried {
    /// How many tasks are pending again.
    pub retried_count: usize,
}
