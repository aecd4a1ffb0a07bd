//! Where phones are looked for: addresses that are added and removed while the server runs, and scans.

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::web::Data;
use tikmatrix_device::phone::Deadline;

use crate::devices::address_request;
use crate::devices::address_view::{FoundPhoneView, PhoneAddressListView, PhoneAddressView, ScanView};
use crate::devices::connections::Connections;
use crate::http::envelope::{DeletedView, Envelope, Success};
use crate::http::error::{Answer, ApiError, ErrorCode};
use crate::http::extract::{Json, path_text};
use crate::http::query::NoQuery;
use crate::http::routing::{Operation, operations};
use crate::http::schema::{HostAndPort, NetworkScan, NewPhoneAddress};

/// The largest network takes less than half of it.
const SCAN_TIMEOUT: Duration = Duration::from_secs(30);
/// In how many seconds a scan that was refused may be possible.
const SCAN_RETRY_AFTER: u32 = 5;

pub(crate) fn routes() -> Vec<Operation> {
    operations![list, add, remove, scan]
}

/// Lists the addresses at which phones are looked for.
#[utoipa::path(
    get,
    path = "/api/v1/device/address",
    operation_id = "listPhoneAddresses",
    tag = "Phones",
    responses((status = 200, description = "Those that the server was started with, then those that were added, in the order in which they came.", body = Envelope<PhoneAddressListView>)),
)]
pub(crate) async fn list(connections: Data<Connections>, _: NoQuery) -> Answer<PhoneAddressListView> {
    let saved = connections.saved.all().await;
    let added = saved.into_iter().filter(|address| !connections.is_configured(address));
    let configured = connections.configured.iter().cloned().map(|address| (address, true));
    let addresses: Vec<PhoneAddressView> = configured
        .chain(added.map(|address| (address, false)))
        .map(|(address, configured)| PhoneAddressView { address, configured })
        .collect();
    let total = addresses.len();
    Ok(Success(PhoneAddressListView { addresses, total }))
}

/// Adds a phone by its address, which is kept over restarts of the server. The phone need not answer yet: it is connected
/// as soon as it does. An address that is there already stays as it is.
#[utoipa::path(
    post,
    path = "/api/v1/device/address",
    operation_id = "addPhoneAddress",
    tag = "Phones",
    request_body = NewPhoneAddress,
    responses((status = 200, description = "The address.", body = Envelope<PhoneAddressView>)),
)]
pub(crate) async fn add(connections: Data<Connections>, _: NoQuery, body: Json) -> Answer<PhoneAddressView> {
    let address = address_request::create(body.0)?;
    connections.add(&address).await?;
    let configured = connections.is_configured(&address);
    Ok(Success(PhoneAddressView { address, configured }))
}

/// Removes an address that was added, and lets the phone there go; a task that works on it by this way fails. What is
/// remembered of the phone stays.
#[utoipa::path(
    delete,
    path = "/api/v1/device/address/{address}",
    operation_id = "removePhoneAddress",
    tag = "Phones",
    params(
        ("address" = HostAndPort, Path, description = "`HOST:PORT` as it was added."),
    ),
    responses((status = 200, description = "No phone is looked for there any more.", body = Envelope<DeletedView>)),
)]
pub(crate) async fn remove(
    connections: Data<Connections>,
    _: NoQuery,
    request: HttpRequest,
) -> Answer<DeletedView> {
    let address = address_request::in_path(&path_text(&request, "address"))?;
    if connections.is_configured(&address) {
        let reason =
            format!("{address} was given when the server was started: take it out of its configuration");
        return Err(ApiError::invalid("address", reason));
    }
    if !connections.remove(&address).await? {
        return Err(ApiError::new(ErrorCode::NotFound, format!("no phone is looked for at {address}")));
    }
    Ok(Success(DeletedView { deleted_count: 1 }))
}

/// Looks for phones in a small private network: who lets a TCP connection in and speaks ADB. It takes seconds. One scan at a
/// time, so that no network is flooded; another one is answered with 42901.
#[utoipa::path(
    post,
    path = "/api/v1/device/scan",
    operation_id = "scanForPhones",
    tag = "Phones",
    request_body = NetworkScan,
    responses((status = 200, description = "The phones that answered.", body = Envelope<ScanView>)),
)]
pub(crate) async fn scan(connections: Data<Connections>, _: NoQuery, body: Json) -> Answer<ScanView> {
    let wanted = address_request::scan(body.0)?;
    let Ok(_scanning) = connections.scanning.try_lock() else {
        let message = "another scan is under way: wait for its end".to_owned();
        return Err(ApiError::too_many(message, SCAN_RETRY_AFTER));
    };
    let found = connections.registry.scan(wanted.network, wanted.port, Deadline::after(SCAN_TIMEOUT)).await;
    let mut phones = Vec::with_capacity(found.phones.len());
    for phone in found.phones {
        if wanted.add {
            connections.add(&phone.address).await?;
        }
        phones.push(FoundPhoneView::new(phone, wanted.add));
    }
    Ok(Success(ScanView { scanned: found.looked_at, phones }))
}
