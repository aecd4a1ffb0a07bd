//! Groups of phones as the API shows them.

use serde::Serialize;
use tikmatrix_domain::Group;
use utoipa::ToSchema;

use crate::http::time::written;

/// One group of phones. Moments are RFC 3339 with offset.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Group)]
pub(crate) struct GroupView {
    /// Its number, positive and never used twice.
    id: i64,
    /// Its name; no two groups have the same.
    name: String,
    /// What a person wants to remember of it.
    note: String,
    /// How many phones belong to it.
    device_count: u64,
    /// When it was made.
    #[schema(format = DateTime)]
    created_at: String,
    /// When its name or note last changed.
    #[schema(format = DateTime)]
    updated_at: String,
}

impl From<&Group> for GroupView {
    fn from(group: &Group) -> Self {
        Self {
            id: group.id.0,
            name: group.name.clone(),
            note: group.note.clone(),
            device_count: group.device_count,
            created_at: written(group.created_at),
            updated_at: written(group.updated_at),
        }
    }
}

/// All groups, by their names.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = GroupList)]
pub(crate) struct GroupListView {
    /// The groups.
    pub(crate) groups: Vec<GroupView>,
    /// How many they are.
    pub(crate) total: usize,
}

/// That a group was deleted.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = GroupDeleted)]
pub(crate) struct GroupDeletedView {
    /// 1.
    pub(crate) deleted_count: usize,
    /// How many phones belonged to it and belong to no group now.
    pub(crate) released_device_count: u64,
}
