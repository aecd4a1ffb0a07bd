//! Operations on many tasks, by their numbers or by a filter: stopping, cancelling, retrying and deleting them.

use std::collections::HashSet;

use actix_web::HttpRequest;
use actix_web::web::Data;
use serde_json::Value;
use tikmatrix_api_types::Envelope;
use tikmatrix_api_types::tasks::{
    BatchCancelled, BatchDeleted, BatchQuery, BatchRetried, BatchStopped, SkippedTask, TaskBatch,
};
use tikmatrix_domain::{BatchOperation, IllegalTransition, TaskId};
use tikmatrix_runner::{BatchResult, Runner, TaskSelection};
use tikmatrix_validation::{Fields, Problems, shown};

use crate::apps::KnownApps;
use crate::http::body::{Json, RequestBody};
use crate::http::envelope::Success;
use crate::http::error::{Answer, ApiError, refusal};
use crate::http::query::{Query, ReadQuery};
use crate::http::routing::{Operation, operations};
use crate::tasks::list_request::filter;

pub(crate) fn routes() -> Vec<Operation> {
    operations![Operator: stop, cancel, retry, delete, delete_by_post]
}

/// Whether a request only asks what it would do.
pub(crate) struct DryRun(bool);

impl ReadQuery for DryRun {
    type Parameters = BatchQuery;

    fn convert(query: BatchQuery, _: &HttpRequest, _: &mut Problems) -> Self {
        Self(query.dry_run.unwrap_or(false))
    }
}

impl RequestBody for TaskBatch {
    fn check(fields: &Fields<'_>, problems: &mut Problems) {
        let filter = fields.given("filter").filter(|filter| !filter.is_null());
        match (fields.given("task_ids"), filter) {
            (None, None) => {
                problems.add("task_ids", "is required: a list of the numbers of tasks, or a filter");
            }
            (Some(_), Some(_)) => problems.add("task_ids", "cannot be given together with filter"),
            (Some(Value::Array(ids)), None) => {
                for (index, id) in
                    ids.iter().enumerate().filter(|(_, id)| id.as_i64().is_none_or(|id| id < 1))
                {
                    let reason = format!("{} is not the number of a task: a whole number from 1", shown(id));
                    problems.add(format!("task_ids[{index}]"), reason);
                }
            }
            (Some(_), None) | (None, Some(_)) => {}
        }
        // A `null` or a blank text is no condition; the former are left out by now, the latter refused.
        match filter.and_then(Value::as_object) {
            Some(given) if given.is_empty() => {
                problems.add("filter", "has no condition; every task is {\"all\": true}");
            }
            Some(given) if given.len() > 1 && given.contains_key("all") => {
                problems.add("filter.all", "cannot be given together with conditions");
            }
            _ => {}
        }
    }

    fn check_apps(fields: &Fields<'_>, apps: &KnownApps, problems: &mut Problems) {
        let app = fields.given("filter").and_then(|filter| filter.get("app")).and_then(Value::as_str);
        if let Some(Err(reason)) = app.map(|app| apps.parse(app)) {
            problems.add("filter.app", reason);
        }
    }
}

/// Stops the running ones of many tasks.
#[utoipa::path(
    post,
    path = "/api/v1/task/batch-stop",
    operation_id = "stopTasks",
    tag = "Tasks",
    params(BatchQuery),
    request_body(content = TaskBatch, example = json!({"task_ids": [1]})),
    responses((status = 200, description = "The tasks after their phones were released.", body = Envelope<BatchStopped>)),
)]
pub(crate) async fn stop(
    runner: Data<Runner>,
    apps: Data<KnownApps>,
    Query(dry_run): Query<DryRun>,
    Json(batch): Json<TaskBatch>,
) -> Answer<BatchStopped> {
    let result = run(&runner, &apps, BatchOperation::Stop, &dry_run, batch).await?;
    let (not_found, skipped) = (numbers(&result.not_found), skipped(&result.refused));
    Ok(Success(BatchStopped { stopped_count: result.done, not_found, skipped }))
}

/// Cancels the unfinished ones of many tasks.
///
/// Pending ones never run and stay in the history, running ones are stopped.
#[utoipa::path(
    post,
    path = "/api/v1/task/batch-cancel",
    operation_id = "cancelTasks",
    tag = "Tasks",
    params(BatchQuery),
    request_body(content = TaskBatch, example = json!({"task_ids": [1]})),
    responses((status = 200, description = "The tasks have ended.", body = Envelope<BatchCancelled>)),
)]
pub(crate) async fn cancel(
    runner: Data<Runner>,
    apps: Data<KnownApps>,
    Query(dry_run): Query<DryRun>,
    Json(batch): Json<TaskBatch>,
) -> Answer<BatchCancelled> {
    let result = run(&runner, &apps, BatchOperation::Cancel, &dry_run, batch).await?;
    let (not_found, skipped) = (numbers(&result.not_found), skipped(&result.refused));
    Ok(Success(BatchCancelled { cancelled_count: result.done, not_found, skipped }))
}

/// Retries the failed ones of many tasks.
#[utoipa::path(
    post,
    path = "/api/v1/task/batch-retry",
    operation_id = "retryTasks",
    tag = "Tasks",
    params(BatchQuery),
    request_body(content = TaskBatch, example = json!({"task_ids": [1]})),
    responses((status = 200, description = "The tasks are pending again.", body = Envelope<BatchRetried>)),
)]
pub(crate) async fn retry(
    runner: Data<Runner>,
    apps: Data<KnownApps>,
    Query(dry_run): Query<DryRun>,
    Json(batch): Json<TaskBatch>,
) -> Answer<BatchRetried> {
    let result = run(&runner, &apps, BatchOperation::Retry, &dry_run, batch).await?;
    let (not_found, skipped) = (numbers(&result.not_found), skipped(&result.refused));
    Ok(Success(BatchRetried { retried_count: result.done, not_found, skipped }))
}

/// Deletes many tasks; running ones are stopped first.
#[utoipa::path(
    delete,
    path = "/api/v1/task/batch",
    operation_id = "deleteTasks",
    tag = "Tasks",
    params(BatchQuery),
    request_body(content = TaskBatch, example = json!({"task_ids": [1]})),
    responses((status = 200, description = "The tasks were stopped, where they ran, and are gone.", body = Envelope<BatchDeleted>)),
)]
pub(crate) async fn delete(
    runner: Data<Runner>,
    apps: Data<KnownApps>,
    Query(dry_run): Query<DryRun>,
    Json(batch): Json<TaskBatch>,
) -> Answer<BatchDeleted> {
    let result = run(&runner, &apps, BatchOperation::Delete, &dry_run, batch).await?;
    Ok(Success(BatchDeleted { deleted_count: result.done, not_found: numbers(&result.not_found) }))
}

/// Deletes many tasks by POST.
///
/// It does what `DELETE /api/v1/task/batch` does: some proxies drop a DELETE's body.
#[utoipa::path(
    post,
    path = "/api/v1/task/batch-delete",
    operation_id = "deleteTasksByPost",
    tag = "Tasks",
    params(BatchQuery),
    request_body(content = TaskBatch, example = json!({"task_ids": [1]})),
    responses((status = 200, description = "The tasks were stopped, where they ran, and are gone.", body = Envelope<BatchDeleted>)),
)]
pub(crate) async fn delete_by_post(
    runner: Data<Runner>,
    apps: Data<KnownApps>,
    dry_run: Query<DryRun>,
    batch: Json<TaskBatch>,
) -> Answer<BatchDeleted> {
    delete(runner, apps, dry_run, batch).await
}

async fn run(
    runner: &Runner,
    apps: &KnownApps,
    operation: BatchOperation,
    DryRun(is_dry_run): &DryRun,
    batch: TaskBatch,
) -> Result<BatchResult, ApiError> {
    let selection = selection(batch, apps)?;
    let result = if *is_dry_run {
        runner.preview_batch(operation, selection).await
    } else {
        runner.run_batch(operation, selection).await
    };
    Ok(result?)
}

/// The tasks that a request is for, each once.
fn selection(batch: TaskBatch, apps: &KnownApps) -> Result<TaskSelection, ApiError> {
    if let Some(wanted) = batch.filter {
        let mut wrong = Problems::default();
        let filter = filter(wanted.conditions, apps, &mut wrong);
        let mut problems = Problems::default();
        problems.add_below("filter", wrong);
        problems.into_result()?;
        return Ok(TaskSelection::Filter(filter));
    }
    let mut seen = HashSet::new();
    let ids = batch.task_ids.into_iter().flatten().filter(|id| seen.insert(*id));
    Ok(TaskSelection::Ids(ids.map(|id| TaskId(id.0)).collect()))
}

fn numbers(ids: &[TaskId]) -> Vec<i64> {
    ids.iter().map(|id| id.0).collect()
}

fn skipped(refused: &[(TaskId, IllegalTransition)]) -> Vec<SkippedTask> {
    let skipped = |(id, why): &(TaskId, IllegalTransition)| {
        let reason = refusal(*id, *why).unwrap_or_else(|| why.to_string());
        SkippedTask { id: id.0, reason }
    };
    refused.iter().map(skipped).collect()
}
