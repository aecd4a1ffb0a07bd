//! Materials: uploaded, read, changed, deleted.

use actix_web::{HttpRequest, HttpResponse, web};
use tikmatrix_domain::{Material, MaterialId, TaskId};
use tikmatrix_storage::{MaterialChanged, MaterialRemoval, NewMaterial, Page, PageStart};

use crate::http::envelope::{DeletedView, Envelope, success};
use crate::http::error::{ApiError, ErrorCode};
use crate::http::query::Query;
use crate::http::routing::wrong_method;
use crate::http::schema::{MaterialForm, MaterialKind, MaterialPatch, Username};
use crate::http::{extract, paging};
use crate::materials::library::NewFiles;
use crate::materials::library::thumbnail::Unusable;
use crate::materials::view::{MaterialListView, MaterialUploadView, MaterialView};
use crate::materials::{content, request, upload};
use crate::state::AppState;

/// Adds the routes.
pub(crate) fn configure(config: &mut web::ServiceConfig) {
    config
        .service(
            web::resource("/api/v1/material")
                .route(web::get().to(list))
                .route(web::post().to(upload))
                .default_service(web::to(|request| wrong_method(request, "GET, POST"))),
        )
        .service(
            web::resource("/api/v1/material/{material_id}")
                .route(web::get().to(show))
                .route(web::patch().to(change))
                .route(web::delete().to(delete))
                .default_service(web::to(|request| wrong_method(request, "GET, PATCH, DELETE"))),
        )
        .service(
            web::resource("/api/v1/material/{material_id}/content")
                .route(web::get().to(content::content))
                .default_service(web::to(|request| wrong_method(request, "GET"))),
        )
        .service(
            web::resource("/api/v1/material/{material_id}/thumbnail")
                .route(web::get().to(content::thumbnail))
                .default_service(web::to(|request| wrong_method(request, "GET"))),
        );
}

/// Lists the materials of the library, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/material",
    operation_id = "listMaterials",
    tag = "Materials",
    params(
        ("tag" = Option<String>, Query, description = "Only materials that carry this tag.", pattern = r"\S"),
        ("username" = Option<Username>, Query, description = "Only materials that are meant for this account."),
        ("used" = Option<bool>, Query, description = "Only materials that are used, or are not."),
        ("kind" = Option<MaterialKind>, Query, description = "Only videos, or only images."),
        ("page" = Option<usize>, Query, description = "The number of the page, from 1. Default: 1. Not together with `cursor`.", minimum = 1),
        ("page_size" = Option<usize>, Query, description = "How many a page holds; above 100 is taken as 100. Default: 20.", minimum = 1),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the answer before: reads on at the same cost however deep.", pattern = r"\S"),
    ),
    responses((status = 200, description = "The materials, newest first.", body = Envelope<MaterialListView>)),
)]
pub(crate) async fn list(core: web::Data<AppState>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let (filter, Page { start, size: page_size }) = request::list(request.query_string())?;
    // One more than the page holds tells whether there are more.
    let (page, size) = match start {
        PageStart::Number(page) => (Some(page), page_size),
        PageStart::Before(_) => (None, page_size + 1),
    };
    let (mut materials, total) = core
        .store
        .materials(filter.clone(), Page { start, size })
        .await
        .map_err(|error| ApiError::internal("GET /api/v1/material", &error))?;
    let has_more = match page {
        Some(page) => u64::from(page) * u64::from(page_size) < total,
        None => materials.len() > page_size as usize,
    };
    materials.truncate(page_size as usize);
    let last = materials.last().filter(|_| has_more);
    let next_cursor = last.map(|last| paging::after(last.id.0, &filter));
    let materials = materials.iter().map(MaterialView::from).collect();
    Ok(success(MaterialListView { materials, total, page, page_size, next_cursor }))
}

/// Uploads videos and images to the library. All of its files come into the library, or none.
#[utoipa::path(
    post,
    path = "/api/v1/material",
    operation_id = "uploadMaterials",
    tag = "Materials",
    request_body(content = MaterialForm, content_type = "multipart/form-data"),
    responses((status = 200, description = "Every file of the request is in the library.", body = Envelope<MaterialUploadView>)),
)]
pub(crate) async fn upload(
    core: web::Data<AppState>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, ApiError> {
    Query::none(request.query_string())?;
    let upload = upload::receive(&core.library, &request, payload).await?;
    let details = request::details(upload.metadata, upload.files.len())?;
    let mut files: Vec<NewFiles> = Vec::with_capacity(upload.files.len());
    for (index, uploaded) in upload.files.into_iter().enumerate() {
        let upload::UploadedFile { name, media_type, content, thumbnail } = uploaded;
        let settled = core.library.settle(name, content, thumbnail, media_type).await;
        files.push(settled.map_err(|error| unusable(index, &error))?);
    }
    let new = files.iter().zip(details);
    let new = new.map(|(new, details)| NewMaterial { file: new.file.clone(), details }).collect();
    let added = core
        .store
        .add_materials(new, core.clock.now())
        .await
        .map_err(|error| ApiError::internal("POST /api/v1/material", &error))?;
    for (added, file) in added.iter().zip(files) {
        if added.is_new {
            file.keep();
        }
    }
    Ok(success(MaterialUploadView::from(added.as_slice())))
}

/// Shows one material.
#[utoipa::path(
    get,
    path = "/api/v1/material/{material_id}",
    operation_id = "showMaterial",
    tag = "Materials",
    params(
        ("material_id" = i64, Path, description = "The number of a material.", minimum = 1),
    ),
    responses((status = 200, description = "The material.", body = Envelope<MaterialView>)),
)]
pub(crate) async fn show(core: web::Data<AppState>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    Query::none(request.query_string())?;
    let found = find(&core, &request, "GET /api/v1/material/{material_id}").await?;
    Ok(success(MaterialView::from(&found)))
}

/// Changes what is given of a material.
#[utoipa::path(
    patch,
    path = "/api/v1/material/{material_id}",
    operation_id = "changeMaterial",
    tag = "Materials",
    params(
        ("material_id" = i64, Path, description = "The number of a material.", minimum = 1),
    ),
    request_body = MaterialPatch,
    responses((status = 200, description = "The material as it is now.", body = Envelope<MaterialView>)),
)]
pub(crate) async fn change(
    core: web::Data<AppState>,
    request: HttpRequest,
    body: Result<web::Bytes, actix_web::Error>,
) -> Result<HttpResponse, ApiError> {
    Query::none(request.query_string())?;
    let id = MaterialId(extract::number(&request, "material_id")?);
    let change = request::change(extract::json(&request, body)?)?;
    let changed = core
        .store
        .change_material(id, change, core.clock.now())
        .await
        .map_err(|error| ApiError::internal("PATCH /api/v1/material/{material_id}", &error))?;
    match changed {
        MaterialChanged::Changed(material) => Ok(success(MaterialView::from(&*material))),
        MaterialChanged::NotThere => Err(no_such_material(id)),
        MaterialChanged::Reserved(task) => Err(reserved("used", task)),
    }
}

/// Deletes a material that no running task has.
#[utoipa::path(
    delete,
    path = "/api/v1/material/{material_id}",
    operation_id = "deleteMaterial",
    tag = "Materials",
    params(
        ("material_id" = i64, Path, description = "The number of a material.", minimum = 1),
    ),
    responses((status = 200, description = "The material and its files are gone.", body = Envelope<DeletedView>)),
)]
pub(crate) async fn delete(
    core: web::Data<AppState>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    Query::none(request.query_string())?;
    let id = MaterialId(extract::number(&request, "material_id")?);
    let removal = core
        .store
        .delete_material(id)
        .await
        .map_err(|error| ApiError::internal("DELETE /api/v1/material/{material_id}", &error))?;
    match removal {
        MaterialRemoval::Removed(file) => {
            core.library.remove(&file).await;
            Ok(success(DeletedView { deleted_count: 1 }))
        }
        MaterialRemoval::NotThere => Err(no_such_material(id)),
        MaterialRemoval::Reserved(task) => Err(reserved("material_id", task)),
    }
}

/// The material that the path names.
pub(crate) async fn find(
    core: &AppState,
    request: &HttpRequest,
    attempt: &str,
) -> Result<Material, ApiError> {
    let id = MaterialId(extract::number(request, "material_id")?);
    let found = core.store.material(id).await.map_err(|error| ApiError::internal(attempt, &error))?;
    found.ok_or_else(|| no_such_material(id))
}

fn no_such_material(id: MaterialId) -> ApiError {
    ApiError::new(ErrorCode::NotFound, format!("there is no material {}", id.0))
}

fn reserved(field: &str, task: TaskId) -> ApiError {
    ApiError::invalid(field, format!("task {task} is publishing this material: wait for its end, or stop it"))
}

fn unusable(index: usize, error: &Unusable) -> ApiError {
    match error {
        Unusable::Io(error) => ApiError::internal("POST /api/v1/material", error),
        wrong => ApiError::invalid(format!("file[{index}]"), wrong.to_string()),
    }
}
