//! Phones in the bodies and queries of `/api/v1/device`.

use serde_json::Value;
use tikmatrix_domain::DeviceChange;
use tikmatrix_storage::NumberedPage;

use crate::devices::view::DeviceState;
use crate::http::error::ApiError;
use crate::http::fields::{Fields, label, shortened};
use crate::http::paging;
use crate::http::query::Query;

/// Which phones of a list are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct DeviceFilter {
    /// Only phones in this state.
    pub(crate) state: Option<DeviceState>,
    /// Only phones of the group of this name.
    pub(crate) group: Option<String>,
}

/// Reads the query of `GET /api/v1/device`.
///
/// # Errors
/// 40001 with everything that is wrong with it.
pub(crate) fn list(query: &str) -> Result<(DeviceFilter, NumberedPage), ApiError> {
    let mut query = Query::of(query);
    let state = query.parsed("state", |text| {
        DeviceState::from_text(text).ok_or_else(|| {
            let known = DeviceState::ALL.map(DeviceState::text).join(", ");
            format!("{} is not one of {known}", shortened(text))
        })
    });
    let group = query.text("group");
    let page = paging::page(&mut query);
    query.finish()?;
    Ok((DeviceFilter { state, group }, page))
}

/// Reads the body of `PATCH /api/v1/device/{serial}`.
///
/// # Errors
/// 40001 with everything that is wrong with it.
pub(crate) fn change(body: Value) -> Result<DeviceChange, ApiError> {
    let mut fields = Fields::begin_change(body)?;
    let change =
        DeviceChange { name: fields.replaced("name", label), group: fields.replaced("group", label) };
    fields.end_change(change != DeviceChange::default())?;
    Ok(change)
}
