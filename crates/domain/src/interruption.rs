//! How a task ends when its server does. It is never begun again by itself: what the script did on the phone, such as a
//! post, may already be out.

use chrono::{DateTime, Utc};

use crate::task::{Finish, Outcome, Task};

/// The end of a task that the server gave up because it was told to end.
#[must_use]
pub fn interrupted_by_shutdown(last_step: Option<&str>, at: DateTime<Utc>) -> Finish {
    finish("the server was stopped", last_step, at)
}

/// The end of a task that a server left running when it died.
#[must_use]
pub fn interrupted_by_crash(task: &Task, at: DateTime<Utc>) -> Finish {
    finish("the server ended unexpectedly", task.step.as_deref(), at)
}

fn finish(cause: &str, last_step: Option<&str>, at: DateTime<Utc>) -> Finish {
    let progress = match last_step {
        Some(step) => format!("while the task was at \"{step}\""),
        None => "before the task began its first step".to_owned(),
    };
    let advice = "check on the phone what was done before running it again";
    Finish { outcome: Outcome::Interrupted, remark: format!("{cause} {progress}; {advice}"), at }
}
