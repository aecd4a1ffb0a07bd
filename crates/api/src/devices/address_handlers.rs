//! Where phones are looked for: addresses that are added and removed while the server runs, and scans.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use tikmatrix_device::phone::Deadline;

use crate::devices::address_request;
use crate::devices::address_view::{FoundPhoneView, PhoneAddressListView, PhoneAddressView, ScanView};
use crate::devices::saved_addresses::MOST_ADDRESSES;
use crate::http::envelope::{DeletedView, Envelope, success};
use crate::http::error::{ApiError, ErrorCode};
use crate::http::extract;
use crate::http::query::Query;
use crate::http::routing::{only, wrong_method};
use crate::http::schema::{HostAndPort, NetworkScan, NewPhoneAddress};
use crate::state::AppState;

/// The longest that a scan takes; the largest network takes less than half of it.
const SCAN_TIME: Duration = Duration::from_secs(30);
/// Seconds until it is worth asking for a scan that was turned away.
const ASK_AGAIN_AFTER: u32 = 5;

/// Adds the routes. They come before `/api/v1/device/{serial}`: a word in its place wins over a serial.
pub(crate) fn configure(config: &mut web::ServiceConfig) {
    config
        .service(
            web::resource("/api/v1/device/address")
                .route(web::get().to(list))
                .route(web::post().to(add))
                .default_service(web::to(|request| wrong_method(request, "GET, POST"))),
        )
        .service(only("/api/v1/device/address/{address}", "DELETE").route(web::delete().to(remove)))
        .service(only("/api/v1/device/scan", "POST").route(web::post().to(scan)));
}

/// Lists the addresses at which phones are looked for.
#[utoipa::path(
    get,
    path = "/api/v1/device/address",
    operation_id = "listPhoneAddresses",
    tag = "Phones",
    responses((status = 200, description = "Those that the server was started with, then those that were added, in the order in which they came.", body = Envelope<PhoneAddressListView>)),
)]
pub(crate) async fn list(core: web::Data<AppState>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    Query::none(request.query_string())?;
    let kept = core.saved_addresses.all().await;
    let configured = core.configured_addresses.iter().cloned();
    let mut addresses: Vec<PhoneAddressView> =
        configured.map(|address| PhoneAddressView { address, configured: true }).collect();
    let added = kept
        .into_iter()
        .filter(|address| !core.configured_addresses.iter().any(|configured| configured == address));
    addresses.extend(added.map(|address| PhoneAddressView { address, configured: false }));
    let total = addresses.len();
    Ok(success(PhoneAddressListView { addresses, total }))
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
pub(crate) async fn add(
    core: web::Data<AppState>,
    request: HttpRequest,
    body: Result<web::Bytes, actix_web::Error>,
) -> Result<HttpResponse, ApiError> {
    Query::none(request.query_string())?;
    let address = address_request::create(extract::json(&request, body)?)?;
    keep(&core, &address, "POST /api/v1/device/address").await?;
    let configured = core.configured_addresses.contains(&address);
    Ok(success(PhoneAddressView { address, configured }))
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
    core: web::Data<AppState>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    Query::none(request.query_string())?;
    let address = address_request::in_path(&extract::text(&request, "address"))?;
    if core.configured_addresses.contains(&address) {
        let reason =
            format!("{address} was given when the server was started: take it out of its configuration");
        return Err(ApiError::invalid("address", reason));
    }
    let removed = core.saved_addresses.remove(&address, &core.registry).await;
    if !removed.map_err(|error| ApiError::internal("DELETE /api/v1/device/address/{address}", &error))? {
        let message = format!("no phone is looked for at {address}");
        return Err(ApiError::new(ErrorCode::NotFound, message));
    }
    Ok(success(DeletedView { deleted_count: 1 }))
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
pub(crate) async fn scan(
    core: web::Data<AppState>,
    request: HttpRequest,
    body: Result<web::Bytes, actix_web::Error>,
) -> Result<HttpResponse, ApiError> {
    Query::none(request.query_string())?;
    let wanted = address_request::scan(extract::json(&request, body)?)?;
    let Ok(_scanning) = core.scanning.try_lock() else {
        let message = "another scan is under way: wait for its end".to_owned();
        return Err(ApiError::too_many(message, ASK_AGAIN_AFTER));
    };
    let found = core.registry.scan(wanted.network, wanted.port, Deadline::after(SCAN_TIME)).await;
    let mut phones = Vec::with_capacity(found.phones.len());
    for phone in found.phones {
        if wanted.add {
            keep(&core, &phone.address, "POST /api/v1/device/scan").await?;
        }
        phones.push(FoundPhoneView::new(phone, wanted.add));
    }
    Ok(success(ScanView { scanned: found.looked_at, phones }))
}

/// Looks for a phone at an address from now on, and after every start of the server.
async fn keep(core: &AppState, address: &str, attempt: &str) -> Result<(), ApiError> {
    if core.configured_addresses.iter().any(|configured| configured == address) {
        return Ok(());
    }
    let kept = core.saved_addresses.add(address, &core.registry).await;
    if !kept.map_err(|error| ApiError::internal(attempt, &error))? {
        let reason = format!("there are {MOST_ADDRESSES} addresses already: remove one first");
        return Err(ApiError::invalid("address", reason));
    }
    Ok(())
}
