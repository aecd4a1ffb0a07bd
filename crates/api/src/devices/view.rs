//! Phones as the API shows them: what is remembered of each, and how it is doing now.

use serde::Serialize;
use tikmatrix_device::registry::{Endpoint, EndpointEntry, PhoneEntry, PhoneState};
use tikmatrix_domain::Device;
use utoipa::ToSchema;

use crate::http::time::written;

/// How a phone is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ToSchema)]
#[schema(rename_all = "lowercase")]
pub(crate) enum DeviceState {
    /// It works on a task.
    Busy,
    /// It is connected and answers.
    Ready,
    /// It asks its owner whether this computer may use it.
    Authorizing,
    /// It does not let this computer in.
    Unauthorized,
    /// The first connection to it is being made.
    Connecting,
    /// It takes connections and answers nothing.
    Stalled,
    /// It is there and does not serve.
    Offline,
    /// Nothing answers where it is looked for.
    Absent,
}

impl DeviceState {
    /// Those that say most of a phone first.
    pub(crate) const ALL: [Self; 8] = [
        Self::Busy,
        Self::Ready,
        Self::Authorizing,
        Self::Unauthorized,
        Self::Connecting,
        Self::Stalled,
        Self::Offline,
        Self::Absent,
    ];

    /// The word that the API uses.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Busy => "busy",
            Self::Ready => "ready",
            Self::Authorizing => "authorizing",
            Self::Unauthorized => "unauthorized",
            Self::Connecting => "connecting",
            Self::Stalled => "stalled",
            Self::Offline => "offline",
            Self::Absent => "absent",
        }
    }

    /// The state that the API's word means, if it is one.
    pub(crate) fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.text() == text)
    }
}

impl From<&PhoneState> for DeviceState {
    fn from(state: &PhoneState) -> Self {
        match state {
            PhoneState::Absent { .. } => Self::Absent,
            PhoneState::Connecting => Self::Connecting,
            PhoneState::Authorizing { .. } => Self::Authorizing,
            PhoneState::Unauthorized { .. } => Self::Unauthorized,
            PhoneState::Offline { .. } => Self::Offline,
            PhoneState::Stalled { .. } => Self::Stalled,
            PhoneState::Ready => Self::Ready,
        }
    }
}

/// One phone. Moments are RFC 3339 with offset.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Device)]
pub(crate) struct DeviceView {
    /// Its serial; `null` for a phone that is configured and was never reached.
    pub(crate) serial: Option<String>,
    /// `HOST:PORT` of its adbd; `null` for a phone that an adb server leads to, that announces itself, or that only tasks,
    /// accounts or people name.
    address: Option<String>,
    /// Every way to it, the one in use first.
    ways: Vec<WayView>,
    /// What people call it.
    name: Option<String>,
    /// The name of the group that it belongs to.
    pub(crate) group: Option<String>,
    /// `absent`, `connecting`, `authorizing`, `unauthorized`, `offline`, `stalled`, `ready` or `busy`. What each means,
    /// and what to do, is in `docs/devices.md`.
    state: &'static str,
    /// Why it is not ready, in one sentence.
    reason: Option<String>,
    /// Whether it works on a task, in whatever state its connection is.
    busy: bool,
    /// What its maker calls it.
    model: Option<String>,
    /// Its version of Android, such as `13`.
    android_version: Option<String>,
    /// The display in pixels, as apps see it.
    size: Option<SizeView>,
    /// How full the battery is, 0 to 100.
    battery: Option<u8>,
    /// How warm the battery is, in degrees Celsius.
    battery_temperature: Option<f32>,
    /// The room for apps and files.
    storage: Option<StorageView>,
    /// When it last said so of itself.
    #[schema(format = DateTime)]
    facts_at: Option<String>,
    /// Since when it is known.
    #[schema(format = DateTime)]
    created_at: Option<String>,
    /// When anything of this last changed.
    #[schema(format = DateTime)]
    updated_at: Option<String>,
}

/// Room in bytes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StorageSpace)]
struct StorageView {
    /// What is left.
    free: u64,
    /// All of it.
    total: u64,
}

/// A way to a phone.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Way)]
struct WayView {
    /// `tcp`, `wireless_debugging`, or `adb_server`.
    by: &'static str,
    /// `HOST:PORT` of the phone's adbd, or of the adb server; `null` for a phone that announces itself.
    address: Option<String>,
    /// What the adb server calls the phone, or under what name it announces itself; `null` for `tcp`.
    name: Option<String>,
    /// How the phone is seen there. A way that is `ready` and not in use takes over when the one in use fails.
    state: &'static str,
    /// Why it is not ready, in one sentence.
    reason: Option<String>,
    /// Whether the phone is used by this way.
    in_use: bool,
}

impl WayView {
    fn new(entry: &EndpointEntry) -> Self {
        let (by, address, name) = match &entry.endpoint {
            Endpoint::Tcp(address) => ("tcp", Some(address.to_string()), None),
            Endpoint::WirelessDebugging(name) => ("wireless_debugging", None, Some(name.to_string())),
            Endpoint::AdbServer { server, name, .. } => {
                ("adb_server", Some(server.to_string()), Some(name.to_string()))
            }
        };
        let reason = entry.state.reason().map(str::to_owned);
        Self {
            by,
            address,
            name,
            state: DeviceState::from(&entry.state).text(),
            reason,
            in_use: entry.in_use,
        }
    }
}

/// Width and height in pixels.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Size)]
struct SizeView {
    /// From the left to the right.
    width: u32,
    /// From the top to the bottom.
    height: u32,
}

impl DeviceView {
    /// How it is doing, as a word.
    pub(crate) fn state(&self) -> &'static str {
        self.state
    }

    /// `device` is what is remembered of it, `entry` its connection, `busy` whether it works.
    pub(crate) fn new(device: Option<&Device>, entry: Option<&PhoneEntry>, busy: bool) -> Self {
        let (state, reason) = match device_state(entry) {
            (DeviceState::Ready, None) if busy => (DeviceState::Busy, None),
            other => other,
        };
        let facts = device.map(|device| device.facts.clone()).unwrap_or_default();
        let serial = device.map(|device| &device.serial).or(entry.and_then(|entry| entry.serial.as_ref()));
        Self {
            serial: serial.map(ToString::to_string),
            address: entry.and_then(tcp_address),
            ways: entry.map(|entry| entry.endpoints.iter().map(WayView::new).collect()).unwrap_or_default(),
            name: device.and_then(|device| device.name.clone()),
            group: device.and_then(|device| device.group.as_ref()).map(|(_, name)| name.clone()),
            state: state.text(),
            reason,
            busy,
            model: facts.model,
            android_version: facts.android_version,
            size: facts.screen.map(|(width, height)| SizeView { width, height }),
            battery: facts.battery,
            battery_temperature: facts.battery_temperature.map(|tenths| f32::from(tenths) / 10.0),
            storage: facts.storage.map(|room| StorageView { free: room.free, total: room.total }),
            facts_at: device.and_then(|device| device.facts_at).map(written),
            created_at: device.map(|device| written(device.created_at)),
            updated_at: device.map(|device| written(device.updated_at)),
        }
    }
}

/// How a phone is doing, as far as its connection tells, and why it is not ready.
pub(crate) fn device_state(entry: Option<&PhoneEntry>) -> (DeviceState, Option<String>) {
    match entry {
        Some(entry) => (DeviceState::from(&entry.state), entry.state.reason().map(str::to_owned)),
        None => (DeviceState::Absent, Some("no phone of this serial is connected".to_owned())),
    }
}

/// Where its adbd listens, if it is reached so.
fn tcp_address(entry: &PhoneEntry) -> Option<String> {
    entry.endpoints.iter().find_map(|entry| match &entry.endpoint {
        Endpoint::Tcp(address) => Some(address.to_string()),
        Endpoint::WirelessDebugging(_) | Endpoint::AdbServer { .. } => None,
    })
}

/// A page of phones, by their serials; those that were never reached come last.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeviceList)]
pub(crate) struct DeviceListView {
    /// The phones of the page; empty beyond the last.
    pub(crate) devices: Vec<DeviceView>,
    /// How many phones the filters let through, on all pages together.
    pub(crate) total: usize,
    /// The number of the page, from 1.
    pub(crate) page: u32,
    /// How many phones a page holds at most.
    pub(crate) page_size: u32,
}
