//! Phones that the server knows, and the state of their connections.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::fields::{Moment, Name, Patch, parameter};

/// The state of a phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum DeviceState {
    /// Another phone reports the same serial: neither gets tasks.
    Conflict,
    /// It runs a task.
    Busy,
    /// It is connected and answers.
    Ready,
    /// It asks its owner whether this computer may use it.
    Authorizing,
    /// It does not accept this server's key.
    Unauthorized,
    /// The first connection to it is being made.
    Connecting,
    /// It accepts connections and answers nothing.
    Stalled,
    /// It is there and does not serve.
    Offline,
    /// Nothing answers at its address.
    Absent,
}

impl DeviceState {
    /// Every state, in the order in which messages list them.
    pub const ALL: [Self; 9] = [
        Self::Conflict,
        Self::Busy,
        Self::Ready,
        Self::Authorizing,
        Self::Unauthorized,
        Self::Connecting,
        Self::Stalled,
        Self::Offline,
        Self::Absent,
    ];

    /// Returns the text that the API uses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Conflict => "conflict",
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
}

impl fmt::Display for DeviceState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for DeviceState {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|state| state.as_str() == text).ok_or_else(|| {
            let known = Self::ALL.map(Self::as_str).join(", ");
            format!("{text:?} is not one of {known}")
        })
    }
}

/// A change of a phone; what is left out stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DevicePatch {
    /// Its display name, or `null` for none.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    #[schema(value_type = Option<Name>)]
    pub name: Patch<Name>,
    /// The name of the group that it belongs to, or `null` for none.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    #[schema(value_type = Option<Name>)]
    pub group: Patch<Name>,
}

/// Which phones of the list are wanted, and which page of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
#[cfg_attr(feature = "clap", derive(clap::Args))]
pub struct DeviceQuery {
    /// Only phones in this state.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    #[cfg_attr(feature = "clap", arg(long, env = "TIKMATRIX_DEVICE_STATE"))]
    pub state: Option<DeviceState>,
    /// Only phones of the group of this name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(pattern = r"\S")]
    #[cfg_attr(feature = "clap", arg(long, env = "TIKMATRIX_DEVICE_GROUP"))]
    pub group: Option<String>,
    /// The number of the page, from 1; above 4,294,967,295 is taken as that. Default: 1.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "parameter::positive")]
    #[param(value_type = Option<usize>, minimum = 1)]
    #[cfg_attr(feature = "clap", arg(long, env = "TIKMATRIX_DEVICE_PAGE"))]
    pub page: Option<u32>,
    /// How many a page holds; above 100 is taken as 100. Default: 20.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "parameter::positive")]
    #[param(value_type = Option<usize>, minimum = 1)]
    #[cfg_attr(feature = "clap", arg(long, env = "TIKMATRIX_DEVICE_PAGE_SIZE", value_name = "N"))]
    pub page_size: Option<u32>,
}

/// One phone. Moments are RFC 3339 with offset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Device {
    /// Its serial; `null` for a phone that is configured and was never reached.
    pub serial: Option<String>,
    /// `HOST:PORT` of its adbd; `null` for a phone that is reached through an adb server, that announces itself, or that
    /// only tasks, accounts or people name.
    pub address: Option<String>,
    /// Every way to it, the one in use first.
    pub ways: Vec<Way>,
    /// Its display name.
    pub name: Option<String>,
    /// The name of the group that it belongs to.
    pub group: Option<String>,
    /// The state of the phone. What each state means, and what to do, is in `docs/devices.md`.
    pub state: DeviceState,
    /// Why it is not ready, in one sentence.
    pub reason: Option<String>,
    /// Whether no phone of this serial was ever connected: only tasks, accounts or people name it, and it may be misspelt.
    pub never_seen: bool,
    /// Whether it runs a task, in whatever state its connection is.
    pub busy: bool,
    /// The name of its model.
    pub model: Option<String>,
    /// Its version of Android, such as `13`.
    pub android_version: Option<String>,
    /// The version of each app, by the app's name, as the last attempt at a task there found it.
    pub app_versions: BTreeMap<String, String>,
    /// The display in pixels, as apps see it.
    pub size: Option<Size>,
    /// The charge of the battery, 0 to 100.
    pub battery: Option<u8>,
    /// The temperature of the battery, in degrees Celsius.
    pub battery_temperature: Option<f32>,
    /// The storage for apps and files.
    pub storage: Option<StorageRoom>,
    /// When it last reported this about itself.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub facts_at: Option<Moment>,
    /// Since when it is known.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub created_at: Option<Moment>,
    /// When any of this last changed.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub updated_at: Option<Moment>,
}

/// Storage in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StorageRoom {
    /// The free part.
    pub free: u64,
    /// All of it.
    pub total: u64,
}

/// Width and height in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Size {
    /// From left to right.
    pub width: u32,
    /// From top to bottom.
    pub height: u32,
}

/// A way to a phone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Way {
    /// `tcp`, `wireless_debugging`, or `adb_server`.
    pub by: WayKind,
    /// `HOST:PORT` of the phone's adbd, or of the adb server; `null` for a phone that announces itself.
    pub address: Option<String>,
    /// The phone's name at the adb server, or the name under which it announces itself; `null` for `tcp`.
    pub name: Option<String>,
    /// The state of this way. One that is `ready` and not in use takes over when the one in use fails.
    pub state: DeviceState,
    /// Why it is not ready, in one sentence.
    pub reason: Option<String>,
    /// Whether the phone is used by this way.
    pub in_use: bool,
}

/// The kind of a way to a phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WayKind {
    /// The phone's adbd listens on TCP.
    Tcp,
    /// The phone announces its wireless debugging.
    WirelessDebugging,
    /// An adb server knows the phone.
    AdbServer,
}

/// A page of phones, by their serials; those that were never reached come last.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DeviceList {
    /// The phones of the page; empty beyond the last.
    pub devices: Vec<Device>,
    /// How many phones the filters let through, on all pages together.
    pub total: usize,
    /// The number of the page, from 1.
    pub page: u32,
    /// How many phones a page holds at most.
    pub page_size: u32,
}
