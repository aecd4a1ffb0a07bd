//! How a run ended, and the sentence that reports it.

use std::time::Duration;

use tikmatrix_domain::Outcome;

use super::failure::Failure;

/// What a script reports of work that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// One sentence for a person.
    pub remark: String,
}

/// How a run ended.
#[derive(Debug)]
pub enum RunOutcome {
    /// It did what it was asked to.
    Completed(Completion),
    /// It could not, or could not see that it did.
    Failed(Failure),
    /// It was not done in its time.
    TimedOut {
        /// The step that it was at.
        last_step: Option<String>,
    },
    /// The token was cancelled.
    Cancelled,
    /// It panicked with this message: a defect of the script.
    Panicked(String),
}

impl RunOutcome {
    /// The outcome and one sentence for a person, of a run that had `limit` and was at `last_step`. `None` for one that was
    /// cancelled: the canceller knows why.
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

    /// Outcome and remark as the last line of a tape has them.
    pub(super) fn on_tape(&self, limit: Duration, last_step: Option<&str>) -> (String, String) {
        let described = self.describe(limit, last_step);
        let (outcome, remark) = described.unwrap_or_else(|| (Outcome::Stopped, "stopped".to_owned()));
        (outcome.as_str().to_owned(), remark)
    }

    /// Whether the screen shows why. What was impossible from the start was decided without it.
    pub(super) fn left_evidence(&self) -> bool {
        match self {
            Self::Failed(failure) => {
                !matches!(failure, Failure::Impossible(_) | Failure::Materials(_) | Failure::Mark(_))
            }
            Self::TimedOut { .. } | Self::Panicked(_) => true,
            Self::Completed(_) | Self::Cancelled => false,
        }
    }
}

/// The step that a run was at, as the end of a sentence.
#[must_use]
pub fn describe_step(step: Option<&str>) -> String {
    match step {
        Some(step) => format!("it was at \"{step}\""),
        None => "it had not begun its first step".to_owned(),
    }
}
