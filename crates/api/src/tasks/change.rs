//! What is done to tasks after they were made: stopped, begun again, deleted.

use actix_web::{HttpRequest, HttpResponse, web};
use tikmatrix_domain::{IllegalTransition, Outcome, TaskId, TaskState};
use tikmatrix_storage::StorageError;

use crate::http::envelope::{DeletedView, Envelope, success};
use crate::http::error::ApiError;
use crate::http::extract;
use crate::http::query::Query;
use crate::http::schema::TaskIds;
use crate::state::AppState;
use crate::tasks::read::{no_such_task, task_id, waiting};
use crate::tasks::task_ids;
use crate::tasks::view::{BatchDeletedView, RetriedView, TaskView};

/// Stops a running task.
#[utoipa::path(
    post,
    path = "/api/v1/task/{task_id}/stop",
    operation_id = "stopTask",
    tag = "Tasks",
    params(
        ("task_id" = i64, Path, description = "The number of a task.", minimum = 1),
    ),
    responses((status = 200, description = "The task as it is now that its phone has let go.", body = Envelope<TaskView>)),
)]
pub(crate) async fn stop(core: web::Data<AppState>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    Query::none(request.query_string())?;
    let id = task_id(&request)?;
    core.runner.stop(id).await.map_err(|error| refusal(&request, id, error))?;
    let task = core.store.task(id).await.map_err(|error| refusal(&request, id, error))?;
    let task = task.ok_or_else(|| no_such_task(&id.to_string()))?.task;
    match &task.state {
        TaskState::Finished { finish, .. } if finish.outcome != Outcome::Stopped => {
            let ended = finish.outcome.text();
            Err(ApiError::invalid(
                "task_id",
                format!("task {id} was not stopped: it just ended by itself, {ended}"),
            ))
        }
        _ => Ok(success(TaskView::new(&task, waiting(&core, &task, core.clock.now())))),
    }
}

/// Lets a failed task begin again.
#[utoipa::path(
    post,
    path = "/api/v1/task/{task_id}/retry",
    operation_id = "retryTask",
    tag = "Tasks",
    params(
        ("task_id" = i64, Path, description = "The number of a task.", minimum = 1),
    ),
    responses((status = 200, description = "The task, pending again.", body = Envelope<TaskView>)),
)]
pub(crate) async fn retry(core: web::Data<AppState>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    Query::none(request.query_string())?;
    let id = task_id(&request)?;
    core.store.retry(id, core.clock.now()).await.map_err(|error| refusal(&request, id, error))?;
    core.runner.wake();
    let task = core.store.task(id).await.map_err(|error| refusal(&request, id, error))?;
    let task = task.ok_or_else(|| no_such_task(&id.to_string()))?.task;
    Ok(success(TaskView::new(&task, waiting(&core, &task, core.clock.now()))))
}

/// Lets every failed task begin again.
#[utoipa::path(
    post,
    path = "/api/v1/task/retry-all",
    operation_id = "retryAllTasks",
    tag = "Tasks",
    responses((status = 200, description = "How many failed tasks are pending again.", body = Envelope<RetriedView>)),
)]
pub(crate) async fn retry_all(
    core: web::Data<AppState>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    Query::none(request.query_string())?;
    let retried = core.store.retry_all(core.clock.now()).await;
    let retried_count = retried.map_err(|error| ApiError::internal("POST /api/v1/task/retry-all", &error))?;
    core.runner.wake();
    Ok(success(RetriedView { retried_count }))
}

/// Deletes a task; a running one is stopped first.
#[utoipa::path(
    delete,
    path = "/api/v1/task/{task_id}",
    operation_id = "deleteTask",
    tag = "Tasks",
    params(
        ("task_id" = i64, Path, description = "The number of a task.", minimum = 1),
    ),
    responses((status = 200, description = "The task was stopped, if it ran, and is gone.", body = Envelope<DeletedView>)),
)]
pub(crate) async fn delete(
    core: web::Data<AppState>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    Query::none(request.query_string())?;
    let id = task_id(&request)?;
    let deletion = core.runner.delete(vec![id]).await.map_err(|error| refusal(&request, id, error))?;
    match deletion.deleted.len() {
        0 => Err(no_such_task(&id.to_string())),
        deleted_count => Ok(success(DeletedView { deleted_count })),
    }
}

/// Deletes many tasks; running ones are stopped first.
#[utoipa::path(
    delete,
    path = "/api/v1/task/batch",
    operation_id = "deleteTasks",
    tag = "Tasks",
    request_body = TaskIds,
    responses((status = 200, description = "The tasks were stopped, where they ran, and are gone.", body = Envelope<BatchDeletedView>)),
)]
pub(crate) async fn delete_batch(
    core: web::Data<AppState>,
    request: HttpRequest,
    body: Result<web::Bytes, actix_web::Error>,
) -> Result<HttpResponse, ApiError> {
    Query::none(request.query_string())?;
    let ids = task_ids::read(extract::json(&request, body)?)?;
    let attempt = "deleting several tasks";
    let deletion = core.runner.delete(ids).await.map_err(|error| ApiError::internal(attempt, &error))?;
    Ok(success(BatchDeletedView::from(&deletion)))
}

/// Deletes many tasks, as `DELETE /api/v1/task/batch` does: some proxies drop a DELETE's body.
#[utoipa::path(
    post,
    path = "/api/v1/task/batch-delete",
    operation_id = "deleteTasksByPost",
    tag = "Tasks",
    request_body = TaskIds,
    responses((status = 200, description = "The tasks were stopped, where they ran, and are gone.", body = Envelope<BatchDeletedView>)),
)]
pub(crate) async fn delete_batch_by_post(
    core: web::Data<AppState>,
    request: HttpRequest,
    body: Result<web::Bytes, actix_web::Error>,
) -> Result<HttpResponse, ApiError> {
    delete_batch(core, request, body).await
}

fn refusal(request: &HttpRequest, id: TaskId, error: StorageError) -> ApiError {
    match error {
        StorageError::NoSuchTask(id) => no_such_task(&id.to_string()),
        StorageError::Illegal { source: IllegalTransition::NotRunning(status), .. } => {
            let reason = format!("task {id} is {}; only a running one can be stopped", status.text());
            ApiError::invalid("task_id", reason)
        }
        StorageError::Illegal { source: IllegalTransition::NotFailed(status), .. } => {
            let reason = format!("task {id} is {}; only a failed one can be retried", status.text());
            ApiError::invalid("task_id", reason)
        }
        error => ApiError::internal(&format!("{} {}", request.method(), request.path()), &error),
    }
}
