//! The library of materials: added, listed, changed and deleted. Tasks reserve them in [`super::reservation`].

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use tikmatrix_domain::{
    Material, MaterialChange, MaterialDetails, MaterialFile, MaterialId, MaterialKind, MaterialUse,
    MediaType, Tag, TaskId, Username,
};

use crate::columns::millis;
use crate::database::connection::{Connection, Engine};
use crate::database::open_database::Database;
use crate::error::{Fault, StorageError};
use crate::materials::rows::{MaterialRow, with_details};
use crate::page::{Page, PageStart};
use crate::schema::{material, material_tag};
use crate::store::Store;

/// A material to be added to the library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMaterial {
    /// Its file, which is in the library's folder already.
    pub file: MaterialFile,
    /// Its tags, caption and account.
    pub details: MaterialDetails,
}

/// The result of the addition of a material.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaterialAdded {
    /// The new material, or the one that holds the same bytes already.
    pub material: Material,
    /// Whether it is new. The file of one that is not new is not needed.
    pub is_new: bool,
}

/// The result of the change of a material.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MaterialChanged {
    /// It is changed.
    Changed(Box<Material>),
    /// There is no material with this id.
    NotThere,
    /// It is reserved by this task, whose outcome decides whether it is used.
    Reserved(TaskId),
}

/// The result of the deletion of a material.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MaterialRemoval {
    /// It is deleted, and its file is not needed any more.
    Removed(MaterialFile),
    /// There is no such material.
    NotThere,
    /// It is not deleted, because this task is publishing it.
    Reserved(TaskId),
}

/// A filter of materials: each field that is set narrows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MaterialFilter {
    /// Only materials that carry this tag.
    pub tag: Option<Tag>,
    /// Only materials that are meant for this account.
    pub username: Option<Username>,
    /// Only materials that are used, or that are not.
    pub used: Option<bool>,
    /// Only videos, or only images.
    pub kind: Option<MaterialKind>,
}

/// The library of materials.
#[derive(Clone, Copy)]
#[must_use]
pub struct MaterialStore<'store>(&'store Database);

impl Store {
    /// Returns the operations on the library of materials.
    pub fn materials(&self) -> MaterialStore<'_> {
        MaterialStore(&self.database)
    }
}

impl MaterialStore<'_> {
    /// Adds materials, at `now`: all of them or, on an error, none. For one whose bytes are in the library already, the
    /// present one is returned, unchanged.
    ///
    /// # Errors
    /// Of the database, or [`StorageError::Unreadable`].
    pub async fn add(
        self,
        new: Vec<NewMaterial>,
        now: DateTime<Utc>,
    ) -> Result<Vec<MaterialAdded>, StorageError> {
        self.0
            .write("add materials", move |connection| {
                let mut all = Vec::with_capacity(new.len());
                for new in new {
                    let there: Option<MaterialRow> = material::table
                        .filter(material::sha256.eq(&new.file.sha256))
                        .select(MaterialRow::as_select())
                        .first(connection)
                        .optional()?;
                    let is_new = there.is_none();
                    let found = match there {
                        Some(row) => with_details(connection, vec![row])?.pop(),
                        None => {
                            let id = insert(connection, &new, now)?;
                            by_id(connection, id)?
                        }
                    };
                    let lost =
                        || StorageError::Unreadable { what: "material", value: new.file.sha256.clone() };
                    all.push(MaterialAdded { material: found.ok_or_else(lost)?, is_new });
                }
                Ok(all)
            })
            .await
    }

    /// Loads a material; `None` if there is none with this id.
    ///
    /// # Errors
    /// Of the database, or [`StorageError::Unreadable`].
    pub async fn find(self, id: MaterialId) -> Result<Option<Material>, StorageError> {
        self.0.read_tx("read a material", move |connection| by_id(connection, id)).await
    }

    /// Loads one page of the materials that match `filter`, newest first, and counts all that match.
    ///
    /// # Errors
    /// Of the database, or [`StorageError::Unreadable`].
    pub async fn list(
        self,
        filter: MaterialFilter,
        page: Page<MaterialId>,
    ) -> Result<(Vec<Material>, u64), StorageError> {
        self.0
            .read_tx("list materials", move |connection| {
                let total: i64 = matching(&filter).count().get_result(connection)?;
                let mut query = matching(&filter).order(material::id.desc()).limit(page.size.into());
                query = match page.start {
                    PageStart::Number(_) => query.offset(page.offset()),
                    PageStart::Before(id) => query.filter(material::id.lt(id.0)),
                };
                let rows: Vec<MaterialRow> = query.select(MaterialRow::as_select()).load(connection)?;
                Ok((with_details(connection, rows)?, u64::try_from(total).unwrap_or_default()))
            })
            .await
    }

    /// Lists the names of all files of the library, thumbnails included.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn files(self) -> Result<Vec<String>, StorageError> {
        self.0
            .query("list the files of materials", |connection| {
                let rows: Vec<(String, Option<String>)> =
                    material::table.select((material::file, material::thumbnail)).load(connection)?;
                Ok(rows.into_iter().flat_map(|(file, thumbnail)| [Some(file), thumbnail]).flatten().collect())
            })
            .await
    }

    /// Changes a material, at `now`.
    ///
    /// # Errors
    /// Of the database, or [`StorageError::Unreadable`].
    pub async fn change(
        self,
        id: MaterialId,
        change: MaterialChange,
        now: DateTime<Utc>,
    ) -> Result<MaterialChanged, StorageError> {
        self.0
            .write("change a material", move |connection| {
                let Some(before) = by_id(connection, id)? else { return Ok(MaterialChanged::NotThere) };
                if let (Some(_), MaterialUse::Reserved { by }) = (change.used, before.usage) {
                    return Ok(MaterialChanged::Reserved(by));
                }
                apply(connection, id, change, now)?;
                let after = by_id(connection, id)?.map(Box::new);
                Ok(after.map_or(MaterialChanged::NotThere, MaterialChanged::Changed))
            })
            .await
    }

    /// Deletes a material that no task is publishing.
    ///
    /// # Errors
    /// Of the database, or [`StorageError::Unreadable`].
    pub async fn delete(self, id: MaterialId) -> Result<MaterialRemoval, StorageError> {
        self.0
            .write("delete a material", move |connection| {
                let Some(found) = by_id(connection, id)? else { return Ok(MaterialRemoval::NotThere) };
                if let MaterialUse::Reserved { by } = found.usage {
                    return Ok(MaterialRemoval::Reserved(by));
                }
                diesel::delete(material::table.find(id.0)).execute(connection)?;
                Ok(MaterialRemoval::Removed(found.file))
            })
            .await
    }
}

pub(crate) fn by_id(connection: &mut Connection, id: MaterialId) -> Result<Option<Material>, Fault> {
    let row = material::table.find(id.0).select(MaterialRow::as_select()).first(connection).optional()?;
    Ok(with_details(connection, row.into_iter().collect())?.pop())
}

/// Returns the media types of a kind, as they are stored.
pub(crate) fn media_types(kind: MaterialKind) -> Vec<&'static str> {
    MediaType::ALL.iter().filter(|it| it.kind() == kind).map(|it| it.as_str()).collect()
}

fn matching(filter: &MaterialFilter) -> material::BoxedQuery<'static, Engine> {
    let mut query = material::table.into_boxed();
    if let Some(tag) = &filter.tag {
        let tagged = material_tag::table
            .filter(material_tag::tag.eq(tag.as_str().to_owned()))
            .select(material_tag::material_id);
        query = query.filter(material::id.eq_any(tagged));
    }
    if let Some(username) = &filter.username {
        query = query.filter(material::username.eq(username.as_str().to_owned()));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(material::media_type.eq_any(media_types(kind)));
    }
    match filter.used {
        Some(true) => query.filter(material::used_at.is_not_null()),
        Some(false) => query.filter(material::used_at.is_null()),
        None => query,
    }
}

fn insert(connection: &mut Connection, new: &NewMaterial, now: DateTime<Utc>) -> Result<MaterialId, Fault> {
    let NewMaterial { file, details } = new;
    let size = i64::try_from(file.size)
        .map_err(|_| StorageError::Unreadable { what: "size of a file", value: file.size.to_string() })?;
    let row = (
        material::name.eq(&file.name),
        material::file.eq(&file.file),
        material::thumbnail.eq(&file.thumbnail),
        material::media_type.eq(file.media_type.as_str()),
        material::size.eq(size),
        material::sha256.eq(&file.sha256),
        material::caption.eq(&details.caption),
        material::username.eq(details.username.as_ref().map(Username::as_str)),
        material::sort.eq(details.sort),
        material::created_at.eq(millis(now)),
        material::updated_at.eq(millis(now)),
    );
    let id: i64 =
        diesel::insert_into(material::table).values(row).returning(material::id).get_result(connection)?;
    tag(connection, MaterialId(id), &details.tags)?;
    Ok(MaterialId(id))
}

fn apply(
    connection: &mut Connection,
    id: MaterialId,
    change: MaterialChange,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    if change == MaterialChange::default() {
        return Ok(());
    }
    let MaterialChange { tags, caption, username, sort, used } = change;
    let username = username.assigned(|username| material::username.eq(username.map(|name| name.to_string())));
    diesel::update(material::table.find(id.0))
        .set((
            caption.map(|caption| material::caption.eq(caption)),
            username,
            sort.map(|sort| material::sort.eq(sort)),
            material::updated_at.eq(millis(now)),
        ))
        .execute(connection)?;
    if let Some(tags) = tags {
        diesel::delete(material_tag::table.filter(material_tag::material_id.eq(id.0))).execute(connection)?;
        tag(connection, id, &tags)?;
    }
    if let Some(used) = used {
        let no_reservation = (
            material::task_id.eq(None::<i64>),
            material::lease.eq(None::<String>),
            material::publishing_at.eq(None::<i64>),
        );
        diesel::update(material::table.find(id.0))
            .set((no_reservation, material::used_at.eq(used.then(|| millis(now)))))
            .execute(connection)?;
    }
    Ok(())
}

fn tag(connection: &mut Connection, id: MaterialId, tags: &[Tag]) -> Result<(), Fault> {
    for tag in tags {
        diesel::insert_into(material_tag::table)
            .values((material_tag::material_id.eq(id.0), material_tag::tag.eq(tag.as_str())))
            .execute(connection)?;
    }
    Ok(())
}
