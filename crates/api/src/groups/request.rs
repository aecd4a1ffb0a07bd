//! Groups of phones in the bodies of `/api/v1/group`.

use serde_json::Value;
use tikmatrix_domain::GroupChange;

use crate::http::error::ApiError;
use crate::http::fields::{Fields, label, note};

/// Reads the body of `POST /api/v1/group`: a name and a note.
///
/// # Errors
/// 40001 with everything that is wrong with it.
pub(crate) fn create(body: Value) -> Result<(String, String), ApiError> {
    let mut fields = Fields::begin(body)?;
    let name = fields.parsed("name", label);
    if name.is_none() && !fields.has_problem_with(&["name"]) {
        fields.problem("name", "is required");
    }
    let note = fields.parsed("note", note).unwrap_or_default();
    fields.end()?;
    Ok((name.unwrap_or_default(), note))
}

/// Reads the body of `PATCH /api/v1/group/{group_id}`.
///
/// # Errors
/// 40001 with everything that is wrong with it.
pub(crate) fn change(body: Value) -> Result<GroupChange, ApiError> {
    let mut fields = Fields::begin_change(body)?;
    let note = fields.replaced("note", note).map(Option::unwrap_or_default);
    let change = GroupChange { name: fields.parsed("name", label), note };
    fields.end_change(change != GroupChange::default())?;
    Ok(change)
}
