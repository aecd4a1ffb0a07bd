//! Devices: the name, the group and the facts of each. A device is registered when it is first named.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::dsl::exists;
use diesel::prelude::*;
use tikmatrix_domain::{Device, DeviceChange, DeviceFacts, Patch, Serial, Status, Task};

use crate::columns::millis;
use crate::database::connection::Connection;
use crate::database::open_database::Database;
use crate::devices::rows::DeviceRow;
use crate::error::{Fault, StorageError};
use crate::groups;
use crate::schema::{account, device, device_app, device_group, device_presence, task};
use crate::store::Store;

/// The result of the change of a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeviceChanged {
    /// It is changed.
    Changed(Box<Device>),
    /// There is no device with this serial.
    NotThere,
    /// There is no group with this name.
    NoSuchGroup,
}

/// The result of the deletion of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceRemoval {
    /// It is deleted.
    Removed,
    /// There is no such device.
    NotThere,
    /// It is not deleted, because tasks or accounts need it.
    Needed {
        /// The number of its unfinished tasks.
        tasks: u64,
        /// The number of accounts that are bound to it.
        accounts: u64,
    },
}

/// The devices.
#[derive(Clone, Copy)]
#[must_use]
pub struct DeviceStore<'store>(&'store Database);

impl Store {
    /// Returns the operations on devices.
    pub fn devices(&self) -> DeviceStore<'_> {
        DeviceStore(&self.database)
    }
}

impl DeviceStore<'_> {
    /// Lists all devices, by their serials.
    ///
    /// # Errors
    /// Of the database, or [`StorageError::Unreadable`].
    pub async fn list(self) -> Result<Vec<Device>, StorageError> {
        self.0
            .read_tx("list devices", |connection| {
                let rows: Vec<(DeviceRow, Option<String>)> = device::table
                    .left_join(device_group::table)
                    .order(device::serial)
                    .select((DeviceRow::as_select(), device_group::name.nullable()))
                    .load(connection)?;
                let mut versions: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
                let all: Vec<(String, String, String)> = device_app::table.load(connection)?;
                for (serial, app, version) in all {
                    versions.entry(serial).or_default().push((app, version));
                }
                let devices = rows.into_iter().map(|(row, group)| {
                    let versions = versions.remove(&row.serial).unwrap_or_default();
                    row.into_device(group, versions)
                });
                Ok(devices.collect::<Result<_, _>>()?)
            })
            .await
    }

    /// Loads a device; `None` if there is none with this serial.
    ///
    /// # Errors
    /// Of the database, or [`StorageError::Unreadable`].
    pub async fn find(self, serial: Serial) -> Result<Option<Device>, StorageError> {
        self.0.read_tx("read a device", move |connection| by_serial(connection, &serial)).await
    }

    /// Registers a device that is connected, at `now`, if it is not known yet or was never connected.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn register_seen(self, serial: Serial, now: DateTime<Utc>) -> Result<(), StorageError> {
        self.0.write("register a device", move |connection| register_seen(connection, &serial, now)).await
    }

    /// Stores the facts that a connected device reported at `now`. Facts that it did not report keep their value.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn record_facts(
        self,
        serial: Serial,
        facts: DeviceFacts,
        now: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        self.0
            .write("store the facts of a device", move |connection| {
                register_seen(connection, &serial, now)?;
                let bytes = |bytes: u64| i64::try_from(bytes).unwrap_or(i64::MAX);
                let side = |side: u32| i32::try_from(side).unwrap_or(i32::MAX);
                diesel::update(device::table.find(serial.as_str()))
                    .set((
                        facts.model.map(|model| device::model.eq(model)),
                        facts.android_version.map(|version| device::android_version.eq(version)),
                        facts.screen.map(|(width, _)| device::width.eq(side(width))),
                        facts.screen.map(|(_, height)| device::height.eq(side(height))),
                        facts.battery.map(|percent| device::battery.eq(i32::from(percent))),
                        facts
                            .battery_temperature
                            .map(|tenths| device::battery_temperature.eq(i32::from(tenths))),
                        facts.storage.map(|room| device::storage_free.eq(bytes(room.free))),
                        facts.storage.map(|room| device::storage_total.eq(bytes(room.total))),
                        device::facts_at.eq(millis(now)),
                        device::updated_at.eq(millis(now)),
                    ))
                    .execute(connection)?;
                Ok(())
            })
            .await
    }

    /// Changes the name or the group of a device, at `now`.
    ///
    /// # Errors
    /// Of the database, or [`StorageError::Unreadable`].
    pub async fn change(
        self,
        serial: Serial,
        change: DeviceChange,
        now: DateTime<Utc>,
    ) -> Result<DeviceChanged, StorageError> {
        self.0
            .write("change a device", move |connection| {
                if change == DeviceChange::default() {
                    return found(connection, &serial);
                }
                let group = match change.group {
                    Patch::Keep => Patch::Keep,
                    Patch::Clear => Patch::Clear,
                    Patch::Set(name) => match groups::id_of(connection, &name)? {
                        Some(id) => Patch::Set(id),
                        None => return Ok(DeviceChanged::NoSuchGroup),
                    },
                };
                diesel::update(device::table.find(serial.as_str()))
                    .set((
                        change.name.assigned(|name| device::name.eq(name)),
                        group.assigned(|group| device::group_id.eq(group)),
                        device::updated_at.eq(millis(now)),
                    ))
                    .execute(connection)?;
                found(connection, &serial)
            })
            .await
    }

    /// Deletes a device that no unfinished task and no account refers to.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn delete(self, serial: Serial) -> Result<DeviceRemoval, StorageError> {
        self.0
            .write("delete a device", move |connection| {
                let open = [Status::Pending, Status::Running].map(|status| i32::from(status.code()));
                let tasks: i64 = task::table
                    .filter(task::serial.eq(serial.as_str()))
                    .filter(task::status.eq_any(open))
                    .count()
                    .get_result(connection)?;
                let accounts: i64 = account::table
                    .filter(account::serial.eq(serial.as_str()))
                    .count()
                    .get_result(connection)?;
                let (tasks, accounts) = (count(tasks), count(accounts));
                if by_serial(connection, &serial)?.is_none() {
                    return Ok(DeviceRemoval::NotThere);
                }
                if tasks + accounts > 0 {
                    return Ok(DeviceRemoval::Needed { tasks, accounts });
                }
                diesel::delete(device::table.find(serial.as_str())).execute(connection)?;
                diesel::delete(device_presence::table.find(serial.as_str())).execute(connection)?;
                Ok(DeviceRemoval::Removed)
            })
            .await
    }
}

/// Registers each of these devices, at `now`, that is not known yet.
pub(crate) fn register<'serial>(
    connection: &mut Connection,
    serials: impl IntoIterator<Item = &'serial Serial>,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    for serial in serials {
        if diesel::select(exists(device::table.find(serial.as_str()))).get_result(connection)? {
            continue;
        }
        diesel::insert_into(device::table)
            .values((
                device::serial.eq(serial.as_str()),
                device::created_at.eq(millis(now)),
                device::updated_at.eq(millis(now)),
            ))
            .execute(connection)?;
    }
    Ok(())
}

/// Registers a device that is connected, at `now`.
fn register_seen(connection: &mut Connection, serial: &Serial, now: DateTime<Utc>) -> Result<(), Fault> {
    register(connection, [serial], now)?;
    let unseen = device::serial.eq(serial.as_str()).and(device::seen.eq(false));
    diesel::update(device::table.filter(unseen)).set(device::seen.eq(true)).execute(connection)?;
    Ok(())
}

fn found(connection: &mut Connection, serial: &Serial) -> Result<DeviceChanged, Fault> {
    let device = by_serial(connection, serial)?;
    Ok(device.map_or(DeviceChanged::NotThere, |device| DeviceChanged::Changed(Box::new(device))))
}

fn by_serial(connection: &mut Connection, serial: &Serial) -> Result<Option<Device>, Fault> {
    let row: Option<(DeviceRow, Option<String>)> = device::table
        .left_join(device_group::table)
        .filter(device::serial.eq(serial.as_str()))
        .select((DeviceRow::as_select(), device_group::name.nullable()))
        .first(connection)
        .optional()?;
    let Some((row, group)) = row else { return Ok(None) };
    let versions = device_app::table
        .filter(device_app::serial.eq(serial.as_str()))
        .select((device_app::app, device_app::version))
        .load(connection)?;
    Ok(Some(row.into_device(group, versions)?))
}

/// Stores which version of its app an attempt at `task` found on its device.
pub(crate) fn record_app_version(
    connection: &mut Connection,
    task: &Task,
    version: &str,
) -> Result<(), Fault> {
    let Some(serial) = &task.serial else { return Ok(()) };
    let key = (serial.as_str(), task.app.as_str());
    let known = diesel::update(device_app::table.find(key))
        .set(device_app::version.eq(version))
        .execute(connection)?;
    if known == 0 {
        let row = (
            device_app::serial.eq(serial.as_str()),
            device_app::app.eq(task.app.as_str()),
            device_app::version.eq(version),
        );
        diesel::insert_into(device_app::table).values(row).execute(connection)?;
    }
    Ok(())
}

fn count(rows: i64) -> u64 {
    u64::try_from(rows).unwrap_or_default()
}
