//! Devices, their addresses and scans between the bodies of the API, the domain and the registry.

use std::fmt::Display;

use actix_web::HttpRequest;
use serde_json::Value;
use tikmatrix_api_types::devices::{
    Device, DevicePatch, DeviceQuery, DeviceState, FoundPhone, NetworkScan, NewPhoneAddress, Size,
    StorageRoom, Way, WayKind,
};
use tikmatrix_device::registry::{
    self, Endpoint, EndpointEntry, Network, NetworkError, PhoneEntry, PhoneState, parse_address,
};
use tikmatrix_domain::{self as domain, DeviceChange, clean};
use tikmatrix_validation::{Fields, Nulls, Problems};

use crate::http::body::RequestBody;
use crate::http::query::ReadQuery;
use crate::http::time::moment;

impl RequestBody for DevicePatch {
    const NULLS: Nulls = Nulls::Change;
}

impl ReadQuery for DeviceQuery {
    type Parameters = Self;

    fn convert(query: Self, _: &HttpRequest, _: &mut Problems) -> Self {
        query
    }
}

impl RequestBody for NewPhoneAddress {
    fn check(fields: &Fields<'_>, problems: &mut Problems) {
        check_text(fields, problems, "address", parse_address);
    }
}

impl RequestBody for NetworkScan {
    fn check(fields: &Fields<'_>, problems: &mut Problems) {
        check_text(fields, problems, "network", str::parse::<Network>);
    }
}

/// Adds what `parse` finds wrong with the text that was given as `field`.
fn check_text<T, Wrong: Display>(
    fields: &Fields<'_>,
    problems: &mut Problems,
    field: &str,
    parse: impl FnOnce(&str) -> Result<T, Wrong>,
) {
    if let Some(Err(wrong)) = fields.given(field).and_then(Value::as_str).map(parse) {
        problems.add(field, wrong.to_string());
    }
}

/// The network that a scan names.
pub(crate) fn network(scan: &NetworkScan) -> Result<Network, NetworkError> {
    scan.network.as_str().parse()
}

/// The change of a device that is asked for.
pub(crate) fn change(change: DevicePatch) -> DeviceChange {
    let DevicePatch { name, group } = change;
    let label = |label: tikmatrix_api_types::fields::Name| label.as_str().trim().to_owned();
    DeviceChange { name: domain::Patch::from(name).map(label), group: domain::Patch::from(group).map(label) }
}

/// A device as the API shows it: `device` is what is stored of it, `entry` its connection, `busy` whether it runs a task.
pub(crate) fn device(device: Option<&domain::Device>, entry: Option<&PhoneEntry>, busy: bool) -> Device {
    let never_seen = entry.is_none() && device.is_some_and(|device| !device.seen);
    let (state, reason) = match device_state(entry) {
        (DeviceState::Ready, None) if busy => (DeviceState::Busy, None),
        (state, _) if never_seen => (state, Some("no phone of this serial was ever connected".to_owned())),
        other => other,
    };
    let facts = device.map(|device| device.facts.clone()).unwrap_or_default();
    let serial = device.map(|device| &device.serial).or(entry.and_then(|entry| entry.serial.as_ref()));
    Device {
        serial: serial.map(ToString::to_string),
        address: entry.and_then(tcp_address),
        ways: entry.map(|entry| entry.endpoints.iter().map(way).collect()).unwrap_or_default(),
        name: device.and_then(|device| device.name.clone()),
        group: device.and_then(|device| device.group.as_ref()).map(|(_, name)| name.clone()),
        state,
        reason,
        never_seen,
        busy,
        model: facts.model,
        android_version: facts.android_version,
        app_versions: device
            .map(|device| &device.app_versions)
            .into_iter()
            .flatten()
            .map(|(app, version)| (app.to_string(), version.clone()))
            .collect(),
        size: facts.screen.map(|(width, height)| Size { width, height }),
        battery: facts.battery,
        battery_temperature: facts.battery_temperature.map(|tenths| f32::from(tenths) / 10.0),
        storage: facts.storage.map(|room| StorageRoom { free: room.free, total: room.total }),
        facts_at: device.and_then(|device| device.facts_at).map(moment),
        created_at: device.map(|device| moment(device.created_at)),
        updated_at: device.map(|device| moment(device.updated_at)),
    }
}

fn way(entry: &EndpointEntry) -> Way {
    let (by, address, name) = match &entry.endpoint {
        Endpoint::Tcp(address) => (WayKind::Tcp, Some(address.to_string()), None),
        Endpoint::WirelessDebugging(name) => (WayKind::WirelessDebugging, None, Some(name.to_string())),
        Endpoint::AdbServer { server, name, .. } => {
            (WayKind::AdbServer, Some(server.to_string()), Some(clean(name)))
        }
    };
    let reason = entry.state.reason().map(str::to_owned);
    Way { by, address, name, state: state(&entry.state), reason, in_use: entry.in_use }
}

/// A phone that a scan found, as the API shows it.
pub(crate) fn found_phone(phone: registry::FoundPhone, added: bool) -> FoundPhone {
    FoundPhone {
        state: state(&phone.state),
        reason: phone.state.reason().map(str::to_owned),
        address: phone.address,
        serial: phone.serial.map(|serial| serial.to_string()),
        added,
    }
}

/// The state of a device as far as its connection shows it, and why it is not ready.
pub(crate) fn device_state(entry: Option<&PhoneEntry>) -> (DeviceState, Option<String>) {
    match entry {
        Some(entry) => (state(&entry.state), entry.state.reason().map(str::to_owned)),
        None => (DeviceState::Absent, Some("no phone of this serial is connected".to_owned())),
    }
}

fn state(state: &PhoneState) -> DeviceState {
    match state {
        PhoneState::Absent { .. } => DeviceState::Absent,
        PhoneState::Connecting => DeviceState::Connecting,
        PhoneState::Authorizing { .. } => DeviceState::Authorizing,
        PhoneState::Unauthorized { .. } => DeviceState::Unauthorized,
        PhoneState::Offline { .. } => DeviceState::Offline,
        PhoneState::Stalled { .. } => DeviceState::Stalled,
        PhoneState::Conflict { .. } => DeviceState::Conflict,
        PhoneState::Ready => DeviceState::Ready,
    }
}

/// Where its adbd listens, if it is reached by TCP.
fn tcp_address(entry: &PhoneEntry) -> Option<String> {
    entry.endpoints.iter().find_map(|entry| match &entry.endpoint {
        Endpoint::Tcp(address) => Some(address.to_string()),
        Endpoint::WirelessDebugging(_) | Endpoint::AdbServer { .. } => None,
    })
}
