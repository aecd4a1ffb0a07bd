//! The reservation of materials by tasks. A reservation holds while its task runs under the lease that it was made under,
//! however the attempt ends; the material is used when the task succeeds. Once its publication has started it may be
//! public, and no other task gets it.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use tikmatrix_domain::{LeaseId, LocalFile, Material, MaterialId, MaterialQuery, Tag, TaskId, choose_one};

use crate::columns::millis;
use crate::database::connection::{Connection, Engine};
use crate::database::open_database::Database;
use crate::error::{Fault, StorageError};
use crate::materials::library::{by_id, media_types};
use crate::materials::rows::{FreeMaterialRow, TakenFileRow, active_leases};
use crate::materials::turns;
use crate::schema::{local_file, material, material_tag};
use crate::store::Store;
use crate::tasks::state::check_lease;

/// The maximum number of values in one condition, far below the limits of both engines.
const MAX_PATHS: usize = 500;

/// The result of a reservation of materials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MaterialsTaken {
    /// They are reserved, in the order in which they are to be published.
    Taken(Vec<Material>),
    /// Only this number is free, and none is reserved.
    TooFew(usize),
}

/// The result of a reservation of one of several files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileTaken {
    /// It is reserved.
    Taken(LocalFile),
    /// Each of them is used, or reserved by another task.
    NoneFree,
}

/// The materials and local files that tasks take.
#[derive(Clone, Copy)]
#[must_use]
pub struct ReservationStore<'store>(&'store Database);

impl Store {
    /// Returns the operations by which tasks take materials and local files.
    pub fn reservations(&self) -> ReservationStore<'_> {
        ReservationStore(&self.database)
    }
}

impl ReservationStore<'_> {
    /// Reserves materials of the library for a task that runs under `lease`. `chance` is the seed of the choice.
    ///
    /// # Errors
    /// [`StorageError::NoSuchTask`], [`StorageError::Illegal`] when the task does not run under `lease`, or of the
    /// database; nothing is reserved then.
    pub async fn take_materials(
        self,
        wish: MaterialQuery,
        task: TaskId,
        lease: LeaseId,
        chance: u64,
    ) -> Result<MaterialsTaken, StorageError> {
        self.0
            .write("reserve materials", move |connection| {
                check_lease(connection, task, &lease)?;
                let rows: Vec<FreeMaterialRow> =
                    free(&wish).select(FreeMaterialRow::as_select()).load(connection)?;
                let free = rows.into_iter().map(FreeMaterialRow::into_free).collect::<Result<Vec<_>, _>>()?;
                let chosen = match wish.choose(free, chance) {
                    Ok(chosen) => chosen,
                    Err(found) => return Ok(MaterialsTaken::TooFew(found)),
                };
                let numbers: Vec<i64> = chosen.iter().map(|id| id.0).collect();
                diesel::update(material::table.filter(material::id.eq_any(numbers)))
                    .set((material::task_id.eq(task.0), material::lease.eq(&lease.0)))
                    .execute(connection)?;
                let taken = chosen.into_iter().filter_map(|id: MaterialId| by_id(connection, id).transpose());
                Ok(MaterialsTaken::Taken(taken.collect::<Result<_, _>>()?))
            })
            .await
    }

    /// Reserves one of `files` for a task that runs under `lease`. `chance` is the seed of the choice.
    ///
    /// # Errors
    /// As [`ReservationStore::take_materials`].
    pub async fn take_file(
        self,
        files: Vec<LocalFile>,
        task: TaskId,
        lease: LeaseId,
        chance: u64,
    ) -> Result<FileTaken, StorageError> {
        self.0
            .write("reserve a file", move |connection| {
                check_lease(connection, task, &lease)?;
                let free = free_files(connection, files)?;
                let Some(chosen) = choose_one(free, chance) else { return Ok(FileTaken::NoneFree) };
                let size = size(&chosen)?;
                diesel::delete(local_file::table.find((&chosen.path, size))).execute(connection)?;
                let row = (
                    local_file::path.eq(&chosen.path),
                    local_file::size.eq(size),
                    local_file::task_id.eq(task.0),
                    local_file::lease.eq(&lease.0),
                );
                diesel::insert_into(local_file::table).values(row).execute(connection)?;
                Ok(FileTaken::Taken(chosen))
            })
            .await
    }

    /// Reserves the next turn among the lines of `source` for a task that runs under `lease`, and returns its number, from
    /// 0: the first that no task of the account has used or holds. A task of no account has the turns of its device. Under
    /// one lease it is the same turn each time.
    ///
    /// # Errors
    /// As [`ReservationStore::take_materials`].
    pub async fn take_turn(self, source: String, task: TaskId, lease: LeaseId) -> Result<u64, StorageError> {
        self.0
            .write("reserve a turn", move |connection| {
                check_lease(connection, task, &lease)?;
                turns::take(connection, &source, task, &lease)
            })
            .await
    }
}

/// Records that what the task has reserved under `lease`, or may have published in an earlier attempt, is used.
pub(crate) fn mark_used(
    connection: &mut Connection,
    id: TaskId,
    lease: &LeaseId,
    at: DateTime<Utc>,
) -> Result<(), Fault> {
    let of_library = material::table
        .filter(material::task_id.eq(id.0))
        .filter(material::lease.eq(&lease.0).or(material::publishing_at.is_not_null()))
        .filter(material::used_at.is_null());
    diesel::update(of_library).set(material::used_at.eq(millis(at))).execute(connection)?;
    let of_folders = local_file::table
        .filter(local_file::task_id.eq(id.0))
        .filter(local_file::lease.eq(&lease.0).or(local_file::publishing_at.is_not_null()))
        .filter(local_file::used_at.is_null());
    diesel::update(of_folders).set(local_file::used_at.eq(millis(at))).execute(connection)?;
    turns::mark_used(connection, id, lease, at)
}

/// Records that the publication of what is reserved under `lease` starts at `now`.
pub(crate) fn begin_publishing(
    connection: &mut Connection,
    lease: &LeaseId,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    diesel::update(material::table.filter(material::lease.eq(&lease.0)))
        .set(material::publishing_at.eq(millis(now)))
        .execute(connection)?;
    diesel::update(local_file::table.filter(local_file::lease.eq(&lease.0)))
        .set(local_file::publishing_at.eq(millis(now)))
        .execute(connection)?;
    turns::begin_publishing(connection, lease, now)
}

/// Records that the task has published nothing of what it may have published.
pub(crate) fn withdraw_publishing(connection: &mut Connection, id: TaskId) -> Result<(), Fault> {
    let of_library = material::table.filter(material::task_id.eq(id.0)).filter(material::used_at.is_null());
    diesel::update(of_library).set(material::publishing_at.eq(None::<i64>)).execute(connection)?;
    let of_folders =
        local_file::table.filter(local_file::task_id.eq(id.0)).filter(local_file::used_at.is_null());
    diesel::update(of_folders).set(local_file::publishing_at.eq(None::<i64>)).execute(connection)?;
    turns::withdraw_publishing(connection, id)
}

fn free(wish: &MaterialQuery) -> material::BoxedQuery<'static, Engine> {
    let mut query = material::table
        .filter(material::media_type.eq_any(media_types(wish.kind)))
        .filter(material::used_at.is_null())
        .filter(material::publishing_at.is_null())
        .filter(sql::<Bool>(
            "NOT EXISTS (SELECT 1 FROM task WHERE task.id = material.task_id AND task.lease = material.lease)",
        ))
        .into_boxed();
    if !wish.tags.is_empty() {
        let tags: Vec<String> = wish.tags.iter().map(Tag::to_string).collect();
        let tagged =
            material_tag::table.filter(material_tag::tag.eq_any(tags)).select(material_tag::material_id);
        query = query.filter(material::id.eq_any(tagged));
    }
    query
}

fn free_files(connection: &mut Connection, files: Vec<LocalFile>) -> Result<Vec<LocalFile>, Fault> {
    let mut known: Vec<TakenFileRow> = Vec::new();
    for some in files.chunks(MAX_PATHS) {
        let paths: Vec<&str> = some.iter().map(|file| file.path.as_str()).collect();
        let rows = local_file::table.filter(local_file::path.eq_any(paths)).select(TakenFileRow::as_select());
        known.extend(rows.load(connection)?);
    }
    let active = active_leases(connection, known.iter().map(|row| row.task_id))?;
    let is_held = |row: &TakenFileRow| {
        row.used_at.is_some() || row.publishing_at.is_some() || active.contains(&row.lease)
    };
    let taken: HashSet<(String, i64)> =
        known.into_iter().filter(is_held).map(|row| (row.path, row.size)).collect();
    let mut free = Vec::new();
    for file in files {
        let key = (file.path.clone(), size(&file)?);
        if !taken.contains(&key) {
            free.push(file);
        }
    }
    Ok(free)
}

fn size(file: &LocalFile) -> Result<i64, StorageError> {
    i64::try_from(file.size)
        .map_err(|_| StorageError::Unreadable { what: "size of a file", value: file.size.to_string() })
}
