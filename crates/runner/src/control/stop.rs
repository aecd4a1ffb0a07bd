//! Stops, cancels and deletes tasks while they run, on this server or on another one.

use std::sync::Arc;
use std::time::Duration;

use tikmatrix_domain::{IllegalTransition, LeaseId, ServerId, Status, TaskId, TaskState};
use tikmatrix_storage::{Batch, StorageError};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::context::RunnerContext;
use crate::journal::artifacts;

/// An attempt is listed as running shortly after its claim, and until its result is stored.
const LISTING_TIMEOUT: Duration = Duration::from_secs(5);
/// Another server sees the request within a second, and its phone is released within 5 s.
const REMOTE_STOP_TIMEOUT: Duration = Duration::from_secs(10);
/// The other server reports the end only through the database.
const REMOTE_POLL_INTERVAL: Duration = Duration::from_millis(100);
const NOT_RUN: StorageError = StorageError::CutOff { operation: "stop a task that no server runs" };
/// How often a task that is to be deleted or cancelled may be started by another client meanwhile.
const MAX_ROUNDS: usize = 4;

/// Stops a task and waits until its phone is released and its result is stored.
pub(crate) async fn stop(context: &RunnerContext, id: TaskId) -> Result<(), StorageError> {
    let mut changes = context.running.changes();
    loop {
        changes.mark_unchanged();
        let detail = context.store.tasks().find(id).await?.ok_or(StorageError::NoSuchTask(id))?;
        let TaskState::Running { lease, .. } = detail.task.state else {
            let source = IllegalTransition::NotRunning(detail.task.state.status());
            return Err(StorageError::Illegal { task: id, source });
        };
        if !context.store.database().is_exclusive() && ServerId::of(&lease) != context.server {
            return timeout(REMOTE_STOP_TIMEOUT, stop_remote(context, id, lease))
                .await
                .unwrap_or(Err(NOT_RUN));
        }
        if context.running.stop(id).await {
            return Ok(());
        }
        if timeout(LISTING_TIMEOUT, changes.changed()).await.is_err() {
            return Err(NOT_RUN);
        }
    }
}

/// Asks the server that runs the task to stop it, and waits until that server has stored the result.
async fn stop_remote(context: &RunnerContext, id: TaskId, lease: LeaseId) -> Result<(), StorageError> {
    context.store.cluster().request_stop(id, lease.clone()).await?;
    loop {
        let state = context.store.tasks().find(id).await?.map(|detail| detail.task.state);
        match state {
            Some(TaskState::Running { lease: held, .. }) if held == lease => {
                sleep(REMOTE_POLL_INTERVAL).await;
            }
            Some(_) => return Ok(()),
            None => return Err(StorageError::NoSuchTask(id)),
        }
    }
}

/// Deletes tasks with their artifacts; running ones are stopped first.
pub(crate) async fn delete(context: &Arc<RunnerContext>, ids: Vec<TaskId>) -> Result<Batch, StorageError> {
    let delete = async |ids| {
        let batch = context.store.task_changes().delete(ids, context.clock.now()).await?;
        for id in &batch.done {
            artifacts::remove(&context.artifacts, *id).await;
        }
        Ok(batch)
    };
    let mut all = Batch::default();
    let mut left = ids;
    for _ in 0..MAX_ROUNDS {
        let batch = delete(left).await?;
        left = batch.refused.iter().map(|(id, _)| *id).collect();
        all.extend(Batch { refused: Vec::new(), ..batch });
        if left.is_empty() {
            return Ok(all);
        }
        stop_all(context, left.clone()).await?;
    }
    let task = left.first().copied().unwrap_or(TaskId(0));
    Err(StorageError::Illegal { task, source: IllegalTransition::StillRunning })
}

/// Cancels tasks: pending ones end before they run, running ones are stopped, finished ones are refused.
pub(crate) async fn cancel(context: &Arc<RunnerContext>, ids: Vec<TaskId>) -> Result<Batch, StorageError> {
    let mut all = Batch::default();
    let mut left = ids;
    for _ in 0..MAX_ROUNDS {
        let Batch { done, refused, not_found } =
            context.store.task_changes().cancel(left, context.clock.now()).await?;
        let is_running = |(_, why): &(TaskId, IllegalTransition)| {
            *why == IllegalTransition::NotCancellable(Status::Running)
        };
        let (running, refused): (Vec<_>, Vec<_>) = refused.into_iter().partition(is_running);
        all.extend(Batch { done, refused, not_found });
        let stopped = stop_all(context, running.into_iter().map(|(id, _)| id).collect()).await?;
        all.done.extend(stopped.done);
        all.not_found.extend(stopped.not_found);
        // These ended or became pending again at that very moment.
        left = stopped.refused.into_iter().map(|(id, _)| id).collect();
        if left.is_empty() {
            break;
        }
    }
    let refused = left.into_iter().map(|id| (id, IllegalTransition::NotCancellable(Status::Running)));
    all.refused.extend(refused);
    Ok(all)
}

/// Stops tasks concurrently: each of them may take seconds to release its phone.
pub(crate) async fn stop_all(context: &Arc<RunnerContext>, ids: Vec<TaskId>) -> Result<Batch, StorageError> {
    let mut stops = JoinSet::new();
    for id in ids {
        let context = Arc::clone(context);
        stops.spawn(async move { (id, stop(&context, id).await) });
    }
    let mut batch = Batch::default();
    while let Some(stopped) = stops.join_next().await {
        match stopped {
            Ok((id, Ok(()))) => batch.done.push(id),
            Ok((id, Err(StorageError::Illegal { source, .. }))) => batch.refused.push((id, source)),
            Ok((id, Err(StorageError::NoSuchTask(_)))) => batch.not_found.push(id),
            Ok((_, Err(error))) => return Err(error),
            Err(_join) => return Err(StorageError::CutOff { operation: "stop a task" }),
        }
    }
    Ok(batch)
}
