//! Phones in the bodies and queries of `/api/v1/device`.

use serde_json::Value;
use tikmatrix_domain::DeviceChange;
use tikmatrix_storage::NumberedPage;

use crate::devices::view::DeviceState;
use crate::http::error::ApiError;
use crate::http::fields::{Fields, label, shortened};
use crate::http::paging;
use crate::http::query::{Parameters, ReadQuery};

/// Which devices, and which page of them: the query of `GET /api/v1/device`.
pub(crate) struct ListDevices {
    /// Only devices in this state.
    pub(crate) state: Option<DeviceState>,
    /// Only devices of the group of this name.
    pub(crate) group: Option<String>,
    pub(crate) page: NumberedPage,
}

impl ReadQuery for ListDevices {
    fn read(query: &mut Parameters) -> Self {
        let known = || DeviceState::ALL.map(DeviceState::text).join(", ");
        let state = query.parsed("state", |text| {
            DeviceState::from_text(text)
                .ok_or_else(|| format!("{} is not one of {}", shortened(text), known()))
        });
        Self { state, group: query.text("group"), page: paging::page(query) }
    }
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
