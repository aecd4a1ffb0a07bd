//! Groups of devices.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use tikmatrix_domain::{Group, GroupChange, GroupId, Serial};

use crate::columns::{self, Read, millis, moment};
use crate::database::connection::Connection;
use crate::database::connection::Engine;
use crate::database::open_database::Database;
use crate::error::{Fault, StorageError};
use crate::schema::{device, device_group};
use crate::store::Store;

/// The result of the creation or the change of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupChanged {
    /// It is created or changed.
    Changed(Group),
    /// There is no group with this id.
    NotThere,
    /// Another group has this name.
    NameTaken,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = device_group, check_for_backend(Engine))]
pub(crate) struct GroupRow {
    pub(crate) id: i64,
    name: String,
    note: String,
    created_at: i64,
    updated_at: i64,
}

impl GroupRow {
    pub(crate) fn into_group(self, device_count: i64) -> Read<Group> {
        Ok(Group {
            id: GroupId(self.id),
            name: self.name,
            note: self.note,
            device_count: u64::try_from(device_count).unwrap_or_default(),
            created_at: moment("device_group.created_at", self.created_at)?,
            updated_at: moment("device_group.updated_at", self.updated_at)?,
        })
    }
}

/// The groups of devices.
#[derive(Clone, Copy)]
#[must_use]
pub struct GroupStore<'store>(&'store Database);

impl Store {
    /// Returns the operations on groups of devices.
    pub fn groups(&self) -> GroupStore<'_> {
        GroupStore(&self.database)
    }
}

impl GroupStore<'_> {
    /// Creates a group, at `now`.
    ///
    /// # Errors
    /// Of the database, or [`StorageError::Unreadable`].
    pub async fn create(
        self,
        name: String,
        note: String,
        now: DateTime<Utc>,
    ) -> Result<GroupChanged, StorageError> {
        self.0
            .write("create a group", move |connection| {
                if id_of(connection, &name)?.is_some() {
                    return Ok(GroupChanged::NameTaken);
                }
                let row = (
                    device_group::name.eq(name),
                    device_group::note.eq(note),
                    device_group::created_at.eq(millis(now)),
                    device_group::updated_at.eq(millis(now)),
                );
                let id: i64 = diesel::insert_into(device_group::table)
                    .values(row)
                    .returning(device_group::id)
                    .get_result(connection)?;
                changed(connection, GroupId(id))
            })
            .await
    }

    /// Lists all groups, by their names.
    ///
    /// # Errors
    /// Of the database, or [`StorageError::Unreadable`].
    pub async fn list(self) -> Result<Vec<Group>, StorageError> {
        self.0
            .read_tx("list groups", |connection| {
                let rows: Vec<GroupRow> = device_group::table
                    .order(device_group::name)
                    .select(GroupRow::as_select())
                    .load(connection)?;
                rows.into_iter().map(|row| with_count(connection, row)).collect()
            })
            .await
    }

    /// Loads a group; `None` if there is none with this id.
    ///
    /// # Errors
    /// Of the database, or [`StorageError::Unreadable`].
    pub async fn find(self, id: GroupId) -> Result<Option<Group>, StorageError> {
        self.0.read_tx("read a group", move |connection| by_id(connection, id)).await
    }

    /// Changes a group, at `now`.
    ///
    /// # Errors
    /// Of the database, or [`StorageError::Unreadable`].
    pub async fn change(
        self,
        id: GroupId,
        change: GroupChange,
        now: DateTime<Utc>,
    ) -> Result<GroupChanged, StorageError> {
        self.0
            .write("change a group", move |connection| {
                if let Some(name) = &change.name
                    && id_of(connection, name)?.is_some_and(|holder| holder != id.0)
                {
                    return Ok(GroupChanged::NameTaken);
                }
                if change == GroupChange::default() {
                    return changed(connection, id);
                }
                diesel::update(device_group::table.find(id.0))
                    .set((
                        change.name.map(|name| device_group::name.eq(name)),
                        change.note.map(|note| device_group::note.eq(note)),
                        device_group::updated_at.eq(millis(now)),
                    ))
                    .execute(connection)?;
                changed(connection, id)
            })
            .await
    }

    /// Deletes a group and returns the number of its devices, which belong to none then; `None` if there is no such group.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn delete(self, id: GroupId) -> Result<Option<u64>, StorageError> {
        self.0
            .write("delete a group", move |connection| {
                let Some(group) = by_id(connection, id)? else { return Ok(None) };
                diesel::delete(device_group::table.find(id.0)).execute(connection)?;
                Ok(Some(group.device_count))
            })
            .await
    }
}

pub(crate) fn id_of(connection: &mut Connection, name: &str) -> Result<Option<i64>, Fault> {
    let named = device_group::table.filter(device_group::name.eq(name)).select(device_group::id);
    Ok(named.first(connection).optional()?)
}

/// Returns the serials of a group's devices, in their order; `None` if there is no group called `name`.
pub(crate) fn serials_of(connection: &mut Connection, name: &str) -> Result<Option<Vec<Serial>>, Fault> {
    let Some(id) = id_of(connection, name)? else { return Ok(None) };
    let of_group = device::table.filter(device::group_id.eq(id)).order(device::serial);
    let serials: Vec<String> = of_group.select(device::serial).load(connection)?;
    Ok(Some(serials.iter().map(|serial| columns::serial(serial)).collect::<Read<_>>()?))
}

/// Returns the names of the first `limit` groups, in their order.
pub(crate) fn names(connection: &mut Connection, limit: i64) -> Result<Vec<String>, Fault> {
    let names = device_group::table.order(device_group::name).limit(limit).select(device_group::name);
    Ok(names.load(connection)?)
}

fn changed(connection: &mut Connection, id: GroupId) -> Result<GroupChanged, Fault> {
    Ok(by_id(connection, id)?.map_or(GroupChanged::NotThere, GroupChanged::Changed))
}

fn by_id(connection: &mut Connection, id: GroupId) -> Result<Option<Group>, Fault> {
    let row = device_group::table.find(id.0).select(GroupRow::as_select()).first(connection).optional()?;
    row.map(|row| with_count(connection, row)).transpose()
}

fn with_count(connection: &mut Connection, row: GroupRow) -> Result<Group, Fault> {
    let count: i64 = device::table.filter(device::group_id.eq(row.id)).count().get_result(connection)?;
    Ok(row.into_group(count)?)
}
