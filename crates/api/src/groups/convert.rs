//! Groups between the bodies of the API and the domain.

use tikmatrix_api_types::groups::{Group, GroupPatch, NewGroup};
use tikmatrix_domain::{self as domain, GroupChange};
use tikmatrix_validation::Nulls;

use crate::http::body::{RequestBody, note_patch};
use crate::http::time::moment;

impl RequestBody for NewGroup {}

impl RequestBody for GroupPatch {
    const NULLS: Nulls = Nulls::Change;
}

/// The change of a group that is asked for.
pub(crate) fn change(change: GroupPatch) -> GroupChange {
    let GroupPatch { name, note } = change;
    GroupChange { name: name.map(|name| name.as_str().trim().to_owned()), note: note_patch(note) }
}

/// A group as the API shows it.
pub(crate) fn group(group: &domain::Group) -> Group {
    Group {
        id: group.id.0,
        name: group.name.clone(),
        note: group.note.clone(),
        device_count: group.device_count,
        created_at: moment(group.created_at),
        updated_at: moment(group.updated_at),
    }
}
