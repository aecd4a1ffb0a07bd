//! Phones: every one that is remembered, configured or connected.

use std::collections::{HashMap, HashSet};

use actix_web::web::Data;
use tikmatrix_api_types::devices::{Device, DeviceList, DevicePatch, DeviceQuery, DeviceState};
use tikmatrix_api_types::fields::Name;
use tikmatrix_api_types::{Deleted, Envelope};
use tikmatrix_device::registry::PhoneEntry;
use tikmatrix_domain::{self as domain, Clock, DeviceChange, Serial};
use tikmatrix_runner::Runner;
use tikmatrix_storage::{DeviceChanged, DeviceRemoval, Store};
use tikmatrix_validation::unknown_name;

use crate::devices::connections::Connections;
use crate::devices::convert::{self, device_state};
use crate::http::body::Json;
use crate::http::envelope::Success;
use crate::http::error::{Answer, ApiError, ErrorCode};
use crate::http::extract::PathSerial;
use crate::http::paging;
use crate::http::query::{NoQuery, Query};
use crate::http::routing::{Operation, operations};

pub(crate) fn routes() -> Vec<Operation> {
    operations![Viewer: list, show; Operator: change, delete]
}

/// Lists the phones.
#[utoipa::path(
    get,
    path = "/api/v1/device",
    operation_id = "listDevices",
    tag = "Phones",
    params(DeviceQuery),
    responses((status = 200, description = "The phones, by their serials; those that were never reached come last.", body = Envelope<DeviceList>)),
)]
pub(crate) async fn list(
    store: Data<Store>,
    connections: Data<Connections>,
    runner: Data<Runner>,
    query: Query<DeviceQuery>,
) -> Answer<DeviceList> {
    let Query(DeviceQuery { state, group, page, page_size }) = query;
    let page = paging::page(page, page_size);
    let devices = store.devices().list().await?;
    let entries = connections.phones.borrow().clone();
    let wanted = |view: &Device| {
        state.is_none_or(|state| view.state == state)
            && group.as_ref().is_none_or(|group| view.group.as_ref() == Some(group))
    };
    let views: Vec<Device> = all(&runner, &devices, &entries).into_iter().filter(wanted).collect();
    let total = views.len();
    let size = usize::try_from(page.size).unwrap_or(usize::MAX);
    let before = usize::try_from(page.number - 1).unwrap_or(usize::MAX).saturating_mul(size);
    let devices = views.into_iter().skip(before).take(size).collect();
    Ok(Success(DeviceList { devices, total, page: page.number, page_size: page.size }))
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
    responses((status = 200, description = "The phone.", body = Envelope<Device>)),
)]
pub(crate) async fn show(
    store: Data<Store>,
    connections: Data<Connections>,
    runner: Data<Runner>,
    PathSerial(serial): PathSerial,
    _: NoQuery,
) -> Answer<Device> {
    let device = store.devices().find(serial.clone()).await?;
    let entry = connections.entry(&serial);
    if device.is_none() && entry.is_none() {
        return Err(no_such_device(&serial));
    }
    Ok(Success(view(&runner, &serial, device.as_ref(), entry.as_ref())))
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
    request_body(content = DevicePatch, example = json!({})),
    responses((status = 200, description = "The phone as it is now.", body = Envelope<Device>)),
)]
pub(crate) async fn change(
    store: Data<Store>,
    clock: Data<dyn Clock>,
    connections: Data<Connections>,
    runner: Data<Runner>,
    PathSerial(serial): PathSerial,
    _: NoQuery,
    Json(change): Json<DevicePatch>,
) -> Answer<Device> {
    let change = convert::change(change);
    let entry = connections.entry(&serial);
    if entry.is_some() {
        store.devices().register_seen(serial.clone(), clock.now()).await?;
    }
    match store.devices().change(serial.clone(), change.clone(), clock.now()).await? {
        DeviceChanged::Changed(device) => Ok(Success(view(&runner, &serial, Some(&device), entry.as_ref()))),
        DeviceChanged::NotThere => Err(no_such_device(&serial)),
        DeviceChanged::NoSuchGroup => {
            let groups = store.groups().list().await?;
            let known: Vec<&str> = groups.iter().map(|group| group.name.as_str()).collect();
            Err(ApiError::invalid("group", unknown_group(&change, &known)))
        }
    }
}

/// Deletes a phone that is not connected.
///
/// A phone that is still configured is registered again, without name and group, as soon as it is connected.
#[utoipa::path(
    delete,
    path = "/api/v1/device/{serial}",
    operation_id = "deleteDevice",
    tag = "Phones",
    params(
        ("serial" = Name, Path, description = "The serial of a phone."),
    ),
    responses((status = 200, description = "The phone is deleted.", body = Envelope<Deleted>)),
)]
pub(crate) async fn delete(
    store: Data<Store>,
    connections: Data<Connections>,
    PathSerial(serial): PathSerial,
    _: NoQuery,
) -> Answer<Deleted> {
    let state = device_state(connections.entry(&serial).as_ref()).0;
    if matches!(state, DeviceState::Ready | DeviceState::Conflict) {
        let reason = format!("{serial} is connected: only an offline phone can be deleted");
        return Err(ApiError::invalid("serial", reason));
    }
    match store.devices().delete(serial.clone()).await? {
        DeviceRemoval::Removed => Ok(Success(Deleted { deleted_count: 1 })),
        DeviceRemoval::NotThere => Err(no_such_device(&serial)),
        DeviceRemoval::Needed { tasks, accounts } => {
            let reason = format!(
                "{tasks} pending or running tasks and {accounts} accounts refer to {serial}: delete or move those first"
            );
            Err(ApiError::invalid("serial", reason))
        }
    }
}

/// Every phone once, by its serial, also those that report the same one; those that were never reached come last.
fn all(runner: &Runner, devices: &[domain::Device], entries: &[PhoneEntry]) -> Vec<Device> {
    let stored: HashMap<&Serial, &domain::Device> =
        devices.iter().map(|device| (&device.serial, device)).collect();
    let known = entries.iter().filter_map(|entry| Some((entry.serial.as_ref()?, entry)));
    let connected: HashSet<&Serial> = known.clone().map(|(serial, _)| serial).collect();
    // Each phone of a serial that several report is shown.
    let mut views: Vec<Device> =
        known.map(|(serial, entry)| view(runner, serial, stored.get(serial).copied(), Some(entry))).collect();
    let away = devices.iter().filter(|device| !connected.contains(&device.serial));
    views.extend(away.map(|device| view(runner, &device.serial, Some(device), None)));
    views.sort_by(|one, other| one.serial.cmp(&other.serial));
    let nameless = entries.iter().filter(|entry| entry.serial.is_none());
    views.extend(nameless.map(|entry| convert::device(None, Some(entry), false)));
    views
}

fn view(
    runner: &Runner,
    serial: &Serial,
    device: Option<&domain::Device>,
    entry: Option<&PhoneEntry>,
) -> Device {
    convert::device(device, entry, runner.is_busy(serial))
}

fn unknown_group(change: &DeviceChange, known: &[&str]) -> String {
    let name = change.group.clone().apply(None).unwrap_or_default();
    format!("{name:?} {}", unknown_name("group", &name, known))
}

fn no_such_device(serial: &Serial) -> ApiError {
    ApiError::new(ErrorCode::NotFound, format!("there is no phone {serial}"))
}
