//! Materials: the videos and images of the library.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::fields::{Caption, MaterialKindText, MediaTypeText, Moment, Patch, Tag, Username, parameter};

/// A change of a material; what is left out stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MaterialPatch {
    /// All of its tags from now on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_items = 50)]
    pub tags: Option<Vec<Tag>>,
    /// Its own caption, a template as in `captions`, or `null` for none.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    #[schema(value_type = Option<Caption>)]
    pub caption: Patch<Caption>,
    /// The account that it is meant for, or `null` for any.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    #[schema(value_type = Option<Username>)]
    pub username: Patch<Username>,
    /// Its position among images that are published together, the lowest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = -1_000_000, maximum = 1_000_000)]
    pub sort: Option<i32>,
    /// Whether it counts as published.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub used: Option<bool>,
}

/// What is known of an uploaded file besides its bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MaterialMetadata {
    /// Its tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 50)]
    pub tags: Option<Vec<Tag>>,
    /// Its own caption, a template as in `captions`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caption: Option<Caption>,
    /// The account that it is meant for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<Username>,
    /// Its position among images that are published together, the lowest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = -1_000_000, maximum = 1_000_000)]
    pub sort: Option<i32>,
}

/// The parts of the form that uploads files; a description of `multipart/form-data`, which is never held in memory.
#[derive(Debug, ToSchema)]
pub struct MaterialForm {
    /// A video (MP4) or an image (JPG, PNG), known by its bytes; up to 100 parts of this name.
    #[schema(value_type = String, format = Binary)]
    pub file: Vec<u8>,
    /// An image that shows what is in the file before it.
    #[schema(value_type = Option<String>, format = Binary)]
    pub thumbnail: Option<Vec<u8>>,
    /// JSON: `tags`, `caption`, `username` and `sort` of all the files, or a list with these of each.
    pub metadata: Option<String>,
}

/// Which materials of the list are wanted, and which page of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
#[cfg_attr(feature = "clap", derive(clap::Args))]
pub struct MaterialQuery {
    /// Only materials that carry this tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>, pattern = r"\S")]
    #[cfg_attr(feature = "clap", arg(long, env = "TIKMATRIX_MATERIAL_TAG"))]
    pub tag: Option<Tag>,
    /// Only materials that are meant for this account.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    #[cfg_attr(feature = "clap", arg(long, env = "TIKMATRIX_MATERIAL_USERNAME"))]
    pub username: Option<Username>,
    /// Only materials that are used, or are not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "clap", arg(long, env = "TIKMATRIX_MATERIAL_USED"))]
    pub used: Option<bool>,
    /// Only videos, or only images.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "parameter::choice")]
    #[param(inline)]
    #[cfg_attr(feature = "clap", arg(long, env = "TIKMATRIX_MATERIAL_KIND", value_parser = crate::fields::text_parser::<tikmatrix_domain::MaterialKind>()))]
    pub kind: Option<MaterialKindText>,
    /// The number of the page, from 1; above 4,294,967,295 is taken as that. Default: 1. Not together with `cursor`.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "parameter::positive")]
    #[param(value_type = Option<usize>, minimum = 1)]
    #[cfg_attr(feature = "clap", arg(long, env = "TIKMATRIX_MATERIAL_PAGE"))]
    pub page: Option<u32>,
    /// How many a page holds; above 100 is taken as 100. Default: 20.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "parameter::positive")]
    #[param(value_type = Option<usize>, minimum = 1)]
    #[cfg_attr(feature = "clap", arg(long, env = "TIKMATRIX_MATERIAL_PAGE_SIZE", value_name = "N"))]
    pub page_size: Option<u32>,
    /// `next_cursor` of the answer before: reads on at the same cost at any depth.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(pattern = r"\S")]
    #[cfg_attr(feature = "clap", arg(long, env = "TIKMATRIX_MATERIAL_CURSOR"))]
    pub cursor: Option<String>,
}

/// One material of the library. Moments are RFC 3339 with offset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Material {
    /// Its number, positive and never used twice.
    pub id: i64,
    /// `video` or `image`.
    pub kind: MaterialKindText,
    /// The type of its bytes, whatever its name: `video/mp4`, `image/jpeg` or `image/png`.
    pub media_type: MediaTypeText,
    /// The name of the file as it was uploaded, without a path.
    pub name: String,
    /// In bytes.
    pub size: u64,
    /// SHA-256 of its bytes, in lower-case hexadecimal. No two materials have the same.
    pub sha256: String,
    /// The tags by which tasks choose it (`materials_tags`), in lower case.
    pub tags: Vec<String>,
    /// Its own caption, a template as in `captions`, which it overrides; empty means the task's.
    pub caption: String,
    /// The account that it is meant for, which takes it before others and which alone takes it; `null` means any.
    pub username: Option<String>,
    /// Its position among images that are published together, the lowest first; then by name.
    pub sort: i32,
    /// Whether `/thumbnail` has something to show.
    pub has_thumbnail: bool,
    /// Whether it was published.
    pub state: MaterialState,
    /// The task that holds it (`reserved`), or that published it, perhaps (`unconfirmed`) or for certain (`used`); `null`
    /// if there is none.
    pub task_id: Option<i64>,
    /// When and by which task it was published; `null` unless it is `used`.
    pub used: Option<MaterialUsed>,
    /// When it was uploaded.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Moment,
    /// When its tags, caption, username, sort or used mark were last changed by hand.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Moment,
}

/// Whether a material was published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum MaterialState {
    /// The next task may take it.
    Unused,
    /// A running task holds it.
    Reserved,
    /// A task ended after it began to publish it and did not see it published; no task takes it until `used` is set by
    /// hand.
    Unconfirmed,
    /// It was published.
    Used,
}

/// The publication of a material.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MaterialUsed {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Moment,
    /// The task that published it; `null` when it was marked by hand.
    pub task_id: Option<i64>,
}

/// A page of materials, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MaterialList {
    /// The materials of the page; empty beyond the last.
    pub materials: Vec<Material>,
    /// How many materials the filters let through, on all pages together.
    pub total: u64,
    /// The number of the page, from 1; `null` when the list was read by cursor.
    pub page: Option<u32>,
    /// How many materials a page holds at most.
    pub page_size: u32,
    /// Reads on where this page ends, with the same filters; `null` at the end.
    pub next_cursor: Option<String>,
}

/// The result of an upload, file by file in its order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MaterialUpload {
    /// One for each file.
    pub materials: Vec<UploadedMaterial>,
    /// How many are new.
    pub created_count: usize,
    /// How many were there already, with the same bytes.
    pub duplicate_count: usize,
}

/// The result of uploading one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UploadedMaterial {
    /// The material.
    #[serde(flatten)]
    pub material: Material,
    /// Whether its bytes were there already: then this is the material that was there, unchanged.
    pub duplicate: bool,
}
