//! The server itself as the API shows it.

use serde::Serialize;

/// That the server works.
#[derive(Debug, Serialize)]
pub(crate) struct HealthView {
    /// `ok`.
    pub(crate) status: &'static str,
    /// The version of the program.
    pub(crate) version: &'static str,
}
