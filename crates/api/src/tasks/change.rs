//! Changing one task: stopping, cancelling, retrying and deleting it; and retrying every failed one.

use actix_web::web::Data;
use tikmatrix_api_types::tasks::{Retried, Task};
use tikmatrix_api_types::{Deleted, Envelope};
use tikmatrix_domain::{Clock, Outcome, TaskId, TaskState};
use tikmatrix_runner::Runner;
use tikmatrix_storage::{StorageError, Store};

use crate::http::envelope::Success;
use crate::http::error::{Answer, ApiError};
use crate::http::extract::{EmptyBody, Id, missing};
use crate::http::query::NoQuery;
use crate::http::routing::{Operation, operations};
use crate::tasks::read::TaskReader;

pub(crate) fn routes() -> Vec<Operation> {
    operations![Operator: stop, cancel, retry, retry_all, delete]
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
    responses((status = 200, description = "The task after its phone was released.", body = Envelope<Task>)),
)]
pub(crate) async fn stop(
    runner: Data<Runner>,
    tasks: Data<TaskReader>,
    Id(id): Id<TaskId>,
    _: NoQuery,
    _: EmptyBody,
) -> Answer<Task> {
    runner.stop(id).await?;
    let task = tasks.task(id).await?.task;
    match &task.state {
        TaskState::Finished { finish, .. } if finish.outcome != Outcome::Stopped => {
            let reason =
                format!("task {id} was not stopped: it just ended on its own, {}", finish.outcome.as_str());
            Err(ApiError::invalid("task_id", reason))
        }
        _ => Ok(Success(tasks.view(task))),
    }
}

/// Cancels a task that has not finished: a pending one never runs and stays in the history, a running one is stopped.
#[utoipa::path(
    post,
    path = "/api/v1/task/{task_id}/cancel",
    operation_id = "cancelTask",
    tag = "Tasks",
    params(
        ("task_id" = i64, Path, description = "The number of a task.", minimum = 1),
    ),
    responses((status = 200, description = "The task, which has ended.", body = Envelope<Task>)),
)]
pub(crate) async fn cancel(
    runner: Data<Runner>,
    tasks: Data<TaskReader>,
    Id(id): Id<TaskId>,
    _: NoQuery,
    _: EmptyBody,
) -> Answer<Task> {
    if let Some((task, source)) = runner.cancel(vec![id]).await?.refused.pop() {
        return Err(StorageError::Illegal { task, source }.into());
    }
    let task = tasks.task(id).await?.task;
    Ok(Success(tasks.view(task)))
}

/// Retries a failed task.
#[utoipa::path(
    post,
    path = "/api/v1/task/{task_id}/retry",
    operation_id = "retryTask",
    tag = "Tasks",
    params(
        ("task_id" = i64, Path, description = "The number of a task.", minimum = 1),
    ),
    responses((status = 200, description = "The task, pending again.", body = Envelope<Task>)),
)]
pub(crate) async fn retry(
    store: Data<Store>,
    runner: Data<Runner>,
    tasks: Data<TaskReader>,
    Id(id): Id<TaskId>,
    _: NoQuery,
    _: EmptyBody,
) -> Answer<Task> {
    store.task_changes().retry(id, tasks.clock.now()).await?;
    runner.wake();
    let task = tasks.task(id).await?.task;
    Ok(Success(tasks.view(task)))
}

/// Retries every failed task.
#[utoipa::path(
    post,
    path = "/api/v1/task/retry-all",
    operation_id = "retryAllTasks",
    tag = "Tasks",
    responses((status = 200, description = "How many failed tasks are pending again.", body = Envelope<Retried>)),
)]
pub(crate) async fn retry_all(
    store: Data<Store>,
    clock: Data<dyn Clock>,
    runner: Data<Runner>,
    _: NoQuery,
    _: EmptyBody,
) -> Answer<Retried> {
    let retried_count = store.task_changes().retry_all(clock.now()).await?;
    runner.wake();
    Ok(Success(Retried { retried_count: retried_count as u64 }))
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
    responses((status = 200, description = "The task was stopped, if it ran, and is gone.", body = Envelope<Deleted>)),
)]
pub(crate) async fn delete(runner: Data<Runner>, Id(id): Id<TaskId>, _: NoQuery) -> Answer<Deleted> {
    match runner.delete(vec![id]).await?.done.len() {
        0 => Err(missing(id)),
        deleted_count => Ok(Success(Deleted { deleted_count })),
    }
}
