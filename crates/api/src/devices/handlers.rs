//! Phones: every one that is remembered, configured or connected.

use std::collections::HashMap;

use actix_web::{HttpRequest, HttpResponse, web};
use tikmatrix_device::registry::PhoneEntry;
use tikmatrix_device::script::unknown_name;
use tikmatrix_domain::{Device, DeviceChange, PhonePresence, Serial};
use tikmatrix_storage::{DeviceChanged, DeviceRemoval};

use crate::devices::request;
use crate::devices::view::{DeviceListView, DeviceState, DeviceView, device_state};
use crate::http::envelope::{DeletedView, Envelope, success};
use crate::http::error::{ApiError, ErrorCode};
use crate::http::extract;
use crate::http::query::Query;
use crate::http::routing::{read_only, wrong_method};
use crate::http::schema::{DevicePatch, Name};
use crate::state::AppState;

/// Adds the routes.
pub(crate) fn configure(config: &mut web::ServiceConfig) {
    config.service(read_only("/api/v1/device").route(web::get().to(list))).service(
        web::resource("/api/v1/device/{serial}")
            .route(web::get().to(show))
            .route(web::patch().to(change))
            .route(web::delete().to(delete))
            .default_service(web::to(|request| wrong_method(request, "GET, PATCH, DELETE"))),
    );
}

/// Lists the phones.
#[utoipa::path(
    get,
    path = "/api/v1/device",
    operation_id = "listDevices",
    tag = "Phones",
    params(
        ("state" = Option<DeviceState>, Query, description = "Only phones in this state."),
        ("group" = Option<String>, Query, description = "Only phones of the group of this name.", pattern = r"\S"),
        ("page" = Option<usize>, Query, description = "The number of the page, from 1. Default: 1.", minimum = 1),
        ("page_size" = Option<usize>, Query, description = "How many a page holds; above 100 is taken as 100. Default: 20.", minimum = 1),
    ),
    responses((status = 200, description = "The phones, by their serials; those that were never reached come last.", body = Envelope<DeviceListView>)),
)]
pub(crate) async fn list(core: web::Data<AppState>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let (filter, page) = request::list(request.query_string())?;
    let devices =
        core.store.devices().await.map_err(|error| ApiError::internal("GET /api/v1/device", &error))?;
    let entries = core.phones.borrow().clone();
    let wanted = |view: &DeviceView| {
        filter.state.is_none_or(|state| view.state() == state.text())
            && filter.group.as_ref().is_none_or(|group| view.group.as_ref() == Some(group))
    };
    let views: Vec<DeviceView> = all(&core, &devices, &entries).into_iter().filter(wanted).collect();
    let total = views.len();
    let size = usize::try_from(page.size).unwrap_or(usize::MAX);
    let before = usize::try_from(page.number - 1).unwrap_or(usize::MAX).saturating_mul(size);
    let devices = views.into_iter().skip(before).take(size).collect();
    Ok(success(DeviceListView { devices, total, page: page.number, page_size: page.size }))
}

/// Shows one phone.
#[utoipa::path(
    get,
    path = "/api/v1/device/{serial}",
    operation_id = "showDevice",
    tag = "Phones",
    params(
        ("serial" = Name, Path, description = "The serial of a phone."),
    ),
    responses((status = 200, description = "The phone.", body = Envelope<DeviceView>)),
)]
pub(crate) async fn show(core: web::Data<AppState>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    Query::none(request.query_string())?;
    let serial = serial(&request)?;
    let device = core
        .store
        .device(serial.clone())
        .await
        .map_err(|error| ApiError::internal("GET /api/v1/device/{serial}", &error))?;
    let entry = entry_of(&core, &serial);
    if device.is_none() && entry.is_none() {
        return Err(no_such_device(&serial));
    }
    Ok(success(view(&core, &serial, device.as_ref(), entry.as_ref())))
}

/// Names a phone, or puts it into a group.
#[utoipa::path(
    patch,
    path = "/api/v1/device/{serial}",
    operation_id = "changeDevice",
    tag = "Phones",
    params(
        ("serial" = Name, Path, description = "The serial of a phone."),
    ),
    request_body = DevicePatch,
    responses((status = 200, description = "The phone as it is now.", body = Envelope<DeviceView>)),
)]
pub(crate) async fn change(
    core: web::Data<AppState>,
    request: HttpRequest,
    body: Result<web::Bytes, actix_web::Error>,
) -> Result<HttpResponse, ApiError> {
    Query::none(request.query_string())?;
    let serial = serial(&request)?;
    let change = request::change(extract::json(&request, body)?)?;
    let failed = |error| ApiError::internal("PATCH /api/v1/device/{serial}", &error);
    let entry = entry_of(&core, &serial);
    if entry.is_some() {
        core.store.register_device(serial.clone(), core.clock.now()).await.map_err(failed)?;
    }
    let changed =
        core.store.change_device(serial.clone(), change.clone(), core.clock.now()).await.map_err(failed)?;
    match changed {
        DeviceChanged::Changed(device) => Ok(success(view(&core, &serial, Some(&device), entry.as_ref()))),
        DeviceChanged::NotThere => Err(no_such_device(&serial)),
        DeviceChanged::NoSuchGroup => {
            let groups = core.store.groups().await.map_err(failed)?;
            let known: Vec<&str> = groups.iter().map(|group| group.name.as_str()).collect();
            Err(ApiError::invalid("group", unknown_group(&change, &known)))
        }
    }
}

/// Forgets a phone that is not connected. A phone that is still configured is known anew, without name and group, as soon as
/// it is connected.
#[utoipa::path(
    delete,
    path = "/api/v1/device/{serial}",
    operation_id = "deleteDevice",
    tag = "Phones",
    params(
        ("serial" = Name, Path, description = "The serial of a phone."),
    ),
    responses((status = 200, description = "The phone is forgotten.", body = Envelope<DeletedView>)),
)]
pub(crate) async fn delete(
    core: web::Data<AppState>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    Query::none(request.query_string())?;
    let serial = serial(&request)?;
    if device_state(entry_of(&core, &serial).as_ref()).0 == DeviceState::Ready {
        return Err(ApiError::invalid(
            "serial",
            format!("{serial} is connected: only an offline phone can be deleted"),
        ));
    }
    let removal = core
        .store
        .delete_device(serial.clone())
        .await
        .map_err(|error| ApiError::internal("DELETE /api/v1/device/{serial}", &error))?;
    match removal {
        DeviceRemoval::Removed => Ok(success(DeletedView { deleted_count: 1 })),
        DeviceRemoval::NotThere => Err(no_such_device(&serial)),
        DeviceRemoval::Needed { tasks, accounts } => {
            let reason = format!(
                "{tasks} pending or running tasks and {accounts} accounts refer to {serial}: delete or move those first"
            );
            Err(ApiError::invalid("serial", reason))
        }
    }
}

/// Every phone once, by its serial; those that were never reached come last.
fn all(core: &AppState, devices: &[Device], entries: &[PhoneEntry]) -> Vec<DeviceView> {
    let known = entries.iter().filter_map(|entry| Some((entry.serial.as_ref()?, entry)));
    let mut connections: HashMap<&Serial, &PhoneEntry> = known.collect();
    let mut views: Vec<DeviceView> = devices
        .iter()
        .map(|device| view(core, &device.serial, Some(device), connections.remove(&device.serial)))
        .collect();
    views.extend(connections.into_iter().map(|(serial, entry)| view(core, serial, None, Some(entry))));
    views.sort_by(|one, other| one.serial.cmp(&other.serial));
    let nameless = entries.iter().filter(|entry| entry.serial.is_none());
    views.extend(nameless.map(|entry| DeviceView::new(None, Some(entry), false)));
    views
}

fn view(core: &AppState, serial: &Serial, device: Option<&Device>, entry: Option<&PhoneEntry>) -> DeviceView {
    let busy = core.runner.presence(serial) == PhonePresence::Busy;
    DeviceView::new(device, entry, busy)
}

/// The phone of this serial as it is reached.
fn entry_of(core: &AppState, serial: &Serial) -> Option<PhoneEntry> {
    core.phones.borrow().iter().find(|entry| entry.serial.as_ref() == Some(serial)).cloned()
}

fn serial(request: &HttpRequest) -> Result<Serial, ApiError> {
    Serial::new(&extract::text(request, "serial"))
        .map_err(|empty| ApiError::invalid("serial", empty.to_string()))
}

fn unknown_group(change: &DeviceChange, known: &[&str]) -> String {
    let name = change.group.clone().flatten().unwrap_or_default();
    format!("{name:?} {}", unknown_name("group", &name, known))
}

fn no_such_device(serial: &Serial) -> ApiError {
    ApiError::new(ErrorCode::NotFound, format!("there is no phone {serial}"))
}
