//! `GET /api/v1/task` and `GET /api/v1/task/stats`.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::filter::TaskFilter;
use super::task::Task;
use crate::fields::parameter;

/// Which tasks of the list are wanted, and which page of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "clap", derive(clap::Args))]
pub struct TaskQuery {
    /// Which tasks.
    #[serde(flatten)]
    #[cfg_attr(feature = "clap", command(flatten))]
    pub filter: TaskFilter,
    /// Which page of them.
    #[serde(flatten)]
    #[cfg_attr(feature = "clap", command(flatten))]
    pub page: TaskPage,
}

impl From<TaskFilter> for TaskQuery {
    fn from(filter: TaskFilter) -> Self {
        Self { filter, page: TaskPage::default() }
    }
}

/// Which page of a list of tasks is wanted, and with which configurations.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
#[cfg_attr(feature = "clap", derive(clap::Args))]
pub struct TaskPage {
    /// `full`: every task with its configuration, and at most 20 on a page. `short`: those of more than 4,096 bytes are `null`.
    /// Default: `short`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    #[cfg_attr(feature = "clap", arg(skip))]
    pub script_config: Option<ConfigDetail>,
    /// The number of the page, from 1; above 4,294,967,295 is taken as that. Default: 1. Not together with `cursor`.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "parameter::positive")]
    #[param(value_type = Option<usize>, minimum = 1)]
    #[cfg_attr(feature = "clap", arg(long, env = "TIKMATRIX_TASK_PAGE"))]
    pub page: Option<u32>,
    /// How many a page holds; above 100 is taken as 100. Default: 20.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "parameter::positive")]
    #[param(value_type = Option<usize>, minimum = 1)]
    #[cfg_attr(feature = "clap", arg(long, env = "TIKMATRIX_TASK_PAGE_SIZE", value_name = "N"))]
    pub page_size: Option<u32>,
    /// `next_cursor` of the answer before: reads on at the same cost at any depth. It belongs to the filters of the list
    /// that it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(pattern = r"\S")]
    #[cfg_attr(feature = "clap", arg(long, env = "TIKMATRIX_TASK_CURSOR"))]
    pub cursor: Option<String>,
}

/// Which configurations a list of tasks has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ConfigDetail {
    /// Those of at most 4,096 bytes.
    Short,
    /// All.
    Full,
}

/// A page of tasks, newest first.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TaskList {
    /// The tasks of the page; empty beyond the last.
    pub tasks: Vec<Task>,
    /// How many tasks the filters let through, on all pages together.
    pub total: u64,
    /// The number of the page, from 1; `null` when the list is read by cursor.
    pub page: Option<u32>,
    /// How many tasks a page holds at most.
    pub page_size: u32,
    /// Reads on behind the last of these tasks, even while others are created or deleted; `null` when there are no more.
    pub next_cursor: Option<String>,
}

/// The number of tasks by status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Stats {
    /// All tasks.
    pub total: u64,
    /// Tasks that wait.
    pub pending: u64,
    /// Tasks that run.
    pub running: u64,
    /// Tasks that succeeded.
    pub completed: u64,
    /// Tasks that ended in any other way.
    pub failed: u64,
}
