//! Devices as the server stores them, by serial, and groups of devices. Whether a device is connected is not stored; the
//! registry of connections knows it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::names::{AppId, Serial};
use crate::patch::Patch;

/// The facts that a phone reports about itself; each may be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeviceFacts {
    /// The manufacturer's name, such as `SM-G991B`.
    pub model: Option<String>,
    /// The version of Android, such as `13`.
    pub android_version: Option<String>,
    /// Width and height of the display in pixels, as apps see it.
    pub screen: Option<(u32, u32)>,
    /// The charge of the battery, 0 to 100.
    pub battery: Option<u8>,
    /// The temperature of the battery, in tenths of a degree Celsius.
    pub battery_temperature: Option<i16>,
    /// The space for apps and files.
    pub storage: Option<StorageSpace>,
}

/// Space for files, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StorageSpace {
    /// The free space.
    pub free: u64,
    /// The total space.
    pub total: u64,
}

/// A device as the server stores it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// The serial.
    pub serial: Serial,
    /// The name that a user gave it.
    pub name: Option<String>,
    /// The group that it belongs to, with the group's name.
    pub group: Option<(GroupId, String)>,
    /// Whether a phone of this serial was ever connected.
    pub seen: bool,
    /// The version of each app, as the last attempt there found it.
    pub app_versions: BTreeMap<AppId, String>,
    /// The facts that it reported last.
    pub facts: DeviceFacts,
    /// When it reported them; `None` if it never did.
    pub facts_at: Option<DateTime<Utc>>,
    /// When it was first stored.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// A partial update of a device.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeviceChange {
    /// The new name.
    pub name: Patch<String>,
    /// The name of the new group; `Clear` removes the device from its group.
    pub group: Patch<String>,
}

/// The number of a group: positive, assigned by the database, never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GroupId(pub i64);

/// A group of devices, such as a rack or a customer's; a device is in at most one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The number.
    pub id: GroupId,
    /// The name, unique among groups.
    pub name: String,
    /// A note for users.
    pub note: String,
    /// The number of its devices.
    pub device_count: u64,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When its name or note last changed.
    pub updated_at: DateTime<Utc>,
}

/// A partial update of a group; a field that is `None` keeps its value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GroupChange {
    /// The new name.
    pub name: Option<String>,
    /// The new note.
    pub note: Option<String>,
}
