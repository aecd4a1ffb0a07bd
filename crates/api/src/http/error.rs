//! What can go wrong with a request, and the one table that maps it to the codes of the API and of HTTP.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use tikmatrix_device::script::Problem;
use utoipa::ToSchema;

use crate::http::envelope::failure;

/// The codes of the API. Their numbers and HTTP statuses are in [`ErrorCode::table`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ErrorCode {
    /// A parameter, the body or a header does not hold what it may hold.
    InvalidParameter,
    /// `script_name` is missing or empty.
    ScriptNameMissing,
    /// No such script is registered.
    UnknownScript,
    /// A token is required, and none or a wrong one was sent.
    TokenRequired,
    /// The plan has no API access.
    NoApiAccess,
    /// No such task or route.
    NotFound,
    /// The route exists, and not with this method.
    MethodNotAllowed,
    /// The body is larger than any request needs.
    BodyTooLarge,
    /// The body does not say that it is JSON.
    NotJson,
    /// An `Idempotency-Key` was used with another body, or its request is still in flight.
    Conflict,
    /// More is asked for at once than the server works on, or the queue is full.
    TooMany,
    /// Something failed that the client has no part in.
    Internal,
}

impl ErrorCode {
    /// Every code, by HTTP status.
    pub(crate) const ALL: [Self; 12] = [
        Self::InvalidParameter,
        Self::ScriptNameMissing,
        Self::UnknownScript,
        Self::TokenRequired,
        Self::NoApiAccess,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::Conflict,
        Self::BodyTooLarge,
        Self::NotJson,
        Self::TooMany,
        Self::Internal,
    ];

    /// The code of the API and the HTTP status.
    pub(crate) fn table(self) -> (u32, StatusCode) {
        match self {
            Self::InvalidParameter => (40001, StatusCode::BAD_REQUEST),
            Self::ScriptNameMissing => (40002, StatusCode::BAD_REQUEST),
            Self::UnknownScript => (40003, StatusCode::BAD_REQUEST),
            Self::TokenRequired => (40101, StatusCode::UNAUTHORIZED),
            Self::NoApiAccess => (40301, StatusCode::FORBIDDEN),
            Self::NotFound => (40401, StatusCode::NOT_FOUND),
            Self::MethodNotAllowed => (40501, StatusCode::METHOD_NOT_ALLOWED),
            Self::BodyTooLarge => (41301, StatusCode::PAYLOAD_TOO_LARGE),
            Self::NotJson => (41501, StatusCode::UNSUPPORTED_MEDIA_TYPE),
            Self::Conflict => (40901, StatusCode::CONFLICT),
            Self::TooMany => (42901, StatusCode::TOO_MANY_REQUESTS),
            Self::Internal => (50001, StatusCode::INTERNAL_SERVER_ERROR),
        }
    }
}

/// A request that was not answered with what it asked for.
#[derive(Debug)]
pub(crate) struct ApiError {
    code: ErrorCode,
    message: String,
    problems: Vec<Problem>,
    /// The methods that the route does have, for the header `Allow`.
    allow: Option<&'static str>,
    /// In how many seconds it may be better, for the header `Retry-After`.
    retry_after: Option<u32>,
}

impl ApiError {
    /// An error without anything to say of single fields.
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), problems: Vec::new(), allow: None, retry_after: None }
    }

    /// Everything that is wrong with a request, at once. `problems` is not empty.
    pub(crate) fn problems(code: ErrorCode, problems: Vec<Problem>) -> Self {
        let first = problems.first().map(sentence).unwrap_or_default();
        let message = match problems.len() {
            0 | 1 => first,
            2 => format!("{first} (and 1 more problem: see data)"),
            count => format!("{first} (and {} more problems: see data)", count - 1),
        };
        Self { problems, ..Self::new(code, message) }
    }

    /// One thing that is wrong with one field.
    pub(crate) fn invalid(field: impl Into<String>, reason: impl Into<String>) -> Self {
        let problem = Problem { field: field.into(), reason: reason.into() };
        Self::problems(ErrorCode::InvalidParameter, vec![problem])
    }

    /// The route does not have the method; `allow` names those that it has.
    pub(crate) fn method(method: &str, path: &str, allow: &'static str) -> Self {
        let message = format!("{path} does not take {method}, only {allow}");
        Self { allow: Some(allow), ..Self::new(ErrorCode::MethodNotAllowed, message) }
    }

    /// There is too much to do; after `seconds` it may be better.
    pub(crate) fn too_many(message: String, seconds: u32) -> Self {
        Self { retry_after: Some(seconds), ..Self::new(ErrorCode::TooMany, message) }
    }

    /// Something failed that the client has no part in. The cause goes to the log under a number that the client
    /// gets instead.
    pub(crate) fn internal(attempt: &str, cause: &dyn fmt::Display) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let request = NEXT.fetch_add(1, Ordering::Relaxed);
        let request = format!("{}-{request}", std::process::id());
        log::error!("request {request}: {attempt} failed: {cause}");
        let message = format!("internal error: the server's log tells the cause under request {request}");
        Self::new(ErrorCode::Internal, message)
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.code.table().1
    }

    fn error_response(&self) -> HttpResponse {
        let (code, status) = self.code.table();
        let problems: Vec<ProblemView> = self.problems.iter().map(ProblemView::from).collect();
        let data = (!problems.is_empty()).then_some(problems);
        let mut response = failure(status, code, self.message.clone(), data);
        if let Some(allow) = self.allow {
            response.headers_mut().insert(header::ALLOW, header::HeaderValue::from_static(allow));
        }
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        if self.code == ErrorCode::TokenRequired {
            let scheme = header::HeaderValue::from_static("Bearer realm=\"TikMatrix\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, scheme);
        }
        response
    }
}

/// `field: reason`; a problem of the whole body has no field.
fn sentence(problem: &Problem) -> String {
    if problem.field.is_empty() {
        problem.reason.clone()
    } else {
        format!("{}: {}", problem.field, problem.reason)
    }
}

/// One of the elements of `data` of a 40001.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemView {
    /// The path of the field, such as `script_config.content_type` or `serials[2]`; empty for the whole body.
    field: String,
    /// What is wrong with it and what is allowed.
    reason: String,
}

impl From<&Problem> for ProblemView {
    fn from(problem: &Problem) -> Self {
        Self { field: problem.field.clone(), reason: problem.reason.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_names_the_first_problem_and_counts_the_others() {
        let problem = |field: &str| Problem { field: field.to_owned(), reason: "is required".to_owned() };
        let error = |count: usize| {
            ApiError::problems(ErrorCode::InvalidParameter, vec![problem("serials"); count]).to_string()
        };
        assert_eq!(error(1), "serials: is required");
        assert_eq!(error(2), "serials: is required (and 1 more problem: see data)");
        assert_eq!(error(3), "serials: is required (and 2 more problems: see data)");
    }

    #[test]
    fn an_internal_error_never_tells_its_cause() {
        let error = ApiError::internal("reading a task", &"the disk burns");
        assert!(!error.to_string().contains("disk"), "{error}");
        assert_eq!(error.status_code(), StatusCode::INTERNAL_SERVER_ERROR);
    }
}
