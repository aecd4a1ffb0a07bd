//! The end of a task that was cancelled, and of an attempt that was stopped or interrupted. A stopped task is never retried
//! automatically. An interrupted one runs again, until that has led nowhere several times.

use chrono::{DateTime, Utc};

use crate::task::failure::code::StandardFailure;
use crate::task::task::{Finish, Outcome};

/// The number of interruptions in a row without a new step after which a task fails. A task that takes the server down with
/// it ends this way.
pub const MAX_INTERRUPTIONS: u32 = 5;
/// The same, of a task that has come to do what cannot be undone: to find out whether it did takes a single step of up to a
/// minute, during which a server may end more often.
pub(crate) const MAX_INTERRUPTIONS_WHEN_MARKED: u32 = 20;

/// The interruptions of a task by ends of its server, since it was created or retried.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Interruptions {
    /// The number of those since an attempt last began a step that none before it had begun.
    pub count: u32,
    /// The number of different steps that the attempts had begun by the last of them.
    pub steps: u32,
}

impl Interruptions {
    /// Returns the interruptions after one more, when the attempts have begun this many different steps; `None` when the
    /// task is not to run again. `was_marked` is whether one of them was about to do what cannot be undone.
    #[must_use]
    pub fn after(self, steps: u32, was_marked: bool) -> Option<Self> {
        let next = if steps > self.steps {
            Self { count: 1, steps }
        } else {
            Self { count: self.count.saturating_add(1), ..self }
        };
        let max = if was_marked { MAX_INTERRUPTIONS_WHEN_MARKED } else { MAX_INTERRUPTIONS };
        (next.count < max).then_some(next)
    }
}

/// Why a server ended while it ran a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServerEnd {
    /// It was shut down.
    Shutdown,
    /// It died, or lost the database for so long that another server took it for dead.
    Crash,
}

/// Returns the end of an attempt that the end of its server interrupted, and that another one follows.
#[must_use]
pub fn interrupted(cause: ServerEnd, last_step: Option<&str>, at: DateTime<Utc>) -> Finish {
    let cause = match cause {
        ServerEnd::Shutdown => "the server was stopped",
        ServerEnd::Crash => "the server ended unexpectedly",
    };
    finish(Outcome::Interrupted, StandardFailure::Interrupted, cause, last_step, RUNS_AGAIN, at)
}

/// Returns the end of an interrupted attempt that no other one follows.
#[must_use]
pub fn given_up(interrupted: &Finish) -> Finish {
    let reason = "it does not run again, since many ends of the server in a row brought no new step";
    let remark = interrupted.remark.replacen(RUNS_AGAIN, &format!("; {reason}; {CHECK}"), 1);
    Finish { remark, ..interrupted.clone() }
}

/// Returns the end of an attempt that a user stopped.
#[must_use]
pub fn stopped_by_user(last_step: Option<&str>, at: DateTime<Utc>) -> Finish {
    finish(Outcome::Stopped, StandardFailure::Stopped, "it was stopped", last_step, "", at)
}

/// Returns the end of a pending task that a user cancelled, before its first attempt or, if it is `retrying`, its next one.
pub(crate) fn cancelled(retrying: bool, at: DateTime<Utc>) -> Finish {
    let remark = format!("it was cancelled before {}", if retrying { "its next attempt" } else { "it ran" });
    Finish { outcome: Outcome::Cancelled, failure_code: Some(StandardFailure::Cancelled.into()), remark, at }
}

const RUNS_AGAIN: &str = "; it runs again";
const CHECK: &str = "check on the phone what was done before running it again";

fn finish(
    outcome: Outcome,
    code: StandardFailure,
    cause: &str,
    last_step: Option<&str>,
    consequence: &str,
    at: DateTime<Utc>,
) -> Finish {
    let progress = match last_step {
        Some(step) => format!("while the task was at \"{step}\""),
        None => "before the task began its first step".to_owned(),
    };
    Finish {
        outcome,
        failure_code: Some(code.into()),
        remark: format!("{cause} {progress}{consequence}"),
        at,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_task_that_never_gets_further_ends_at_the_fifth_interruption() {
        let mut task = Interruptions::default();
        for count in 1..MAX_INTERRUPTIONS {
            task = task.after(0, false).unwrap();
            assert_eq!(task.count, count);
        }
        assert_eq!(task.after(0, false), None);
        assert_eq!(task.after(1, false), Some(Interruptions { count: 1, steps: 1 }));
    }

    #[test]
    fn a_task_that_looks_for_what_it_has_done_ends_at_the_twentieth() {
        let mut task = Interruptions::default();
        for _ in 1..MAX_INTERRUPTIONS_WHEN_MARKED {
            task = task.after(0, true).unwrap();
        }
        assert_eq!(task.after(0, true), None);
    }

    #[test]
    fn the_end_of_a_task_that_does_not_run_again_says_so_in_its_own_part() {
        let finish = given_up(&interrupted(ServerEnd::Crash, Some("push the video"), DateTime::UNIX_EPOCH));
        assert_eq!(
            finish.remark,
            "the server ended unexpectedly while the task was at \"push the video\"; it does not run again, since many \
             ends of the server in a row brought no new step; check on the phone what was done before running it again"
        );
    }

    proptest! {
        #[test]
        fn a_task_with_so_many_steps_is_interrupted_a_limited_number_of_times(
            steps in 0..20_u32,
            reached in prop::collection::vec(0..20_u32, 200),
        ) {
            let mut task = Some(Interruptions::default());
            let mut runs = 0;
            for reached in reached {
                let Some(now) = task else { break };
                task = now.after(reached.min(steps), false);
                runs += 1;
            }
            prop_assert!(runs <= MAX_INTERRUPTIONS * (steps + 1), "{runs}");
        }
    }
}
