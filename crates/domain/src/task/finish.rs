//! How a task ends when a person or its server ends it. It is never begun again by itself: what the script did on the phone, such as a
//! post, may already be out.

use chrono::{DateTime, Utc};

use crate::task::task::{Finish, Outcome, Task};

/// The end of a task that the server gave up because it was told to end.
#[must_use]
pub fn interrupted_by_shutdown(last_step: Option<&str>, at: DateTime<Utc>) -> Finish {
    finish(Outcome::Interrupted, "the server was stopped", last_step, at)
}

/// The end of a task that a server left running when it died.
#[must_use]
pub fn interrupted_by_crash(task: &Task, at: DateTime<Utc>) -> Finish {
    finish(Outcome::Interrupted, "the server ended unexpectedly", task.step.as_deref(), at)
}

/// The end of a task that a person stopped.
#[must_use]
pub fn stopped_by_hand(last_step: Option<&str>, at: DateTime<Utc>) -> Finish {
    finish(Outcome::Stopped, "it was stopped", last_step, at)
}

fn finish(outcome: Outcome, cause: &str, last_step: Option<&str>, at: DateTime<Utc>) -> Finish {
    let progress = match last_step {
        Some(step) => format!("while the task was at \"{step}\""),
        None => "before the task began its first step".to_owned(),
    };
    let advice = "check on the phone what was done before running it again";
    Finish { outcome, remark: format!("{cause} {progress}; {advice}"), at }
}
