//! Tasks, the one function by which they change state, and the rules for creating, delaying and retrying them.

pub(crate) mod failure;
pub(crate) mod fan_out;
pub(crate) mod finish;
pub(crate) mod history;
pub(crate) mod interval;
pub(crate) mod requirement;
pub(crate) mod retry;
pub(crate) mod start_time;
#[expect(clippy::module_inception, reason = "the module holds the type that the folder is named after")]
pub(crate) mod task;
pub(crate) mod transition;
pub(crate) mod waiting;
