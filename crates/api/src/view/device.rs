//! Phones as the API shows them: what is remembered of each, and how it is doing now.

use serde::Serialize;
use tikmatrix_device::registry::{PhoneEntry, PhoneState};
use tikmatrix_domain::Device;

use super::time::written;

/// How a phone is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DeviceState {
    /// It is connected and answers.
    Ready,
    /// The first connection to it is being made.
    Connecting,
    /// It is not connected.
    Offline,
    /// It is in use by way of another address.
    Duplicate,
}

impl DeviceState {
    pub(crate) const ALL: [Self; 4] = [Self::Ready, Self::Connecting, Self::Offline, Self::Duplicate];

    /// The word that the API uses.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Connecting => "connecting",
            Self::Offline => "offline",
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
    /// `ready`, `connecting`, `offline` or `duplicate` (in use by way of another address).
    state: &'static str,
    /// Why it is not ready, in one sentence.
    reason: Option<String>,
    /// Whether it works on a task.
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
        let (state, reason) = state(entry);
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
    match entry.map(|entry| &entry.state) {
        None => (DeviceState::Offline, Some("no phone of this serial was ever connected".to_owned())),
        Some(PhoneState::Ready) => (DeviceState::Ready, None),
        Some(PhoneState::Connecting) => (DeviceState::Connecting, None),
        Some(PhoneState::Offline { reason }) => (DeviceState::Offline, Some(reason.clone())),
        Some(PhoneState::Duplicate { of }) => {
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
