//! That something was deleted.

use serde::Serialize;

/// How much was deleted.
#[derive(Debug, Serialize)]
pub(crate) struct DeletedView {
    /// How many; 1 where one thing was named.
    pub(crate) deleted_count: usize,
}
