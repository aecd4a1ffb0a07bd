//! `GET /api/v1/accounts`: the accounts with the filters and the fields that clients of the original know, read-only.

use actix_web::HttpRequest;
use actix_web::web::Data;
use tikmatrix_api_types::Envelope;
use tikmatrix_api_types::accounts::{AccountStatus, AccountStatusList, AccountStatusQuery};
use tikmatrix_api_types::devices::DeviceState;
use tikmatrix_api_types::fields::not_one_of;
use tikmatrix_domain::{Account, Device, Serial, Tag};
use tikmatrix_storage::{AccountFilter, NumberedPage, Store};
use tikmatrix_validation::Problems;

use crate::apps::KnownApps;
use crate::devices::connections::Connections;
use crate::devices::convert::device_state;
use crate::http::envelope::Success;
use crate::http::error::Answer;
use crate::http::paging;
use crate::http::query::{Query, ReadQuery, converted};
use crate::http::routing::{Operation, operations};

/// The accounts that are wanted, and the page of them.
pub(crate) struct ListStatuses {
    filter: AccountFilter,
    /// Whether accounts are wanted by something that is known of none of them.
    is_unknown: bool,
    page: NumberedPage,
}

impl ReadQuery for ListStatuses {
    type Parameters = AccountStatusQuery;

    fn convert(query: AccountStatusQuery, request: &HttpRequest, problems: &mut Problems) -> Self {
        let AccountStatusQuery { platform, device, logined, status, tag, page, page_size } = query;
        let apps = KnownApps::of(request);
        let app_of = |name: &str| apps.find(name).ok_or_else(|| not_one_of(name, apps.names()));
        let filter = AccountFilter {
            username: None,
            app: converted("platform", platform, app_of, problems),
            serial: converted("device", device, Serial::new, problems),
            enabled: status.map(|status| status == 0),
            tag: converted("tag", tag, Tag::new, problems),
        };
        Self { filter, is_unknown: logined.is_some(), page: paging::page(page, page_size) }
    }
}

pub(crate) fn routes() -> Vec<Operation> {
    operations![Viewer: list]
}

/// Lists the accounts as clients of the original know them.
///
/// Everything that it shows, and more, is in `GET /api/v1/account`.
#[utoipa::path(
    get,
    path = "/api/v1/accounts",
    operation_id = "listAccountStatuses",
    tag = "Accounts",
    params(AccountStatusQuery),
    responses((status = 200, description = "The accounts, in the order in which they were recorded.", body = Envelope<AccountStatusList>)),
)]
pub(crate) async fn list(
    store: Data<Store>,
    connections: Data<Connections>,
    query: Query<ListStatuses>,
) -> Answer<AccountStatusList> {
    let Query(ListStatuses { filter, is_unknown, page }) = query;
    let (accounts, total) =
        if is_unknown { (Vec::new(), 0) } else { store.accounts().list(filter, page).await? };
    let devices = store.devices().list().await?;
    let accounts = accounts.into_iter().map(|account| {
        let device = account.serial.as_ref().filter(|serial| is_online(&connections, serial));
        let device = device.map(|serial| devices.iter().find(|device| device.serial == *serial));
        view(account, device.is_some(), device.flatten())
    });
    let accounts = accounts.collect();
    Ok(Success(AccountStatusList { accounts, total, page: page.number, page_size: page.size }))
}

fn is_online(connections: &Connections, serial: &Serial) -> bool {
    let (state, _) = device_state(connections.entry(serial).as_ref());
    matches!(state, DeviceState::Ready | DeviceState::Busy)
}

/// An account on a phone of which `device` is stored.
fn view(account: Account, is_online: bool, device: Option<&Device>) -> AccountStatus {
    AccountStatus {
        id: account.id.0,
        username: account.username.to_string(),
        email: (),
        platform: account.app.as_str().into(),
        packagename: account.package.map(|package| package.to_string()),
        device: account.serial.map(|serial| serial.to_string()),
        device_online: is_online,
        device_name: device.and_then(|device| device.facts.model.clone()).unwrap_or_default(),
        logined: (),
        logined_text: (),
        status: u8::from(!account.enabled),
        status_text: if account.enabled { "enabled" } else { "disabled" }.to_owned(),
        tags: account.tags.iter().map(ToString::to_string).collect(),
    }
}
