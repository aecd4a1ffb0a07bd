//! The addresses of phones, which are added and removed while the server runs, and scans for phones.

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::web::Data;
use tikmatrix_api_types::devices::{NetworkScan, NewPhoneAddress, PhoneAddress, PhoneAddressList, Scan};
use tikmatrix_api_types::fields::HostAndPort;
use tikmatrix_api_types::{Deleted, Envelope};
use tikmatrix_device::phone::Deadline;
use tikmatrix_device::registry::parse_address;

use crate::devices::connections::Connections;
use crate::devices::convert;
use crate::http::body::{Json, text};
use crate::http::envelope::Success;
use crate::http::error::{Answer, ApiError, ErrorCode};
use crate::http::extract::path_text;
use crate::http::query::NoQuery;
use crate::http::routing::{Operation, operations};

/// The largest network takes less than half of it.
const SCAN_TIMEOUT: Duration = Duration::from_secs(30);
/// The port on which `adb tcpip 5555` makes a phone listen.
const USUAL_PORT: u16 = 5555;
/// In how many seconds a scan that was refused may be possible.
const SCAN_RETRY_AFTER: u32 = 5;

pub(crate) fn routes() -> Vec<Operation> {
    operations![Viewer: list; Operator: add, remove, scan]
}

/// Lists the addresses of phones.
#[utoipa::path(
    get,
    path = "/api/v1/device/address",
    operation_id = "listPhoneAddresses",
    tag = "Phones",
    responses((status = 200, description = "The addresses that the server was started with, then those that were added, in order.", body = Envelope<PhoneAddressList>)),
)]
pub(crate) async fn list(connections: Data<Connections>, _: NoQuery) -> Answer<PhoneAddressList> {
    let saved = connections.saved.all().await;
    let added = saved.into_iter().filter(|address| !connections.is_configured(address));
    let configured = connections.configured.iter().cloned().map(|address| (address, true));
    let addresses: Vec<PhoneAddress> = configured
        .chain(added.map(|address| (address, false)))
        .map(|(address, configured)| PhoneAddress { address, configured })
        .collect();
    let total = addresses.len();
    Ok(Success(PhoneAddressList { addresses, total }))
}

/// Adds a phone by its address, which is kept over restarts of the server.
///
/// The phone need not answer yet: it is connected as soon as it does. An address that is there already stays as it is.
/// Link-local, multicast, broadcast and unspecified addresses are refused, also where a name resolves to them, and with
/// `serve --phone-network` all but those networks.
#[utoipa::path(
    post,
    path = "/api/v1/device/address",
    operation_id = "addPhoneAddress",
    tag = "Phones",
    request_body(content = NewPhoneAddress, example = json!({"address": "127.0.0.1:5555"})),
    responses((status = 200, description = "The address.", body = Envelope<PhoneAddress>)),
)]
pub(crate) async fn add(
    connections: Data<Connections>,
    _: NoQuery,
    Json(new): Json<NewPhoneAddress>,
) -> Answer<PhoneAddress> {
    let address = text("address", new.address, parse_address)?;
    connections.add(&address).await?;
    let configured = connections.is_configured(&address);
    Ok(Success(PhoneAddress { address, configured }))
}

/// Removes an address that was added, and lets the phone there go.
///
/// A task that works on it by this way fails. What is remembered of the phone stays.
#[utoipa::path(
    delete,
    path = "/api/v1/device/address/{address}",
    operation_id = "removePhoneAddress",
    tag = "Phones",
    params(
        ("address" = HostAndPort, Path, description = "`HOST:PORT` as it was added."),
    ),
    responses((status = 200, description = "The server does not connect there any more.", body = Envelope<Deleted>)),
)]
pub(crate) async fn remove(
    connections: Data<Connections>,
    _: NoQuery,
    request: HttpRequest,
) -> Answer<Deleted> {
    let address = text("address", path_text(&request, "address"), parse_address)?;
    if connections.is_configured(&address) {
        let reason =
            format!("{address} was given when the server was started: take it out of its configuration");
        return Err(ApiError::invalid("address", reason));
    }
    if !connections.remove(&address).await? {
        return Err(ApiError::new(ErrorCode::NotFound, format!("no phone is looked for at {address}")));
    }
    Ok(Success(Deleted { deleted_count: 1 }))
}

/// Scans a small private network for phones that accept a TCP connection and speak ADB.
///
/// It takes seconds. One scan at a time, so that no network is flooded; another one is answered with 42901.
#[utoipa::path(
    post,
    path = "/api/v1/device/scan",
    operation_id = "scanForPhones",
    tag = "Phones",
    request_body(content = NetworkScan, example = json!({"network": "127.0.0.1/32", "port": 5555})),
    responses((status = 200, description = "The phones that answered.", body = Envelope<Scan>)),
)]
pub(crate) async fn scan(
    connections: Data<Connections>,
    _: NoQuery,
    Json(scan): Json<NetworkScan>,
) -> Answer<Scan> {
    let network = convert::network(&scan).map_err(|error| ApiError::invalid("network", error.to_string()))?;
    let (port, add) = (scan.port.unwrap_or(USUAL_PORT), scan.add.unwrap_or(false));
    let Ok(_scanning) = connections.scanning.try_lock() else {
        let message = "another scan is under way: wait for its end".to_owned();
        return Err(ApiError::too_many(message, SCAN_RETRY_AFTER));
    };
    let found = connections.registry.scan(network, port, Deadline::after(SCAN_TIMEOUT)).await;
    let mut phones = Vec::with_capacity(found.phones.len());
    for phone in found.phones {
        let added = add && connections.saved.allow(&phone.address).await;
        if added {
            connections.add(&phone.address).await?;
        }
        phones.push(convert::found_phone(phone, added));
    }
    Ok(Success(Scan { scanned: found.looked_at, phones }))
}
