//! A change of many tasks in one transaction.

use tikmatrix_domain::{IllegalTransition, TaskId};

use crate::error::{Fault, StorageError};

/// The result of a change of several tasks, each list in the order of the request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    /// The tasks that were changed.
    pub done: Vec<TaskId>,
    /// The tasks whose state does not allow the change.
    pub refused: Vec<(TaskId, IllegalTransition)>,
    /// The ids that no task has.
    pub not_found: Vec<TaskId>,
}

impl Batch {
    /// Adds what another batch of the same change did.
    pub fn extend(&mut self, other: Self) {
        self.done.extend(other.done);
        self.refused.extend(other.refused);
        self.not_found.extend(other.not_found);
    }
}

/// Changes each task by `change`, and sorts the tasks by what came of it.
pub(crate) fn each(
    ids: Vec<TaskId>,
    mut change: impl FnMut(TaskId) -> Result<(), Fault>,
) -> Result<Batch, Fault> {
    let mut batch = Batch::default();
    for id in ids {
        match change(id) {
            Ok(()) => batch.done.push(id),
            Err(Fault::Refused(StorageError::Illegal { source, .. })) => batch.refused.push((id, source)),
            Err(Fault::Refused(StorageError::NoSuchTask(_))) => batch.not_found.push(id),
            Err(fault) => return Err(fault),
        }
    }
    Ok(batch)
}
