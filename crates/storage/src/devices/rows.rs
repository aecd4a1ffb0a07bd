//! The rows of devices, and their conversion to domain types.

use diesel::prelude::*;
use tikmatrix_domain::{Device, DeviceFacts, GroupId, StorageSpace};

use crate::columns::{Read, app, moment, number, serial, unreadable};
use crate::database::connection::Engine;
use crate::schema;

#[derive(Queryable, Selectable)]
#[diesel(table_name = schema::device, check_for_backend(Engine))]
pub(crate) struct DeviceRow {
    pub(crate) serial: String,
    name: Option<String>,
    group_id: Option<i64>,
    model: Option<String>,
    android_version: Option<String>,
    width: Option<i32>,
    height: Option<i32>,
    battery: Option<i32>,
    facts_at: Option<i64>,
    created_at: i64,
    updated_at: i64,
    battery_temperature: Option<i32>,
    storage_free: Option<i64>,
    storage_total: Option<i64>,
    seen: bool,
}

impl DeviceRow {
    /// `group` is the name of its group, `versions` those of its apps.
    pub(crate) fn into_device(self, group: Option<String>, versions: Vec<(String, String)>) -> Read<Device> {
        let screen = match (self.width, self.height) {
            (Some(width), Some(height)) => {
                Some((number("device.width", width)?, number("device.height", height)?))
            }
            _ => None,
        };
        let storage = match (self.storage_free, self.storage_total) {
            (Some(free), Some(total)) => Some(StorageSpace {
                free: bytes("device.storage_free", free)?,
                total: bytes("device.storage_total", total)?,
            }),
            _ => None,
        };
        Ok(Device {
            serial: serial(&self.serial)?,
            name: self.name,
            seen: self.seen,
            group: self.group_id.map(GroupId).zip(group),
            app_versions: versions
                .into_iter()
                .map(|(name, version)| Ok((app(&name)?, version)))
                .collect::<Read<_>>()?,
            facts: DeviceFacts {
                model: self.model,
                android_version: self.android_version,
                screen,
                battery: self.battery.map(|percent| number("device.battery", percent)).transpose()?,
                battery_temperature: self
                    .battery_temperature
                    .map(|tenths| number("device.battery_temperature", tenths))
                    .transpose()?,
                storage,
            },
            facts_at: self.facts_at.map(|at| moment("device.facts_at", at)).transpose()?,
            created_at: moment("device.created_at", self.created_at)?,
            updated_at: moment("device.updated_at", self.updated_at)?,
        })
    }
}

fn bytes(what: &'static str, value: i64) -> Read<u64> {
    u64::try_from(value).map_err(|_| unreadable(what, &value))
}
