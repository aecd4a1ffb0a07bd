//! Reading tasks: lists, counts, and one task with its attempts.

use std::hash::RandomState;
use std::sync::Arc;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use serde::Serialize;
use tikmatrix_api_types::Envelope;
use tikmatrix_api_types::tasks::{self as api_types, Stats, TaskDetail, TaskFilter, TaskList, TaskPage};
use tikmatrix_domain::{self as domain, Clock, DevicePresence, Task, TaskId, WaitingReason, waiting_reason};
use tikmatrix_runner::Runner;
use tikmatrix_storage::Store;

use crate::http::error::ApiError;
use crate::http::extract::{Id, missing};
use crate::http::paging;
use crate::http::query::{NoQuery, Query};
use crate::http::routing::{Operation, operations};
use crate::settings::CurrentSettings;
use crate::tasks::convert;
use crate::tasks::list_request::ListTasks;
use crate::tasks::task_etag::{TaskEtag, Validity};

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
    /// Answers `request` with what `read` finds at a moment and how long time leaves that as it is; without reading
    /// anything where the client has a copy that is still current.
    ///
    /// # Errors
    /// Those of `read`, and of the database.
    pub(crate) async fn answer<Found: Serialize>(
        &self,
        request: &HttpRequest,
        read: impl AsyncFnOnce(DateTime<Utc>) -> Result<(Found, Validity), ApiError>,
    ) -> Result<HttpResponse, ApiError> {
        let now = self.clock.now();
        let etag = TaskEtag {
            request,
            keys: self.tag_keys.clone(),
            version: self.store.database().version().await?,
            presences: self.runner.presence_version(),
            paused: self.settings.borrow().paused,
        };
        if let Some(unchanged) = etag.unchanged(now) {
            return Ok(unchanged);
        }
        let (found, validity) = read(now).await?;
        Ok(etag.answer(&found, validity))
    }

    /// Reads one task with its attempts.
    ///
    /// # Errors
    /// 40401 where there is no such task.
    pub(crate) async fn task(&self, id: TaskId) -> Result<domain::TaskDetail, ApiError> {
        self.store.tasks().find(id).await?.ok_or_else(|| missing(id))
    }

    /// The task as the API shows it now.
    pub(crate) fn view(&self, task: Task) -> api_types::Task {
        self.view_at(task, self.clock.now())
    }

    fn view_at(&self, task: Task, now: DateTime<Utc>) -> api_types::Task {
        let waiting = self.waiting(&task, now);
        convert::task(task, waiting)
    }

    /// Why the task waits at `now`, if it does.
    fn waiting(&self, task: &Task, now: DateTime<Utc>) -> Option<WaitingReason> {
        if self.settings.borrow().paused {
            return waiting_reason(task, now, DevicePresence::Paused);
        }
        let presence = |serial| self.runner.presence(serial);
        waiting_reason(task, now, task.serial.as_ref().map_or(DevicePresence::Offline, presence))
    }
}

pub(crate) fn routes() -> Vec<Operation> {
    operations![Viewer: list, stats, show]
}

/// Lists tasks, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/task",
    operation_id = "listTasks",
    tag = "Tasks",
    params(
        TaskFilter,
        TaskPage,
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` of an answer that the client has."),
    ),
    responses(
        (status = 200, description = "The tasks, newest first.", body = Envelope<TaskList>),
        (status = 304, description = "The copy that `If-None-Match` names is still current."),
    ),
)]
pub(crate) async fn list(
    tasks: Data<TaskReader>,
    Query(ListTasks { filter, page, has_configs }): Query<ListTasks>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let read = async |now| {
        let (store, wanted) = (&tasks.store, paging::with_next(&page));
        let (mut listed, total) = if has_configs {
            store.tasks().list_with_configs(filter.clone(), wanted).await?
        } else {
            store.tasks().list(filter.clone(), wanted).await?
        };
        let page_size = page.size;
        let (page, next_cursor) = paging::settle(&mut listed, &page, total, &filter, |task| task.id.0);
        let validity = Validity::around(now, listed.iter());
        let views = listed.into_iter().map(|task| tasks.view_at(task, now)).collect();
        Ok((TaskList { tasks: views, total, page, page_size, next_cursor }, validity))
    };
    tasks.answer(&request, read).await
}

/// Counts the tasks by their status.
#[utoipa::path(
    get,
    path = "/api/v1/task/stats",
    operation_id = "countTasks",
    tag = "Tasks",
    params(("If-None-Match" = Option<String>, Header, description = "The `ETag` of an answer that the client has.")),
    responses(
        (status = 200, description = "How many tasks there are, by status.", body = Envelope<Stats>),
        (status = 304, description = "The copy that `If-None-Match` names is still current."),
    ),
)]
pub(crate) async fn stats(
    tasks: Data<TaskReader>,
    _: NoQuery,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let read = async |_| Ok((convert::stats(tasks.store.tasks().stats().await?), Validity::ALWAYS));
    tasks.answer(&request, read).await
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
        (status = 200, description = "One task with its attempts, steps and evidence.", body = Envelope<TaskDetail>),
        (status = 304, description = "The copy that `If-None-Match` names is still current."),
    ),
)]
pub(crate) async fn show(
    tasks: Data<TaskReader>,
    Id(id): Id<TaskId>,
    _: NoQuery,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let read = async |now| {
        let detail = tasks.task(id).await?;
        let validity = Validity::around(now, std::iter::once(&detail.task));
        let waiting = tasks.waiting(&detail.task, now);
        Ok((convert::detail(detail, waiting), validity))
    };
    tasks.answer(&request, read).await
}
