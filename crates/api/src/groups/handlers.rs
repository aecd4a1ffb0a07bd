//! Groups of phones.

use actix_web::web::Data;
use tikmatrix_api_types::Envelope;
use tikmatrix_api_types::groups::{Group, GroupDeleted, GroupList, GroupPatch, NewGroup};
use tikmatrix_domain::{Clock, GroupId};
use tikmatrix_storage::{GroupChanged, Store};

use crate::groups::convert;
use crate::http::body::Json;
use crate::http::envelope::Success;
use crate::http::error::{Answer, ApiError, ErrorCode};
use crate::http::extract::{Id, missing};
use crate::http::query::NoQuery;
use crate::http::routing::{Operation, operations};

pub(crate) fn routes() -> Vec<Operation> {
    operations![Viewer: list, show; Operator: create, change, delete]
}

/// Lists the groups of phones.
#[utoipa::path(
    get,
    path = "/api/v1/group",
    operation_id = "listGroups",
    tag = "Phones",
    responses((status = 200, description = "All groups, by their names.", body = Envelope<GroupList>)),
)]
pub(crate) async fn list(store: Data<Store>, _: NoQuery) -> Answer<GroupList> {
    let groups = store.groups().list().await?;
    let total = groups.len();
    Ok(Success(GroupList { groups: groups.iter().map(convert::group).collect(), total }))
}

/// Creates a group of phones.
#[utoipa::path(
    post,
    path = "/api/v1/group",
    operation_id = "createGroup",
    tag = "Phones",
    request_body(content = NewGroup, example = json!({"name": "Rack 1"})),
    responses((status = 200, description = "The group as it was created.", body = Envelope<Group>)),
)]
pub(crate) async fn create(
    store: Data<Store>,
    clock: Data<dyn Clock>,
    _: NoQuery,
    Json(new): Json<NewGroup>,
) -> Answer<Group> {
    let name = new.name.as_str().trim().to_owned();
    let note = new.note.map(String::from).unwrap_or_default();
    match store.groups().create(name, note, clock.now()).await? {
        GroupChanged::Changed(group) => Ok(Success(convert::group(&group))),
        GroupChanged::NotThere => Err(ApiError::new(ErrorCode::NotFound, "the group was deleted meanwhile")),
        GroupChanged::NameTaken => Err(name_taken()),
    }
}

/// Shows one group.
#[utoipa::path(
    get,
    path = "/api/v1/group/{group_id}",
    operation_id = "showGroup",
    tag = "Phones",
    params(
        ("group_id" = i64, Path, description = "The number of a group.", minimum = 1),
    ),
    responses((status = 200, description = "The group.", body = Envelope<Group>)),
)]
pub(crate) async fn show(store: Data<Store>, Id(id): Id<GroupId>, _: NoQuery) -> Answer<Group> {
    let group = store.groups().find(id).await?.ok_or_else(|| missing(id))?;
    Ok(Success(convert::group(&group)))
}

/// Changes what is given of a group.
#[utoipa::path(
    patch,
    path = "/api/v1/group/{group_id}",
    operation_id = "changeGroup",
    tag = "Phones",
    params(
        ("group_id" = i64, Path, description = "The number of a group.", minimum = 1),
    ),
    request_body(content = GroupPatch, example = json!({})),
    responses((status = 200, description = "The group as it is now.", body = Envelope<Group>)),
)]
pub(crate) async fn change(
    store: Data<Store>,
    clock: Data<dyn Clock>,
    Id(id): Id<GroupId>,
    _: NoQuery,
    Json(change): Json<GroupPatch>,
) -> Answer<Group> {
    match store.groups().change(id, convert::change(change), clock.now()).await? {
        GroupChanged::Changed(group) => Ok(Success(convert::group(&group))),
        GroupChanged::NotThere => Err(missing(id)),
        GroupChanged::NameTaken => Err(name_taken()),
    }
}

/// Deletes a group; its phones stay.
#[utoipa::path(
    delete,
    path = "/api/v1/group/{group_id}",
    operation_id = "deleteGroup",
    tag = "Phones",
    params(
        ("group_id" = i64, Path, description = "The number of a group.", minimum = 1),
    ),
    responses((status = 200, description = "The group is gone; its phones belong to none.", body = Envelope<GroupDeleted>)),
)]
pub(crate) async fn delete(store: Data<Store>, Id(id): Id<GroupId>, _: NoQuery) -> Answer<GroupDeleted> {
    let released = store.groups().delete(id).await?.ok_or_else(|| missing(id))?;
    Ok(Success(GroupDeleted { deleted_count: 1, released_device_count: released }))
}

fn name_taken() -> ApiError {
    ApiError::invalid("name", "is the name of another group")
}
