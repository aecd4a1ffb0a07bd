//! The server itself as the API shows it.

use serde::Serialize;
use utoipa::ToSchema;

/// That the server works.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Health)]
pub(crate) struct HealthView {
    /// `ok`.
    pub(crate) status: &'static str,
    /// The version of the program.
    pub(crate) version: &'static str,
}
