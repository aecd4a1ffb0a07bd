//! What people do to tasks while others of them work: stopping, and deleting with everything that was kept.

use std::sync::Arc;
use std::time::Duration;

use tikmatrix_domain::{IllegalTransition, LeaseId, ServerId, TaskId, TaskState};
use tikmatrix_storage::{Deletion, StorageError};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::context::Shared;
use crate::journal::artifacts;

/// From its claim to its place in the list of what works, an attempt needs a moment; and its end is written before it
/// leaves the list.
const TO_BEGIN_OR_END: Duration = Duration::from_secs(5);
/// Another server hears of it in a moment, and its phone is let go within 5 s.
const TO_STOP_ELSEWHERE: Duration = Duration::from_secs(10);
/// The other server tells of the end through the database alone.
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);
const NOBODY: StorageError = StorageError::CutOff { operation: "stop a task that nobody works on" };
/// How often a task that is to be deleted may be begun again by somebody else before that.
const ROUNDS: usize = 3;

/// Stops a task and returns when its phone was let go and its end is written.
pub(crate) async fn stop(shared: &Shared, id: TaskId) -> Result<(), StorageError> {
    let mut changes = shared.at_work.changes();
    loop {
        changes.mark_unchanged();
        let detail = shared.store.task(id).await?.ok_or(StorageError::NoSuchTask(id))?;
        let TaskState::Running { lease, .. } = detail.task.state else {
            let source = IllegalTransition::NotRunning(detail.task.state.status());
            return Err(StorageError::Illegal { task: id, source });
        };
        if !shared.store.is_exclusive() && ServerId::of(&lease) != shared.server {
            return timeout(TO_STOP_ELSEWHERE, stop_elsewhere(shared, id, lease))
                .await
                .unwrap_or(Err(NOBODY));
        }
        if shared.at_work.stop(id).await {
            return Ok(());
        }
        if timeout(TO_BEGIN_OR_END, changes.changed()).await.is_err() {
            return Err(NOBODY);
        }
    }
}

/// Asks the server that works on the task, and returns when it has written the end.
async fn stop_elsewhere(shared: &Shared, id: TaskId, lease: LeaseId) -> Result<(), StorageError> {
    shared.store.request_stop(id, lease.clone()).await?;
    loop {
        let state = shared.store.task(id).await?.map(|detail| detail.task.state);
        match state {
            Some(TaskState::Running { lease: held, .. }) if held == lease => sleep(BETWEEN_LOOKS).await,
            Some(_) => return Ok(()),
            None => return Err(StorageError::NoSuchTask(id)),
        }
    }
}

/// Deletes tasks, those that work after they were stopped, and the files of all of them.
pub(crate) async fn delete(shared: &Arc<Shared>, ids: Vec<TaskId>) -> Result<Deletion, StorageError> {
    let mut all = Deletion { running: ids, ..Deletion::default() };
    for _ in 0..=ROUNDS {
        let Deletion { deleted, running, not_found } =
            shared.store.delete_tasks(std::mem::take(&mut all.running), shared.clock.now()).await?;
        for id in &deleted {
            artifacts::remove(&shared.artifacts, *id).await;
        }
        all.deleted.extend(deleted);
        all.not_found.extend(not_found);
        all.running = running;
        if all.running.is_empty() {
            return Ok(all);
        }
        stop_all(shared, &all.running).await?;
    }
    let task = all.running.first().copied().unwrap_or(TaskId(0));
    Err(StorageError::Illegal { task, source: IllegalTransition::StillRunning })
}

/// Beside each other: each of them may take its time to let go of its phone.
async fn stop_all(shared: &Arc<Shared>, ids: &[TaskId]) -> Result<(), StorageError> {
    let mut stops = JoinSet::new();
    for id in ids.iter().copied() {
        let shared = Arc::clone(shared);
        stops.spawn(async move { stop(&shared, id).await });
    }
    while let Some(stopped) = stops.join_next().await {
        match stopped {
            // It ended by itself, or somebody else deleted it.
            Ok(Ok(()) | Err(StorageError::Illegal { .. } | StorageError::NoSuchTask(_))) => {}
            Ok(Err(error)) => return Err(error),
            Err(_join) => return Err(StorageError::CutOff { operation: "stop a task" }),
        }
    }
    Ok(())
}
