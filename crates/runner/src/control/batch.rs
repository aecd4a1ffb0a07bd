//! Operations on many tasks: those with given numbers, or all that match a filter. They are done in chunks, each of them a
//! short transaction, so that other writers get their turn; what is done when one fails stays done.

use std::collections::HashMap;
use std::sync::Arc;

use tikmatrix_domain::{BatchOperation, IllegalTransition, TaskId};
use tikmatrix_storage::{Batch, StorageError, TaskFilter};

use crate::context::RunnerContext;
use crate::control::stop;

/// The number of tasks that are changed in one transaction.
const CHUNK: u32 = 200;

/// The tasks that an operation is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaskSelection {
    /// Those with these numbers, none of which is given twice.
    Ids(Vec<TaskId>),
    /// Those that match when the operation starts. A task that is created later is left alone.
    Filter(TaskFilter),
}

/// The result of an operation on many tasks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BatchResult {
    /// The number of tasks with which it was done.
    pub done: u64,
    /// The tasks whose state does not allow it. Of a filter only those whose state changed meanwhile: it selects no others.
    pub refused: Vec<(TaskId, IllegalTransition)>,
    /// The ids that no task has, in the order of the selection; empty for a filter.
    pub not_found: Vec<TaskId>,
}

/// Does `operation` with the tasks that `selection` names.
pub(crate) async fn run(
    context: &Arc<RunnerContext>,
    operation: BatchOperation,
    selection: TaskSelection,
) -> Result<BatchResult, StorageError> {
    let mut result = BatchResult::default();
    let mut add = |batch: Batch| {
        result.done += batch.done.len() as u64;
        result.refused.extend(batch.refused);
        result.not_found.extend(batch.not_found);
    };
    match selection {
        TaskSelection::Ids(ids) => {
            for chunk in ids.chunks(CHUNK as usize) {
                add(run_chunk(context, operation, chunk.to_vec()).await?);
            }
        }
        TaskSelection::Filter(filter) => {
            let mut before = None;
            loop {
                let changes = context.store.task_changes();
                let ids = changes.matching(filter.clone(), operation.statuses(), before, CHUNK).await?;
                let Some(last) = ids.last() else { break };
                // From the newest to the oldest: what is created meanwhile is newer than all that is left.
                before = Some(*last);
                let batch = run_chunk(context, operation, ids).await?;
                // The request did not name those that another one deleted meanwhile.
                add(Batch { not_found: Vec::new(), ..batch });
            }
        }
    }
    Ok(result)
}

/// Returns what [`run`] would do now, without changing anything.
pub(crate) async fn preview(
    context: &RunnerContext,
    operation: BatchOperation,
    selection: TaskSelection,
) -> Result<BatchResult, StorageError> {
    let changes = context.store.task_changes();
    let mut result = BatchResult::default();
    match selection {
        TaskSelection::Ids(ids) => {
            for (id, status) in changes.statuses(ids).await? {
                match status.map(|status| operation.check(status)) {
                    None => result.not_found.push(id),
                    Some(Ok(())) => result.done += 1,
                    Some(Err(reason)) => result.refused.push((id, reason)),
                }
            }
        }
        TaskSelection::Filter(filter) => result.done = changes.count(filter, operation.statuses()).await?,
    }
    Ok(result)
}

async fn run_chunk(
    context: &Arc<RunnerContext>,
    operation: BatchOperation,
    ids: Vec<TaskId>,
) -> Result<Batch, StorageError> {
    let positions: HashMap<TaskId, usize> = ids.iter().copied().zip(0..).collect();
    let mut batch = match operation {
        BatchOperation::Stop => stop::stop_all(context, ids).await?,
        BatchOperation::Cancel => stop::cancel(context, ids).await?,
        BatchOperation::Delete => stop::delete(context, ids).await?,
        BatchOperation::Retry => {
            let batch = context.store.task_changes().retry_batch(ids, context.clock.now()).await?;
            context.wake();
            batch
        }
    };
    // Tasks that are stopped end in any order.
    batch.refused.sort_by_key(|(id, _)| positions.get(id));
    batch.not_found.sort_by_key(|id| positions.get(id));
    Ok(batch)
}
