//! Looking at tasks.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use tikmatrix_domain::{PhonePresence, Task, TaskId, WaitingReason, waiting_reason};
use tikmatrix_storage::{Page, PageStart, StorageError};

use crate::http::envelope::{Envelope, success};
use crate::http::error::{ApiError, ErrorCode};
use crate::http::paging;
use crate::http::query::Query;
use crate::http::schema::{Name, Source, Username};
use crate::state::AppState;
use crate::tasks::list_request::ListTasks;
use crate::tasks::task_etag::{TaskEtag, Validity};
use crate::tasks::view::{StatsView, TaskDetailView, TaskListView, TaskView};

/// Lists tasks, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/task",
    operation_id = "listTasks",
    tag = "Tasks",
    params(
        ("status" = Option<u8>, Query, description = "Only tasks in this status: 0 pending, 1 running, 2 completed, 3 failed.", minimum = 0, maximum = 3),
        ("serial" = Option<Name>, Query, description = "Only tasks of the phone with this serial."),
        ("username" = Option<Username>, Query, description = "Only tasks of this account."),
        ("script_name" = Option<Name>, Query, description = "Only tasks of this script."),
        ("source" = Option<Source>, Query, description = "Only tasks that a program made (`api`), or a person in the web console (`ui`)."),
        ("page" = Option<usize>, Query, description = "The number of the page, from 1. Default: 1. Not together with `cursor`.", minimum = 1),
        ("page_size" = Option<usize>, Query, description = "How many a page holds; above 100 is taken as 100. Default: 20.", minimum = 1),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the answer before: reads on at the same cost however deep. It belongs to the filters that the list began with.", pattern = r"\S"),
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` of an answer that the client has."),
    ),
    responses(
        (status = 200, description = "The tasks, newest first.", body = Envelope<TaskListView>),
        (status = 304, description = "What `If-None-Match` names is what the answer would be."),
    ),
)]
pub(crate) async fn list(core: web::Data<AppState>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let failed = |error: StorageError| ApiError::internal("GET /api/v1/task", &error);
    let now = core.clock.now();
    let edition = TaskEtag::of(&core, &request).await.map_err(failed)?;
    if let Some(unchanged) = edition.unchanged(now) {
        return Ok(unchanged);
    }
    let ListTasks { filter, start, page_size } = ListTasks::read(request.query_string())?;
    // By cursor, one more than the page holds tells whether there are more.
    let (page, size) = match start {
        PageStart::Number(page) => (Some(page), page_size),
        PageStart::Before(_) => (None, page_size + 1),
    };
    let (mut tasks, total) = core.store.tasks(filter.clone(), Page { start, size }).await.map_err(failed)?;
    let has_more = match page {
        Some(page) => u64::from(page) * u64::from(page_size) < total,
        None => tasks.len() > page_size as usize,
    };
    tasks.truncate(page_size as usize);
    let last = tasks.last().filter(|_| has_more);
    let next_cursor = last.map(|last| paging::after(last.id.0, &filter));
    let span = Validity::around(now, tasks.iter());
    let tasks = tasks.iter().map(|task| TaskView::new(task, waiting(&core, task, now))).collect();
    let answer = success(TaskListView { tasks, total, page, page_size, next_cursor });
    Ok(edition.marked(answer, span))
}

/// Counts the tasks by their status.
#[utoipa::path(
    get,
    path = "/api/v1/task/stats",
    operation_id = "countTasks",
    tag = "Tasks",
    params(("If-None-Match" = Option<String>, Header, description = "The `ETag` of an answer that the client has.")),
    responses(
        (status = 200, description = "How many tasks there are, by status.", body = Envelope<StatsView>),
        (status = 304, description = "What `If-None-Match` names is what the answer would be."),
    ),
)]
pub(crate) async fn stats(core: web::Data<AppState>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    Query::none(request.query_string())?;
    let failed = |error: StorageError| ApiError::internal("GET /api/v1/task/stats", &error);
    let edition = TaskEtag::of(&core, &request).await.map_err(failed)?;
    if let Some(unchanged) = edition.unchanged(core.clock.now()) {
        return Ok(unchanged);
    }
    let counts = core.store.stats().await.map_err(failed)?;
    Ok(edition.marked(success(StatsView::from(counts)), Validity::ALWAYS))
}

/// Shows one task with its attempts and steps.
#[utoipa::path(
    get,
    path = "/api/v1/task/{task_id}",
    operation_id = "showTask",
    tag = "Tasks",
    params(
        ("task_id" = i64, Path, description = "The number of a task.", minimum = 1),
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` of an answer that the client has."),
    ),
    responses(
        (status = 200, description = "One task with its attempts, steps and evidence.", body = Envelope<TaskDetailView>),
        (status = 304, description = "What `If-None-Match` names is what the answer would be."),
    ),
)]
pub(crate) async fn show(core: web::Data<AppState>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    Query::none(request.query_string())?;
    let id = task_id(&request)?;
    let failed = |error: StorageError| ApiError::internal("GET /api/v1/task/{task_id}", &error);
    let now = core.clock.now();
    let edition = TaskEtag::of(&core, &request).await.map_err(failed)?;
    if let Some(unchanged) = edition.unchanged(now) {
        return Ok(unchanged);
    }
    let detail = core.store.task(id).await.map_err(failed)?.ok_or_else(|| no_such_task(&id.to_string()))?;
    let span = Validity::around(now, std::iter::once(&detail.task));
    let waiting = waiting(&core, &detail.task, now);
    Ok(edition.marked(success(TaskDetailView::new(&detail, waiting)), span))
}

/// The task that the path names.
pub(crate) fn task_id(request: &HttpRequest) -> Result<TaskId, ApiError> {
    let text = request.match_info().get("task_id").unwrap_or_default();
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse() {
        Ok(number) if digits && number > 0 => Ok(TaskId(number)),
        // A positive number, and larger than that of any task.
        Err(_) if digits => Err(no_such_task(text)),
        _ => Err(ApiError::invalid("task_id", format!("{text:?} is not a positive whole number"))),
    }
}

/// The answer where the task that is named is not.
pub(crate) fn no_such_task(id: &str) -> ApiError {
    ApiError::new(ErrorCode::NotFound, format!("there is no task {id}"))
}

/// Why the task waits at `now`, if it does.
pub(crate) fn waiting(core: &AppState, task: &Task, now: DateTime<Utc>) -> Option<WaitingReason> {
    if core.settings.borrow().paused {
        return waiting_reason(task, now, PhonePresence::Paused);
    }
    let presence = task.serial.as_ref().map_or(PhonePresence::Offline, |serial| core.runner.presence(serial));
    waiting_reason(task, now, presence)
}
