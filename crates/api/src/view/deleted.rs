//! That something was deleted.

use serde::Serialize;
use utoipa::ToSchema;

/// How much was deleted.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Deleted)]
pub(crate) struct DeletedView {
    /// How many; 1 where one thing was named.
    pub(crate) deleted_count: usize,
}
