//! The rows of materials, and their conversion to domain types with their tags and reservations.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use tikmatrix_domain::{
    FreeMaterial, Material, MaterialDetails, MaterialFile, MaterialId, MaterialUse, MediaType, Tag, TaskId,
};

use crate::columns::{moment, unreadable, username};
use crate::database::connection::{Connection, Engine};
use crate::error::{Fault, StorageError};
use crate::schema::{self, material_tag, task};

type Read<T> = Result<T, StorageError>;

#[derive(Queryable, Selectable)]
#[diesel(table_name = schema::material, check_for_backend(Engine))]
pub(crate) struct MaterialRow {
    id: i64,
    name: String,
    file: String,
    thumbnail: Option<String>,
    media_type: String,
    size: i64,
    sha256: String,
    caption: String,
    username: Option<String>,
    sort: i32,
    task_id: Option<i64>,
    lease: Option<String>,
    publishing_at: Option<i64>,
    used_at: Option<i64>,
    created_at: i64,
    updated_at: i64,
}

/// The columns by which one of the free materials is chosen.
#[derive(Queryable, Selectable)]
#[diesel(table_name = schema::material, check_for_backend(Engine))]
pub(crate) struct FreeMaterialRow {
    id: i64,
    name: String,
    username: Option<String>,
    sort: i32,
}

/// A file of a folder that a task has, or had, reserved.
#[derive(Queryable, Selectable)]
#[diesel(table_name = schema::local_file, check_for_backend(Engine))]
pub(crate) struct TakenFileRow {
    pub(crate) path: String,
    pub(crate) size: i64,
    pub(crate) task_id: i64,
    pub(crate) lease: String,
    pub(crate) publishing_at: Option<i64>,
    pub(crate) used_at: Option<i64>,
}

impl FreeMaterialRow {
    pub(crate) fn into_free(self) -> Read<FreeMaterial> {
        Ok(FreeMaterial {
            id: MaterialId(self.id),
            name: self.name,
            username: self.username.as_deref().map(username).transpose()?,
            sort: self.sort,
        })
    }
}

/// Converts `rows`, in their order.
pub(crate) fn with_details(
    connection: &mut Connection,
    rows: Vec<MaterialRow>,
) -> Result<Vec<Material>, Fault> {
    let mut tags = tags_of(connection, &rows)?;
    let active = active_leases(connection, rows.iter().filter_map(|row| row.task_id))?;
    let materials = rows.into_iter().map(|row| {
        let tags = tags.remove(&row.id).unwrap_or_default();
        row.into_material(tags, &active)
    });
    Ok(materials.collect::<Result<_, _>>()?)
}

/// Returns the leases of those of `tasks` that are running.
pub(crate) fn active_leases(
    connection: &mut Connection,
    tasks: impl Iterator<Item = i64>,
) -> Result<HashSet<String>, Fault> {
    let tasks: HashSet<i64> = tasks.collect();
    if tasks.is_empty() {
        return Ok(HashSet::new());
    }
    let leases: Vec<Option<String>> = task::table
        .filter(task::id.eq_any(tasks))
        .filter(task::lease.is_not_null())
        .select(task::lease)
        .load(connection)?;
    Ok(leases.into_iter().flatten().collect())
}

fn tags_of(connection: &mut Connection, rows: &[MaterialRow]) -> Result<HashMap<i64, Vec<Tag>>, Fault> {
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let all: Vec<(i64, String)> = material_tag::table
        .filter(material_tag::material_id.eq_any(ids))
        .select((material_tag::material_id, material_tag::tag))
        .load(connection)?;
    let mut tags: HashMap<i64, Vec<Tag>> = HashMap::new();
    for (id, text) in all {
        let tag = Tag::as_found(&text).map_err(|_| unreadable("material_tag.tag", &text))?;
        tags.entry(id).or_default().push(tag);
    }
    // The engines differ in how they sort texts.
    tags.values_mut().for_each(|tags| tags.sort_unstable());
    Ok(tags)
}

impl MaterialRow {
    fn into_material(self, tags: Vec<Tag>, active: &HashSet<String>) -> Read<Material> {
        let usage = self.usage(active)?;
        let media_type = self
            .media_type
            .parse::<MediaType>()
            .map_err(|_| unreadable("material.media_type", &self.media_type))?;
        Ok(Material {
            id: MaterialId(self.id),
            file: MaterialFile {
                name: self.name,
                file: self.file,
                thumbnail: self.thumbnail,
                media_type,
                size: u64::try_from(self.size).map_err(|_| unreadable("material.size", &self.size))?,
                sha256: self.sha256,
            },
            details: MaterialDetails {
                tags,
                caption: self.caption,
                username: self.username.as_deref().map(username).transpose()?,
                sort: self.sort,
            },
            usage,
            created_at: moment("material.created_at", self.created_at)?,
            updated_at: moment("material.updated_at", self.updated_at)?,
        })
    }

    fn usage(&self, active: &HashSet<String>) -> Read<MaterialUse> {
        let by = self.task_id.map(TaskId);
        if let Some(at) = self.used_at {
            return Ok(MaterialUse::Used { at: moment("material.used_at", at)?, by });
        }
        let Some(by) = by else { return Ok(MaterialUse::Unused) };
        Ok(if self.lease.as_ref().is_some_and(|lease| active.contains(lease)) {
            MaterialUse::Reserved { by }
        } else if self.publishing_at.is_some() {
            MaterialUse::Unconfirmed { by }
        } else {
            MaterialUse::Unused
        })
    }
}
