//! Materials as the API shows them.

use serde::Serialize;
use tikmatrix_domain::{Material, MaterialUse, Tag};
use tikmatrix_storage::MaterialAdded;
use utoipa::ToSchema;

use crate::http::time::written;

/// One material of the library. Moments are RFC 3339 with offset.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Material)]
pub(crate) struct MaterialView {
    /// Its number, positive and never used twice.
    id: i64,
    /// `video` or `image`.
    kind: &'static str,
    /// What its bytes are, whatever its name says: `video/mp4`, `image/jpeg` or `image/png`.
    media_type: &'static str,
    /// The name of the file as it was uploaded, without a path.
    name: String,
    /// In bytes.
    size: u64,
    /// SHA-256 of its bytes, in lower-case hexadecimal. No two materials have the same.
    sha256: String,
    /// By which tasks choose it (`materials_tags`), in lower case.
    tags: Vec<String>,
    /// Its own caption, a template as in `captions`, over which it wins; empty means the task's.
    caption: String,
    /// The account that it is meant for, which takes it before others and which alone takes it; `null` means any.
    username: Option<String>,
    /// Its place among images that are published together, the lowest first; then by name.
    sort: i32,
    /// Whether `/thumbnail` has something to show.
    has_thumbnail: bool,
    /// `unused`: the next task may take it. `reserved`: a task that is at work has it. `unconfirmed`: a task ended after
    /// it began to publish it and did not see it published; no task takes it until `used` is set by hand. `used`.
    state: &'static str,
    /// The task that has it (`reserved`), or that published it, perhaps (`unconfirmed`) or for certain (`used`); `null`
    /// if there is none.
    task_id: Option<i64>,
    /// When and by which task it was published; `null` unless it is `used`.
    used: Option<UsedView>,
    /// When it came.
    #[schema(format = DateTime)]
    created_at: String,
    /// When its tags, caption, username, sort or used mark were last changed by hand.
    #[schema(format = DateTime)]
    updated_at: String,
}

/// That a material was published.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MaterialUsed)]
struct UsedView {
    /// When.
    #[schema(format = DateTime)]
    at: String,
    /// The task that published it; `null` when it was marked by hand.
    task_id: Option<i64>,
}

impl From<&Material> for MaterialView {
    fn from(material: &Material) -> Self {
        let Material { id, file, details, usage, created_at, updated_at } = material;
        let (task, used) = match *usage {
            MaterialUse::Unused => (None, None),
            MaterialUse::Reserved { by } | MaterialUse::Unconfirmed { by } => (Some(by.0), None),
            MaterialUse::Used { at, by } => {
                let task_id = by.map(|by| by.0);
                (task_id, Some(UsedView { at: written(at), task_id }))
            }
        };
        Self {
            id: id.0,
            kind: file.media_type.kind().as_str(),
            media_type: file.media_type.as_str(),
            name: file.name.clone(),
            size: file.size,
            sha256: file.sha256.clone(),
            tags: details.tags.iter().map(Tag::to_string).collect(),
            caption: details.caption.clone(),
            username: details.username.as_ref().map(ToString::to_string),
            sort: details.sort,
            has_thumbnail: file.thumbnail.is_some(),
            state: usage.as_str(),
            task_id: task,
            used,
            created_at: written(*created_at),
            updated_at: written(*updated_at),
        }
    }
}

/// A page of materials, newest first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MaterialList)]
pub(crate) struct MaterialListView {
    /// The materials of the page; empty beyond the last.
    pub(crate) materials: Vec<MaterialView>,
    /// How many materials the filters let through, on all pages together.
    pub(crate) total: u64,
    /// The number of the page, from 1; `null` when the list was read on with a cursor.
    pub(crate) page: Option<u32>,
    /// How many materials a page holds at most.
    pub(crate) page_size: u32,
    /// Reads on where this page ends, with the same filters; `null` at the end.
    pub(crate) next_cursor: Option<String>,
}

/// What became of an upload, file by file in its order.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MaterialUpload)]
pub(crate) struct MaterialUploadView {
    /// One for each file.
    materials: Vec<UploadedMaterialView>,
    /// How many are new.
    created_count: usize,
    /// How many were there already, with the same bytes.
    duplicate_count: usize,
}

/// What became of one file.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UploadedMaterial)]
struct UploadedMaterialView {
    #[serde(flatten)]
    material: MaterialView,
    /// Whether its bytes were there already: then this is the material that was there, unchanged.
    duplicate: bool,
}

impl From<&[MaterialAdded]> for MaterialUploadView {
    fn from(added: &[MaterialAdded]) -> Self {
        let created_count = added.iter().filter(|it| it.is_new).count();
        let materials = added.iter().map(|it| UploadedMaterialView {
            material: MaterialView::from(&it.material),
            duplicate: !it.is_new,
        });
        Self { materials: materials.collect(), created_count, duplicate_count: added.len() - created_count }
    }
}
