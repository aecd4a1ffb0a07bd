//! Reading tasks: lists, counts, and one task with its attempts.

use std::hash::RandomState;
use std::sync::Arc;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use tikmatrix_domain::{Clock, DevicePresence, Task, TaskDetail, TaskId, WaitingReason, waiting_reason};
use tikmatrix_runner::Runner;
use tikmatrix_storage::Store;

use crate::http::envelope::Envelope;
use crate::http::error::ApiError;
use crate::http::extract::{Id, missing};
use crate::http::paging;
use crate::http::query::{NoQuery, Query};
use crate::http::routing::{Operation, operations};
use crate::http::schema::{Name, Source, Username};
use crate::state::CurrentSettings;
use crate::tasks::list_request::ListTasks;
use crate::tasks::task_etag::{TaskEtag, Validity};
use crate::tasks::view::{StatsView, TaskDetailView, TaskListView, TaskView};

/// Everything that answers about tasks are made of.
pub(crate) struct TaskReader {
    pub(crate) store: Store,
    pub(crate) runner: Runner,
    pub(crate) settings: Data<CurrentSettings>,
    pub(crate) clock: Arc<dyn Clock>,
    /// The keys of the hashes that entity tags are.
    pub(crate) tag_keys: RandomState,
}

impl TaskReader {
    /// The entity tag that an answer to `request` would have now.
    pub(crate) async fn etag<'request>(
        &self,
        request: &'request HttpRequest,
    ) -> Result<TaskEtag<'request>, ApiError> {
        Ok(TaskEtag {
            request,
            keys: self.tag_keys.clone(),
            version: self.store.version().await?,
            presences: self.runner.presence_version(),
            paused: self.settings.borrow().paused,
        })
    }

    /// Reads one task with its attempts.
    ///
    /// # Errors
    /// 40401 where there is no such task.
    pub(crate) async fn task(&self, id: TaskId) -> Result<TaskDetail, ApiError> {
        self.store.task(id).await?.ok_or_else(|| missing(id))
    }

    /// Why the task waits at `now`, if it does.
    pub(crate) fn waiting(&self, task: &Task, now: DateTime<Utc>) -> Option<WaitingReason> {
        if self.settings.borrow().paused {
            return waiting_reason(task, now, DevicePresence::Paused);
        }
        let presence = |serial| self.runner.presence(serial);
        waiting_reason(task, now, task.serial.as_ref().map_or(DevicePresence::Offline, presence))
    }
}

pub(crate) fn routes() -> Vec<Operation> {
    operations![list, stats, show]
}

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
pub(crate) async fn list(
    tasks: Data<TaskReader>,
    query: Query<ListTasks>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let now = tasks.clock.now();
    let etag = tasks.etag(&request).await?;
    if let Some(unchanged) = etag.unchanged(now) {
        return Ok(unchanged);
    }
    let Query(ListTasks { filter, page }) = query;
    let (mut listed, total) = tasks.store.tasks(filter.clone(), paging::with_next(&page)).await?;
    let page_size = page.size;
    let (page, next_cursor) = paging::settle(&mut listed, &page, total, &filter, |task| task.id.0);
    let validity = Validity::around(now, listed.iter());
    let views = listed.iter().map(|task| TaskView::new(task, tasks.waiting(task, now))).collect();
    Ok(etag.answer(&TaskListView { tasks: views, total, page, page_size, next_cursor }, validity))
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
pub(crate) async fn stats(
    tasks: Data<TaskReader>,
    _: NoQuery,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let etag = tasks.etag(&request).await?;
    if let Some(unchanged) = etag.unchanged(tasks.clock.now()) {
        return Ok(unchanged);
    }
    Ok(etag.answer(&StatsView::from(tasks.store.stats().await?), Validity::ALWAYS))
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
pub(crate) async fn show(
    tasks: Data<TaskReader>,
    Id(id): Id<TaskId>,
    _: NoQuery,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let now = tasks.clock.now();
    let etag = tasks.etag(&request).await?;
    if let Some(unchanged) = etag.unchanged(now) {
        return Ok(unchanged);
    }
    let detail = tasks.task(id).await?;
    let validity = Validity::around(now, std::iter::once(&detail.task));
    Ok(etag.answer(&TaskDetailView::new(&detail, tasks.waiting(&detail.task, now)), validity))
}
