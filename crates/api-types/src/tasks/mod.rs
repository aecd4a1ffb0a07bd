//! Tasks: creating, listing, showing and changing them.

mod change;
mod create;
mod detail;
mod filter;
mod list;
mod task;

pub use change::{
    BatchCancelled, BatchDeleted, BatchQuery, BatchRetried, BatchStopped, Retried, SkippedTask, TaskBatch,
    TaskId,
};
pub use create::{CreateQuery, Created, CreatedTask, Distribute, NewTasks, Returned, UnknownFields};
pub use detail::{Artifact, Attempt, LogLine, Step, TaskDetail, TaskLog};
pub use filter::{BatchFilter, TaskFilter};
pub use list::{ConfigDetail, Stats, TaskList, TaskPage, TaskQuery};
pub use task::Task;
