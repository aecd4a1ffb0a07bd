//! The errors of requests, and the one table that maps them to the codes of the API and of HTTP.

use std::sync::atomic::{AtomicU64, Ordering};
use std::{fmt, io};

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpResponse, ResponseError};
use tikmatrix_api_types::Problem as ProblemView;
use tikmatrix_domain::{IllegalTransition, ImpossibleTask, Status, TaskId};
use tikmatrix_storage::StorageError;
use tikmatrix_validation::{Problem, Problems, shortened, unknown_name};

use crate::http::envelope::{Success, failure};

/// What people can do when the file of the database is gone.
pub(crate) const DATABASE_REPLACED: &str = "the server's database file or its -wal file was removed or replaced, and \
    nothing is stored until it is back or the server is restarted";
/// What people can do about groups without phones.
const FILL_GROUPS: &str = "put phones into it with PATCH /api/v1/device/{serial}, or name others";
const KEY_REUSED: &str =
    "Idempotency-Key: this key was used with another body; a new request needs a new key";
/// In how many seconds a full queue may have room.
const FULL_QUEUE_RETRY_AFTER: u32 = 30;

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
    /// The role of the token does not allow it.
    RoleTooLow,
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
    /// The header `Range` asks for what the file does not have.
    OutOfRange,
    /// More is asked for at once than the server works on, or the queue is full.
    TooMany,
    /// Something failed that the client has no part in.
    Internal,
    /// The server runs, and does not do all that it should.
    Degraded,
    /// The server's disk is full.
    DiskFull,
}

impl ErrorCode {
    /// Every code, by HTTP status.
    pub(crate) const ALL: [Self; 16] = [
        Self::InvalidParameter,
        Self::ScriptNameMissing,
        Self::UnknownScript,
        Self::TokenRequired,
        Self::NoApiAccess,
        Self::RoleTooLow,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::Conflict,
        Self::BodyTooLarge,
        Self::NotJson,
        Self::OutOfRange,
        Self::TooMany,
        Self::Internal,
        Self::Degraded,
        Self::DiskFull,
    ];

    /// The code of the API and the HTTP status.
    pub(crate) fn table(self) -> (u32, StatusCode) {
        match self {
            Self::InvalidParameter => (40001, StatusCode::BAD_REQUEST),
            Self::ScriptNameMissing => (40002, StatusCode::BAD_REQUEST),
            Self::UnknownScript => (40003, StatusCode::BAD_REQUEST),
            Self::TokenRequired => (40101, StatusCode::UNAUTHORIZED),
            Self::NoApiAccess => (40301, StatusCode::FORBIDDEN),
            Self::RoleTooLow => (40302, StatusCode::FORBIDDEN),
            Self::NotFound => (40401, StatusCode::NOT_FOUND),
            Self::MethodNotAllowed => (40501, StatusCode::METHOD_NOT_ALLOWED),
            Self::BodyTooLarge => (41301, StatusCode::PAYLOAD_TOO_LARGE),
            Self::NotJson => (41501, StatusCode::UNSUPPORTED_MEDIA_TYPE),
            Self::OutOfRange => (41601, StatusCode::RANGE_NOT_SATISFIABLE),
            Self::Conflict => (40901, StatusCode::CONFLICT),
            Self::TooMany => (42901, StatusCode::TOO_MANY_REQUESTS),
            Self::Internal => (50001, StatusCode::INTERNAL_SERVER_ERROR),
            Self::Degraded => (50301, StatusCode::SERVICE_UNAVAILABLE),
            Self::DiskFull => (50701, StatusCode::INSUFFICIENT_STORAGE),
        }
    }
}

/// What a handler returns: the data of a successful answer, or an error of the API.
pub(crate) type Answer<Data> = Result<Success<Data>, ApiError>;

/// An error as a client gets it.
#[derive(Debug)]
pub(crate) struct ApiError {
    code: ErrorCode,
    message: String,
    problems: Vec<Problem>,
    /// The methods that the route does have, for the header `Allow`.
    allow: Option<String>,
    /// In how many seconds it may be better, for the header `Retry-After`.
    retry_after: Option<u32>,
    /// The length of the file of which a range was asked for, for the header `Content-Range`.
    length: Option<u64>,
    /// What failed, for the log alone, under the number that the client gets.
    cause: Option<Box<(String, String)>>,
}

impl ApiError {
    /// An error without anything to say of single fields.
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            problems: Vec::new(),
            allow: None,
            retry_after: None,
            length: None,
            cause: None,
        }
    }

    /// Everything that is wrong with a request, at once. `problems` is not empty.
    pub(crate) fn problems(code: ErrorCode, problems: Problems) -> Self {
        let first = problems.iter().next().map(ToString::to_string).unwrap_or_default();
        let message = match problems.count() {
            0 | 1 => first,
            2 => format!("{first} (and 1 more problem: see data)"),
            count if problems.rest() == 0 => format!("{first} (and {} more problems: see data)", count - 1),
            count => {
                let kept = problems.iter().len();
                format!("{first} (and {} more problems: data has the first {kept})", count - 1)
            }
        };
        Self { problems: problems.into_iter().collect(), ..Self::new(code, message) }
    }

    /// One thing that is wrong with one field.
    pub(crate) fn invalid(field: impl Into<String>, reason: impl Into<String>) -> Self {
        let mut problems = Problems::default();
        problems.add(field, reason);
        problems.into()
    }

    /// The route does not have the method; `allow` names those that it has.
    pub(crate) fn method(method: &str, path: &str, allow: String) -> Self {
        let message = format!("{path} does not take {method}, only {allow}");
        Self { allow: Some(allow), ..Self::new(ErrorCode::MethodNotAllowed, message) }
    }

    /// There is too much to do; after `seconds` it may be better.
    pub(crate) fn too_many(message: String, seconds: u32) -> Self {
        Self { retry_after: Some(seconds), ..Self::new(ErrorCode::TooMany, message) }
    }

    /// The header `Range` asks for none of the bytes of a file of this length.
    pub(crate) fn out_of_range(length: u64) -> Self {
        let message = format!("header Range: asks for no byte of this file, which has {length}");
        Self { length: Some(length), ..Self::new(ErrorCode::OutOfRange, message) }
    }

    /// Something failed that the client has no part in. [`log_causes`] writes the cause to the log under a number that
    /// the client gets instead.
    pub(crate) fn internal(cause: impl fmt::Display) -> Self {
        Self::with_cause(ErrorCode::Internal, "internal error", &cause)
    }

    /// The disk takes no writes.
    pub(crate) fn disk_full(cause: impl fmt::Display) -> Self {
        let message = "the server's disk is full, and nothing was stored: free some of it and ask again";
        Self::with_cause(ErrorCode::DiskFull, message, &cause)
    }

    fn with_cause(code: ErrorCode, message: &str, cause: &dyn fmt::Display) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let number = format!("{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let message = format!("{message}: the server's log tells the cause under request {number}");
        Self { cause: Some(Box::new((number, cause.to_string()))), ..Self::new(code, message) }
    }
}

/// The one table from what the database reports to what a client gets.
impl From<StorageError> for ApiError {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::NoSuchTask(_) => Self::new(ErrorCode::NotFound, error.to_string()),
            StorageError::Illegal { task, source } => match refusal(task, source) {
                Some(reason) => Self::invalid("task_id", reason),
                None => Self::internal(error),
            },
            StorageError::Oversized(oversized) => Self::invalid("serials", oversized.to_string()),
            StorageError::UnknownGroups { unknown, known } => unknown_groups(&unknown, &known).into(),
            StorageError::EmptyGroups { .. } => Self::invalid("groups", format!("{error}: {FILL_GROUPS}")),
            StorageError::Impossible(impossible) => impossible_tasks(impossible).into(),
            StorageError::QueueFull { .. } => Self::too_many(error.to_string(), FULL_QUEUE_RETRY_AFTER),
            StorageError::KeyReused => Self::new(ErrorCode::Conflict, KEY_REUSED),
            StorageError::DiskFull { .. } => Self::disk_full(error),
            StorageError::Replaced { .. } => Self::with_cause(ErrorCode::Degraded, DATABASE_REPLACED, &error),
            error => Self::internal(error),
        }
    }
}

/// Describes each group that is not known by the nearest that is.
fn unknown_groups(unknown: &[(usize, String)], known: &[String]) -> Problems {
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let mut problems = Problems::default();
    for (index, name) in unknown {
        let reason = format!("{:?} {}", shortened(name), unknown_name("group", name, &known));
        problems.add(format!("groups[{index}]"), reason);
    }
    problems
}

/// Describes what the apps of a request's tasks cannot do.
fn impossible_tasks(impossible: Vec<ImpossibleTask>) -> Problems {
    let mut config = Problems::default();
    for ImpossibleTask { field, reason } in impossible {
        config.add(field, reason);
    }
    let mut problems = Problems::default();
    problems.add_below("script_config", config);
    problems
}

/// Describes why the status of a task does not allow what a client requests, and what to do instead. `None` for what no
/// client can request.
pub(crate) fn refusal(task: TaskId, reason: IllegalTransition) -> Option<String> {
    let (status, only) = match reason {
        IllegalTransition::NotRunning(status) => (status, "running one can be stopped"),
        IllegalTransition::NotFailed(status) => (status, "failed one can be retried"),
        IllegalTransition::NotCancellable(status) => (status, "pending or running one can be cancelled"),
        IllegalTransition::NotPending(_) | IllegalTransition::StillRunning | IllegalTransition::LeaseLost => {
            return None;
        }
    };
    let instead = match reason {
        IllegalTransition::NotRunning(Status::Pending) => {
            format!(": cancel it instead (`tikmatrix task cancel {task}`, POST /api/v1/task/{task}/cancel)")
        }
        _ => String::new(),
    };
    Some(format!("task {task} is {}; only a {only}{instead}", status.as_str()))
}

impl From<Problems> for ApiError {
    fn from(problems: Problems) -> Self {
        Self::problems(ErrorCode::InvalidParameter, problems)
    }
}

impl From<io::Error> for ApiError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::disk_full(error),
            _ => Self::internal(error),
        }
    }
}

/// A middleware (for `actix_web::middleware::from_fn`) that logs the causes of internal errors with their routes.
///
/// # Errors
/// Those of the rest of the application.
pub(crate) async fn log_causes(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let method = request.method().clone();
    let answered = next.call(request).await;
    let (error, route) = match &answered {
        Ok(response) => (response.response().error(), response.request().match_pattern()),
        Err(error) => (Some(error), None),
    };
    if let Some((number, cause)) = error.and_then(|error| error.as_error::<ApiError>()?.cause.as_deref()) {
        log::error!("request {number}: {method} {} failed: {cause}", route.as_deref().unwrap_or_default());
    }
    answered
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
        let problem = |Problem { field, reason }: &Problem| ProblemView {
            field: field.clone(),
            reason: reason.clone(),
        };
        let problems: Vec<ProblemView> = self.problems.iter().map(problem).collect();
        let data = (!problems.is_empty()).then_some(problems);
        let mut response = failure(status, code, self.message.clone(), data);
        add_headers(self, response.headers_mut());
        response
    }
}

/// Adds the headers that say more of an error.
fn add_headers(error: &ApiError, headers: &mut HeaderMap) {
    if let Some(allow) = error.allow.as_deref().and_then(|allow| allow.parse().ok()) {
        headers.insert(header::ALLOW, allow);
    }
    if let Some(seconds) = error.retry_after {
        headers.insert(header::RETRY_AFTER, seconds.into());
    }
    if let Some(range) = error.length.and_then(|length| format!("bytes */{length}").parse().ok()) {
        headers.insert(header::CONTENT_RANGE, range);
    }
    if error.code == ErrorCode::TokenRequired {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"TikMatrix\""));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_names_the_first_problem_and_counts_the_others() {
        let error = |count: usize| {
            let mut problems = Problems::default();
            (0..count).for_each(|_| problems.add("serials", "is required"));
            ApiError::from(problems).to_string()
        };
        assert_eq!(error(1), "serials: is required");
        assert_eq!(error(2), "serials: is required (and 1 more problem: see data)");
        assert_eq!(error(3), "serials: is required (and 2 more problems: see data)");
        let many = error(1000);
        assert_eq!(many, "serials: is required (and 999 more problems: data has the first 100)");
    }

    #[test]
    fn a_full_disk_is_no_internal_error_and_does_not_tell_its_cause_either() {
        let (operation, reason) = ("create tasks", "database or disk is full at /home".to_owned());
        for error in [
            ApiError::from(StorageError::DiskFull { operation, reason }),
            ApiError::from(io::Error::new(io::ErrorKind::StorageFull, "/home")),
        ] {
            assert_eq!((error.status_code().as_u16(), error.code.table().0), (507, 50701));
            assert!(!error.to_string().contains("/home"), "{error}");
        }
    }

    #[test]
    fn an_internal_error_never_tells_its_cause() {
        let error = ApiError::internal("the disk burns");
        assert!(!error.to_string().contains("disk"), "{error}");
        assert_eq!(error.status_code(), StatusCode::INTERNAL_SERVER_ERROR);
    }
}
