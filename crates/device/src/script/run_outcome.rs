//! How a run ended, and what that is in words.

use std::time::Duration;

use tikmatrix_domain::Outcome;

use super::Completion;
use super::failure::Failure;

/// How a run ended.
#[derive(Debug)]
pub enum RunOutcome {
    /// It did what it was asked to.
    Completed(Completion),
    /// It could not, or could not see that it did.
    Failed(Failure),
    /// It was not done in its time.
    TimedOut {
        /// What it last began to do.
        last_step: Option<String>,
    },
    /// The token was cancelled.
    Cancelled,
    /// It broke off with a panic, whose message this is: a defect of the script.
    Panicked(String),
}

impl RunOutcome {
    /// The outcome and one sentence for a person, of a run that had `limit` and last began `last_step`. None of one that
    /// was cancelled: whoever did that knows why.
    #[must_use]
    pub fn describe(&self, limit: Duration, last_step: Option<&str>) -> Option<(Outcome, String)> {
        match self {
            Self::Completed(completion) => Some((Outcome::Succeeded, completion.remark.clone())),
            Self::Failed(failure) => Some((Outcome::Failed, failure.to_string())),
            Self::TimedOut { last_step } => {
                let step = describe_step(last_step.as_deref());
                Some((Outcome::TimedOut, format!("not done within {limit:?}: {step}")))
            }
            Self::Panicked(message) => {
                let step = describe_step(last_step);
                let remark = format!("the script broke off with an internal error ({message}): {step}");
                Some((Outcome::Failed, remark))
            }
            Self::Cancelled => None,
        }
    }

    /// Whether the screen tells why. What was impossible from the start was decided without it.
    pub(super) fn left_evidence(&self) -> bool {
        match self {
            Self::Failed(failure) => !matches!(failure, Failure::Impossible(_) | Failure::Materials(_)),
            Self::TimedOut { .. } | Self::Panicked(_) => true,
            Self::Completed(_) | Self::Cancelled => false,
        }
    }
}

/// Where a run was, as the end of a sentence.
#[must_use]
pub fn describe_step(step: Option<&str>) -> String {
    match step {
        Some(step) => format!("it was at \"{step}\""),
        None => "it had not begun its first step".to_owned(),
    }
}
