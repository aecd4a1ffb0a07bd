//! What is done to tasks after they were made: stopped, begun again, deleted.

use actix_web::HttpResponse;
use actix_web::web::Data;
use tikmatrix_domain::{Clock, Outcome, TaskId, TaskState};
use tikmatrix_runner::Runner;
use tikmatrix_storage::Store;

use crate::http::envelope::{DeletedView, Envelope, Success, success};
use crate::http::error::{Answer, ApiError};
use crate::http::extract::{Id, Json, missing};
use crate::http::query::NoQuery;
use crate::http::routing::{Operation, operations};
use crate::http::schema::TaskIds;
use crate::tasks::read::TaskReader;
use crate::tasks::task_ids;
use crate::tasks::view::{BatchDeletedView, RetriedView, TaskView};

pub(crate) fn routes() -> Vec<Operation> {
    operations![stop, retry, retry_all, delete, delete_batch, delete_batch_by_post]
}

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
pub(crate) async fn stop(
    runner: Data<Runner>,
    tasks: Data<TaskReader>,
    Id(id): Id<TaskId>,
    _: NoQuery,
) -> Result<HttpResponse, ApiError> {
    runner.stop(id).await?;
    let task = tasks.task(id).await?.task;
    match &task.state {
        TaskState::Finished { finish, .. } if finish.outcome != Outcome::Stopped => {
            let reason =
                format!("task {id} was not stopped: it just ended on its own, {}", finish.outcome.as_str());
            Err(ApiError::invalid("task_id", reason))
        }
        _ => Ok(success(&TaskView::new(&task, tasks.waiting(&task, tasks.clock.now())))),
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
pub(crate) async fn retry(
    store: Data<Store>,
    runner: Data<Runner>,
    tasks: Data<TaskReader>,
    Id(id): Id<TaskId>,
    _: NoQuery,
) -> Result<HttpResponse, ApiError> {
    store.retry(id, tasks.clock.now()).await?;
    runner.wake();
    let task = tasks.task(id).await?.task;
    Ok(success(&TaskView::new(&task, tasks.waiting(&task, tasks.clock.now()))))
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
    store: Data<Store>,
    clock: Data<dyn Clock>,
    runner: Data<Runner>,
    _: NoQuery,
) -> Answer<RetriedView> {
    let retried_count = store.retry_all(clock.now()).await?;
    runner.wake();
    Ok(Success(RetriedView { retried_count }))
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
pub(crate) async fn delete(runner: Data<Runner>, Id(id): Id<TaskId>, _: NoQuery) -> Answer<DeletedView> {
    match runner.delete(vec![id]).await?.deleted.len() {
        0 => Err(missing(id)),
        deleted_count => Ok(Success(DeletedView { deleted_count })),
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
pub(crate) async fn delete_batch(runner: Data<Runner>, _: NoQuery, body: Json) -> Answer<BatchDeletedView> {
    let deletion = runner.delete(task_ids::read(body.0)?).await?;
    Ok(Success(BatchDeletedView::from(&deletion)))
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
    runner: Data<Runner>,
    query: NoQuery,
    body: Json,
) -> Answer<BatchDeletedView> {
    delete_batch(runner, query, body).await
}
