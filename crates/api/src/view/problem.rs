//! What is wrong with one field of a request.

use serde::Serialize;
use tikmatrix_device::script::Problem;
use utoipa::ToSchema;

/// One of the elements of `data` of a 40001.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemView {
    /// The path of the field, such as `script_config.content_type` or `serials[2]`; empty for the whole body.
    field: String,
    /// What is wrong with it and what is allowed.
    reason: String,
}

impl From<&Problem> for ProblemView {
    fn from(problem: &Problem) -> Self {
        Self { field: problem.field.clone(), reason: problem.reason.clone() }
    }
}
