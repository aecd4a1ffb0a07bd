//! The end of a task that is stopped or interrupted. Such a task is never retried automatically: what its script did on the
//! phone, such as a post, may already be published.

use chrono::{DateTime, Utc};

use crate::task::failure::StandardFailure;
use crate::task::task::{Finish, Outcome, Task};

/// Returns the end of a task that a shutdown of the server interrupted.
#[must_use]
pub fn interrupted_by_shutdown(last_step: Option<&str>, at: DateTime<Utc>) -> Finish {
    finish(Outcome::Interrupted, StandardFailure::Interrupted, "the server was stopped", last_step, at)
}

/// Returns the end of a task that a server left running when it died.
#[must_use]
pub fn interrupted_by_crash(task: &Task, at: DateTime<Utc>) -> Finish {
    finish(
        Outcome::Interrupted,
        StandardFailure::Interrupted,
        "the server ended unexpectedly",
        task.step.as_deref(),
        at,
    )
}

/// Returns the end of a task that a user stopped.
#[must_use]
pub fn stopped_by_user(last_step: Option<&str>, at: DateTime<Utc>) -> Finish {
    finish(Outcome::Stopped, StandardFailure::Stopped, "it was stopped", last_step, at)
}

fn finish(
    outcome: Outcome,
    code: StandardFailure,
    cause: &str,
    last_step: Option<&str>,
    at: DateTime<Utc>,
) -> Finish {
    let progress = match last_step {
        Some(step) => format!("while the task was at \"{step}\""),
        None => "before the task began its first step".to_owned(),
    };
    let advice = "check on the phone what was done before running it again";
    Finish { outcome, failure_code: Some(code.into()), remark: format!("{cause} {progress}; {advice}"), at }
}
