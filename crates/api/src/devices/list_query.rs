//! The query of `GET /api/v1/device`.

use tikmatrix_api_types::devices::DeviceState;
use tikmatrix_storage::NumberedPage;

use crate::http::paging;
use crate::http::query::{Parameters, ReadQuery};

/// The devices that are wanted, and the page of them.
pub(crate) struct ListDevices {
    /// Only devices in this state.
    pub(crate) state: Option<DeviceState>,
    /// Only devices of the group of this name.
    pub(crate) group: Option<String>,
    pub(crate) page: NumberedPage,
}

impl ReadQuery for ListDevices {
    fn read(query: &mut Parameters) -> Self {
        let known = DeviceState::ALL.map(DeviceState::as_str).join(", ");
        let state = query.one_of("state", &known, |text| {
            DeviceState::ALL.into_iter().find(|state| state.as_str() == text)
        });
        Self { state, group: query.text("group"), page: paging::page(query) }
    }
}
