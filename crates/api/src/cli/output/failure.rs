//! The end of a command that failed: its exit status, its message for people, and its JSON for programs.

use std::process::ExitCode;

use serde::Serialize;
use thiserror::Error;
use tikmatrix_client::{ApiError, Error as ClientError};

use super::{complain, json_line, with_causes};

/// The code of the API for what does not exist.
const NOT_FOUND: u32 = 40401;

/// Why a command failed, as its exit status shows. `docs/cli.md` lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::cli) enum Cause {
    /// The command was not carried out, or a task that was waited for failed.
    Failed,
    /// The command line cannot be read.
    Usage,
    /// What was waited for did not happen in time.
    Timeout,
    /// The server cannot be reached.
    Unreachable,
    /// What the command is about does not exist, or no longer.
    Gone,
}

impl Cause {
    fn of(error: &anyhow::Error) -> Self {
        if let Some(Failure { cause, .. }) = error.downcast_ref() {
            return *cause;
        }
        error.downcast_ref().map_or(Self::Failed, Self::of_client)
    }

    /// Returns what an error of a request means.
    pub(in crate::cli) fn of_client(error: &ClientError) -> Self {
        match error {
            ClientError::Unreachable { .. } | ClientError::Read(_) => Self::Unreachable,
            ClientError::Timeout { .. } => Self::Timeout,
            ClientError::Refused(refusal) if refusal.code == NOT_FOUND => Self::Gone,
            _ => Self::Failed,
        }
    }

    /// Returns the exit status.
    pub(in crate::cli) fn status(self) -> u8 {
        match self {
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Timeout => 3,
            Self::Unreachable => 4,
            Self::Gone => 5,
        }
    }
}

/// A failure that no other error describes.
#[derive(Debug, Error)]
#[error("{message}")]
pub(in crate::cli) struct Failure {
    /// Why.
    pub(in crate::cli) cause: Cause,
    /// One sentence for a person.
    pub(in crate::cli) message: String,
}

/// Reports an error on stderr, and returns the exit status.
pub(in crate::cli) fn report(error: &anyhow::Error, is_json: bool) -> ExitCode {
    let cause = Cause::of(error);
    report_as(error, is_json, cause, cause.status())
}

/// Does the same with an exit status of the command's own.
pub(in crate::cli) fn report_as(error: &anyhow::Error, is_json: bool, cause: Cause, status: u8) -> ExitCode {
    let message = with_causes(error);
    if is_json {
        let refusal = error.downcast_ref::<ClientError>().and_then(|error| match error {
            ClientError::Refused(refusal) => Some(refusal),
            _ => None,
        });
        complain(as_json(cause, status, &message, refusal));
    } else {
        complain(format_args!("tikmatrix: {message}"));
    }
    ExitCode::from(status)
}

/// Reports a command line that cannot be read to a program, and returns the exit status.
pub(in crate::cli) fn report_usage(usage: &clap::Error) -> ExitCode {
    let text = usage.render().to_string();
    let message = text.split("\n\nUsage:").next().unwrap_or_default().trim_start_matches("error: ").trim();
    let status = Cause::Usage.status();
    complain(as_json(Cause::Usage, status, message, None));
    ExitCode::from(status)
}

/// Returns the line that a program reads.
fn as_json(cause: Cause, status: u8, message: &str, refusal: Option<&ApiError>) -> String {
    let error = serde_json::json!({
        "error": {
            "cause": cause,
            "exit_status": status,
            "code": refusal.map(|refusal| refusal.code),
            "message": message,
            "problems": refusal.map(|refusal| refusal.problems.as_slice()).unwrap_or_default(),
        }
    });
    json_line(&error)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use anyhow::anyhow;
    use tikmatrix_api_types::Problem;

    use super::*;

    fn refused(code: u32) -> ClientError {
        let problem = |field: &str| Problem { field: field.to_owned(), reason: "is wrong".to_owned() };
        let problems = vec![problem("serials"), problem("script_name")];
        let message = "serials: is wrong".to_owned();
        ClientError::from(ApiError { status: 400, code, message, problems, retry_after: None })
    }

    #[test]
    fn the_exit_status_follows_from_the_error_whatever_its_context() {
        let read = || ClientError::Read(std::io::Error::other("broken"));
        for (error, status) in [
            (anyhow!("any"), 1),
            (refused(40001).into(), 1),
            (ClientError::Timeout { task_id: 1, timeout: Duration::ZERO }.into(), 3),
            (read().into(), 4),
            (refused(NOT_FOUND).into(), 5),
            (Failure { cause: Cause::Gone, message: "gone".to_owned() }.into(), 5),
        ] {
            assert_eq!(Cause::of(&error).status(), status, "{error}");
            assert_eq!(Cause::of(&error.context("while a test ran")).status(), status);
        }
    }

    #[test]
    fn a_refusal_is_one_line_with_its_code_and_every_problem() {
        let ClientError::Refused(refusal) = refused(40001) else { panic!("it is a refusal") };
        let line = as_json(Cause::Failed, 1, &refusal.to_string(), Some(&refusal));
        assert_eq!(line.lines().count(), 1);
        let error: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(error["error"]["code"], 40001);
        assert_eq!(error["error"]["cause"], "failed");
        assert_eq!(error["error"]["problems"][1]["field"], "script_name");
    }
}
