//! Phones: every one that is remembered, configured or connected.

use std::collections::HashMap;

use actix_web::web::Data;
use tikmatrix_device::registry::PhoneEntry;
use tikmatrix_device::script::unknown_name;
use tikmatrix_domain::{Clock, Device, DeviceChange, DevicePresence, Serial};
use tikmatrix_runner::Runner;
use tikmatrix_storage::{DeviceChanged, DeviceRemoval, Store};

use crate::devices::connections::Connections;
use crate::devices::request::{self, ListDevices};
use crate::devices::view::{DeviceListView, DeviceState, DeviceView, device_state};
use crate::http::envelope::{DeletedView, Envelope, Success};
use crate::http::error::{Answer, ApiError, ErrorCode};
use crate::http::extract::{Json, PathSerial};
use crate::http::query::{NoQuery, Query};
use crate::http::routing::{Operation, operations};
use crate::http::schema::{DevicePatch, Name};

pub(crate) fn routes() -> Vec<Operation> {
    operations![list, show, change, delete]
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
pub(crate) async fn list(
    store: Data<Store>,
    connections: Data<Connections>,
    runner: Data<Runner>,
    query: Query<ListDevices>,
) -> Answer<DeviceListView> {
    let Query(ListDevices { state, group, page }) = query;
    let devices = store.devices().await?;
    let entries = connections.phones.borrow().clone();
    let wanted = |view: &DeviceView| {
        state.is_none_or(|state| view.state() == state.text())
            && group.as_ref().is_none_or(|group| view.group.as_ref() == Some(group))
    };
    let views: Vec<DeviceView> = all(&runner, &devices, &entries).into_iter().filter(wanted).collect();
    let total = views.len();
    let size = usize::try_from(page.size).unwrap_or(usize::MAX);
    let before = usize::try_from(page.number - 1).unwrap_or(usize::MAX).saturating_mul(size);
    let devices = views.into_iter().skip(before).take(size).collect();
    Ok(Success(DeviceListView { devices, total, page: page.number, page_size: page.size }))
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
pub(crate) async fn show(
    store: Data<Store>,
    connections: Data<Connections>,
    runner: Data<Runner>,
    PathSerial(serial): PathSerial,
    _: NoQuery,
) -> Answer<DeviceView> {
    let device = store.device(serial.clone()).await?;
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
    request_body = DevicePatch,
    responses((status = 200, description = "The phone as it is now.", body = Envelope<DeviceView>)),
)]
pub(crate) async fn change(
    store: Data<Store>,
    clock: Data<dyn Clock>,
    connections: Data<Connections>,
    runner: Data<Runner>,
    PathSerial(serial): PathSerial,
    _: NoQuery,
    body: Json,
) -> Answer<DeviceView> {
    let change = request::change(body.0)?;
    let entry = connections.entry(&serial);
    if entry.is_some() {
        store.register_device(serial.clone(), clock.now()).await?;
    }
    match store.change_device(serial.clone(), change.clone(), clock.now()).await? {
        DeviceChanged::Changed(device) => Ok(Success(view(&runner, &serial, Some(&device), entry.as_ref()))),
        DeviceChanged::NotThere => Err(no_such_device(&serial)),
        DeviceChanged::NoSuchGroup => {
            let groups = store.groups().await?;
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
    store: Data<Store>,
    connections: Data<Connections>,
    PathSerial(serial): PathSerial,
    _: NoQuery,
) -> Answer<DeletedView> {
    if device_state(connections.entry(&serial).as_ref()).0 == DeviceState::Ready {
        let reason = format!("{serial} is connected: only an offline phone can be deleted");
        return Err(ApiError::invalid("serial", reason));
    }
    match store.delete_device(serial.clone()).await? {
        DeviceRemoval::Removed => Ok(Success(DeletedView { deleted_count: 1 })),
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
fn all(runner: &Runner, devices: &[Device], entries: &[PhoneEntry]) -> Vec<DeviceView> {
    let known = entries.iter().filter_map(|entry| Some((entry.serial.as_ref()?, entry)));
    let mut connections: HashMap<&Serial, &PhoneEntry> = known.collect();
    let mut views: Vec<DeviceView> = devices
        .iter()
        .map(|device| view(runner, &device.serial, Some(device), connections.remove(&device.serial)))
        .collect();
    views.extend(connections.into_iter().map(|(serial, entry)| view(runner, serial, None, Some(entry))));
    views.sort_by(|one, other| one.serial.cmp(&other.serial));
    let nameless = entries.iter().filter(|entry| entry.serial.is_none());
    views.extend(nameless.map(|entry| DeviceView::new(None, Some(entry), false)));
    views
}

fn view(runner: &Runner, serial: &Serial, device: Option<&Device>, entry: Option<&PhoneEntry>) -> DeviceView {
    let busy = runner.presence(serial) == DevicePresence::Busy;
    DeviceView::new(device, entry, busy)
}

fn unknown_group(change: &DeviceChange, known: &[&str]) -> String {
    let name = change.group.clone().flatten().unwrap_or_default();
    format!("{name:?} {}", unknown_name("group", &name, known))
}

fn no_such_device(serial: &Serial) -> ApiError {
    ApiError::new(ErrorCode::NotFound, format!("there is no phone {serial}"))
}
