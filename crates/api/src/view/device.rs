//! Phones as the API shows them: what is remembered of each, and how it is doing now.

use serde::Serialize;
use tikmatrix_device::registry::{PhoneEntry, PhoneState};
use tikmatrix_domain::Device;

use super::time::written;

/// How a phone is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    /// It is in use by way of another address.
    Duplicate,
}

impl DeviceState {
    /// Those that say most of a phone first.
    pub(crate) const ALL: [Self; 9] = [
        Self::Busy,
        Self::Ready,
        Self::Authorizing,
        Self::Unauthorized,
        Self::Connecting,
        Self::Stalled,
        Self::Offline,
        Self::Absent,
        Self::Duplicate,
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
            Self::Duplicate => "duplicate",
        }
    }

    /// The state that the API's word means, if it is one.
    pub(crate) fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.text() == text)
    }
}

/// One phone. Moments are RFC 3339 with offset.
#[derive(Debug, Serialize)]
pub(crate) struct DeviceView {
    /// Its serial; `null` for a phone that is configured and was never reached.
    pub(crate) serial: Option<String>,
    /// `HOST:PORT` as configured; `null` for a phone that only tasks, accounts or people name.
    address: Option<String>,
    /// What people call it.
    name: Option<String>,
    /// The name of the group that it belongs to.
    pub(crate) group: Option<String>,
    /// `absent`, `connecting`, `authorizing`, `unauthorized`, `offline`, `stalled`, `ready`, `busy` or `duplicate` (in
    /// use by way of another address). What each means, and what to do, is in `docs/devices.md`.
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
    /// When it last said so of itself.
    facts_at: Option<String>,
    /// Since when it is known.
    created_at: Option<String>,
    /// When anything of this last changed.
    updated_at: Option<String>,
}

/// Width and height in pixels.
#[derive(Debug, Serialize)]
struct SizeView {
    width: u32,
    height: u32,
}

impl DeviceView {
    /// How it is doing, as a word.
    pub(crate) fn state(&self) -> &'static str {
        self.state
    }

    /// `device` is what is remembered of it, `entry` its connection, `busy` whether it works.
    pub(crate) fn new(device: Option<&Device>, entry: Option<&PhoneEntry>, busy: bool) -> Self {
        let (state, reason) = match state(entry) {
            (DeviceState::Ready, None) if busy => (DeviceState::Busy, None),
            other => other,
        };
        let facts = device.map(|device| device.facts.clone()).unwrap_or_default();
        let serial = device.map(|device| &device.serial).or(entry.and_then(|entry| entry.serial.as_ref()));
        Self {
            serial: serial.map(ToString::to_string),
            address: entry.map(|entry| entry.address.clone()),
            name: device.and_then(|device| device.name.clone()),
            group: device.and_then(|device| device.group.as_ref()).map(|(_, name)| name.clone()),
            state: state.text(),
            reason,
            busy,
            model: facts.model,
            android_version: facts.android_version,
            size: facts.screen.map(|(width, height)| SizeView { width, height }),
            battery: facts.battery,
            facts_at: device.and_then(|device| device.facts_at).map(written),
            created_at: device.map(|device| written(device.created_at)),
            updated_at: device.map(|device| written(device.updated_at)),
        }
    }
}

/// How the phone of a connection is doing, and why it is not ready.
pub(crate) fn state(entry: Option<&PhoneEntry>) -> (DeviceState, Option<String>) {
    let Some(entry) = entry else {
        return (DeviceState::Absent, Some("no phone of this serial was ever connected".to_owned()));
    };
    match &entry.state {
        PhoneState::Absent { reason } => (DeviceState::Absent, Some(reason.clone())),
        PhoneState::Connecting => (DeviceState::Connecting, None),
        PhoneState::Authorizing => (DeviceState::Authorizing, None),
        PhoneState::Unauthorized { reason } => (DeviceState::Unauthorized, Some(reason.clone())),
        PhoneState::Offline { reason } => (DeviceState::Offline, Some(reason.clone())),
        PhoneState::Stalled { reason } => (DeviceState::Stalled, Some(reason.clone())),
        PhoneState::Ready => (DeviceState::Ready, None),
        PhoneState::Duplicate { of } => {
            (DeviceState::Duplicate, Some(format!("it is in use by way of {of}")))
        }
    }
}

/// A page of phones, by their serials; those that were never reached come last.
#[derive(Debug, Serialize)]
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
