//! Groups of phones.

use actix_web::{HttpRequest, HttpResponse, web};
use tikmatrix_domain::{Group, GroupId};
use tikmatrix_storage::GroupChanged;

use crate::groups::request;
use crate::groups::view::{GroupDeletedView, GroupListView, GroupView};
use crate::http::envelope::{Envelope, success};
use crate::http::error::{ApiError, ErrorCode};
use crate::http::extract;
use crate::http::query::Query;
use crate::http::routing::wrong_method;
use crate::http::schema::{GroupPatch, NewGroup};
use crate::state::AppState;

/// Adds the routes.
pub(crate) fn configure(config: &mut web::ServiceConfig) {
    config
        .service(
            web::resource("/api/v1/group")
                .route(web::get().to(list))
                .route(web::post().to(create))
                .default_service(web::to(|request| wrong_method(request, "GET, POST"))),
        )
        .service(
            web::resource("/api/v1/group/{group_id}")
                .route(web::get().to(show))
                .route(web::patch().to(change))
                .route(web::delete().to(delete))
                .default_service(web::to(|request| wrong_method(request, "GET, PATCH, DELETE"))),
        );
}

/// Lists the groups of phones.
#[utoipa::path(
    get,
    path = "/api/v1/group",
    operation_id = "listGroups",
    tag = "Phones",
    responses((status = 200, description = "All groups, by their names.", body = Envelope<GroupListView>)),
)]
pub(crate) async fn list(core: web::Data<AppState>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    Query::none(request.query_string())?;
    let groups =
        core.store.groups().await.map_err(|error| ApiError::internal("GET /api/v1/group", &error))?;
    let total = groups.len();
    Ok(success(GroupListView { groups: groups.iter().map(GroupView::from).collect(), total }))
}

/// Makes a group of phones.
#[utoipa::path(
    post,
    path = "/api/v1/group",
    operation_id = "createGroup",
    tag = "Phones",
    request_body = NewGroup,
    responses((status = 200, description = "The group as it was made.", body = Envelope<GroupView>)),
)]
pub(crate) async fn create(
    core: web::Data<AppState>,
    request: HttpRequest,
    body: Result<web::Bytes, actix_web::Error>,
) -> Result<HttpResponse, ApiError> {
    Query::none(request.query_string())?;
    let (name, note) = request::create(extract::json(&request, body)?)?;
    let made = core
        .store
        .create_group(name, note, core.clock.now())
        .await
        .map_err(|error| ApiError::internal("POST /api/v1/group", &error))?;
    Ok(success(GroupView::from(&settled(made, &request)?)))
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
    responses((status = 200, description = "The group.", body = Envelope<GroupView>)),
)]
pub(crate) async fn show(core: web::Data<AppState>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    Query::none(request.query_string())?;
    let id = GroupId(extract::number(&request, "group_id")?);
    let group = core
        .store
        .group(id)
        .await
        .map_err(|error| ApiError::internal("GET /api/v1/group/{group_id}", &error))?
        .ok_or_else(|| no_such_group(&request))?;
    Ok(success(GroupView::from(&group)))
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
    request_body = GroupPatch,
    responses((status = 200, description = "The group as it is now.", body = Envelope<GroupView>)),
)]
pub(crate) async fn change(
    core: web::Data<AppState>,
    request: HttpRequest,
    body: Result<web::Bytes, actix_web::Error>,
) -> Result<HttpResponse, ApiError> {
    Query::none(request.query_string())?;
    let id = GroupId(extract::number(&request, "group_id")?);
    let change = request::change(extract::json(&request, body)?)?;
    let changed = core
        .store
        .change_group(id, change, core.clock.now())
        .await
        .map_err(|error| ApiError::internal("PATCH /api/v1/group/{group_id}", &error))?;
    Ok(success(GroupView::from(&settled(changed, &request)?)))
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
    responses((status = 200, description = "The group is gone; its phones belong to none.", body = Envelope<GroupDeletedView>)),
)]
pub(crate) async fn delete(
    core: web::Data<AppState>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    Query::none(request.query_string())?;
    let id = GroupId(extract::number(&request, "group_id")?);
    let released = core
        .store
        .delete_group(id)
        .await
        .map_err(|error| ApiError::internal("DELETE /api/v1/group/{group_id}", &error))?
        .ok_or_else(|| no_such_group(&request))?;
    Ok(success(GroupDeletedView { deleted_count: 1, released_device_count: released }))
}

fn settled(changed: GroupChanged, request: &HttpRequest) -> Result<Group, ApiError> {
    match changed {
        GroupChanged::Changed(group) => Ok(group),
        GroupChanged::NotThere => Err(no_such_group(request)),
        GroupChanged::NameTaken => Err(ApiError::invalid("name", "is the name of another group")),
    }
}

fn no_such_group(request: &HttpRequest) -> ApiError {
    let id = request.match_info().get("group_id").unwrap_or_default();
    ApiError::new(ErrorCode::NotFound, format!("there is no group {id}"))
}
