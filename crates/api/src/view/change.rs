//! What became of several tasks that were to be deleted or begun again.

use serde::Serialize;
use tikmatrix_storage::Deletion;
use utoipa::ToSchema;

/// Several tasks that were to be deleted.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BatchDeleted)]
pub(crate) struct BatchDeletedView {
    /// How many tasks are gone.
    deleted_count: usize,
    /// The numbers that no task has, in the order of the request.
    not_found: Vec<i64>,
}

impl From<&Deletion> for BatchDeletedView {
    fn from(deletion: &Deletion) -> Self {
        let not_found = deletion.not_found.iter().map(|id| id.0).collect();
        Self { deleted_count: deletion.deleted.len(), not_found }
    }
}

/// Tasks that are begun again.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Retried)]
pub(crate) struct RetriedView {
    /// How many they are.
    pub(crate) retried_count: usize,
}
