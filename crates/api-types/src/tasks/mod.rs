//! Tasks: creating, listing, showing and changing them.

mod change;
mod create;
mod detail;
mod list;
mod task;

pub use change::{BatchDeleted, Retried, TaskId, TaskIds};
pub use create::{CreateQuery, Created, CreatedTask, Distribute, NewTasks, Returned, UnknownFields};
pub use detail::{Artifact, Attempt, LogLine, Step, TaskDetail, TaskLog};
pub use list::{ConfigDetail, Stats, TaskList, TaskQuery};
pub use task::Task;
