//! What TikMatrix is about, as plain values and pure functions: tasks and the one function by which they change
//! state, phones, accounts, schedules and the clock. It leaves I/O, SQL, HTTP and JSON to other crates.

mod clock;
mod names;
mod schedule;
mod task;
mod transition;

pub use clock::{Clock, SystemClock};
pub use names::{AppKind, EmptyName, ScriptName, Serial, Username};
pub use schedule::TimeOfDay;
pub use task::{Finish, LeaseId, Outcome, Source, Status, Task, TaskId, TaskState, WaitingReason};
pub use transition::{IllegalTransition, TaskEvent, transition};
