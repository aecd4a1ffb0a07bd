//! Groups of phones.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::fields::{Moment, Name, Note, Patch};

/// A group of phones to be created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGroup {
    /// Its name; no two groups have the same.
    pub name: Name,
    /// A note for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
}

/// A change of a group; what is left out stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct GroupPatch {
    /// Another name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub name: Option<Name>,
    /// Another note, or `null` for none.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    #[schema(value_type = Option<Note>)]
    pub note: Patch<Note>,
}

/// One group of phones. Moments are RFC 3339 with offset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Group {
    /// Its number, positive and never used twice.
    pub id: i64,
    /// Its name; no two groups have the same.
    pub name: String,
    /// A note for people.
    pub note: String,
    /// How many phones belong to it.
    pub device_count: u64,
    /// When it was created.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Moment,
    /// When its name or note last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Moment,
}

/// All groups, by their names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GroupList {
    /// The groups.
    pub groups: Vec<Group>,
    /// How many they are.
    pub total: usize,
}

/// The result of deleting a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GroupDeleted {
    /// 1.
    pub deleted_count: usize,
    /// How many phones belonged to it and belong to no group now.
    pub released_device_count: u64,
}
