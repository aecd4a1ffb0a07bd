//! Phones as the server remembers them: by their serial, with the name and group that people gave them and what they
//! said of themselves. Whether one is connected now is not remembered, but known by whoever connects them.

use chrono::{DateTime, Utc};

use crate::group::GroupId;
use crate::names::Serial;

/// What a phone says of itself. It may keep any of it to itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PhoneFacts {
    /// What its maker calls it, such as `SM-G991B`.
    pub model: Option<String>,
    /// The version of Android, such as `13`.
    pub android_version: Option<String>,
    /// Width and height of its display in pixels, as apps see it.
    pub screen: Option<(u32, u32)>,
    /// How full its battery is, 0 to 100.
    pub battery: Option<u8>,
    /// How warm its battery is, in tenths of a degree Celsius.
    pub battery_temperature: Option<i16>,
    /// The room for apps and files.
    pub storage: Option<StorageRoom>,
}

/// Room for files, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StorageRoom {
    /// What is left of it.
    pub free: u64,
    /// All of it.
    pub total: u64,
}

/// A phone as the server remembers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Its serial.
    pub serial: Serial,
    /// What people call it.
    pub name: Option<String>,
    /// The group that it belongs to, with the name of it.
    pub group: Option<(GroupId, String)>,
    /// What it last said of itself.
    pub facts: PhoneFacts,
    /// When it last did; none if it was never connected.
    pub facts_at: Option<DateTime<Utc>>,
    /// Since when it is known.
    pub created_at: DateTime<Utc>,
    /// When anything of this last changed.
    pub updated_at: DateTime<Utc>,
}

/// What is to become different of a phone; what is none stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeviceChange {
    /// Another name, or none.
    pub name: Option<Option<String>>,
    /// Another group by its name, or none.
    pub group: Option<Option<String>>,
}
