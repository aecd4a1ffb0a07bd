//! How a run ended, and the sentence that reports it.

use std::time::Duration;

use serde_json::Value;
use tikmatrix_domain::{FailureCode, Outcome, StandardFailure};

use super::failure::Failure;

/// The largest result of a task, in bytes of JSON.
pub const MAX_RESULT: usize = 64 * 1024;

/// What a script reports of work that was done.
#[derive(Debug, Clone, PartialEq)]
pub struct Completion {
    /// One sentence for a person.
    pub remark: String,
    /// The result for programs; one of more than [`MAX_RESULT`] is left out, with a line in the log.
    pub result: Option<Value>,
}

impl Completion {
    /// Work that was done, without a result for programs.
    #[must_use]
    pub fn new(remark: impl Into<String>) -> Self {
        Self { remark: remark.into(), result: None }
    }

    /// The same with a result for programs.
    #[must_use]
    pub fn with_result(self, result: Value) -> Self {
        Self { result: Some(result), ..self }
    }
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
    /// It was stopped from outside.
    Stopped,
    /// It panicked with this message: a defect of the script.
    Panicked(String),
}

/// How a run ended, for its task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunEnd {
    /// The outcome.
    pub outcome: Outcome,
    /// Why it did not succeed, for programs; `None` after a success.
    pub failure_code: Option<FailureCode>,
    /// One sentence for a person.
    pub remark: String,
}

impl RunEnd {
    /// The end of a run that did not succeed.
    #[must_use]
    pub fn failed(outcome: Outcome, code: impl Into<FailureCode>, remark: String) -> Self {
        Self { outcome, failure_code: Some(code.into()), remark }
    }
}

impl RunOutcome {
    /// Describes the end of a run that had `limit` and was at `last_step`. `None` for one that was cancelled: the
    /// canceller knows why.
    #[must_use]
    pub fn describe(&self, limit: Duration, last_step: Option<&str>) -> Option<RunEnd> {
        match self {
            Self::Completed(completion) => {
                let remark = completion.remark.clone();
                Some(RunEnd { outcome: Outcome::Succeeded, failure_code: None, remark })
            }
            Self::Failed(failure) => {
                Some(RunEnd::failed(Outcome::Failed, failure.code(), failure.to_string()))
            }
            Self::TimedOut { last_step } => {
                let step = describe_step(last_step.as_deref());
                let remark = format!("not done within {limit:?}: {step}");
                Some(RunEnd::failed(Outcome::TimedOut, StandardFailure::TimedOut, remark))
            }
            Self::Panicked(message) => {
                let step = describe_step(last_step);
                let remark = format!("the script broke off with an internal error ({message}): {step}");
                Some(RunEnd::failed(Outcome::Failed, StandardFailure::Internal, remark))
            }
            Self::Stopped => None,
        }
    }

    /// Outcome and remark as the last line of a tape has them.
    pub(super) fn on_tape(&self, limit: Duration, last_step: Option<&str>) -> (String, String) {
        let described = self.describe(limit, last_step);
        let (outcome, remark) = described
            .map_or_else(|| (Outcome::Stopped, "stopped".to_owned()), |end| (end.outcome, end.remark));
        (outcome.as_str().to_owned(), remark)
    }

    /// Whether the screen shows why. What was impossible from the start was decided without it.
    pub(super) fn left_evidence(&self) -> bool {
        match self {
            Self::Failed(failure) => failure.left_evidence(),
            Self::TimedOut { .. } | Self::Panicked(_) => true,
            Self::Completed(_) | Self::Stopped => false,
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
