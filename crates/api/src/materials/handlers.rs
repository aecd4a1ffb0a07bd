//! Materials: uploaded, read, changed, deleted.

use actix_web::HttpRequest;
use actix_web::web::{Data, Payload};
use tikmatrix_domain::{Clock, MaterialId, TaskId};
use tikmatrix_storage::{MaterialChanged, MaterialRemoval, NewMaterial, Store};

use crate::http::envelope::{DeletedView, Envelope, Success};
use crate::http::error::{Answer, ApiError};
use crate::http::extract::{Id, Json, missing};
use crate::http::paging;
use crate::http::query::{NoQuery, Query};
use crate::http::routing::{Operation, operations};
use crate::http::schema::{MaterialForm, MaterialKind, MaterialPatch, Username};
use crate::materials::library::thumbnail::Unusable;
use crate::materials::library::{Library, NewFiles};
use crate::materials::request::{self, ListMaterials};
use crate::materials::upload::{self, UploadedFile};
use crate::materials::view::{MaterialListView, MaterialUploadView, MaterialView};

pub(crate) fn routes() -> Vec<Operation> {
    operations![list, upload, show, change, delete]
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
pub(crate) async fn list(store: Data<Store>, query: Query<ListMaterials>) -> Answer<MaterialListView> {
    let Query(ListMaterials { filter, page }) = query;
    let (mut materials, total) = store.materials(filter.clone(), paging::with_next(&page)).await?;
    let page_size = page.size;
    let (page, next_cursor) = paging::settle(&mut materials, &page, total, &filter, |last| last.id.0);
    let materials = materials.iter().map(MaterialView::from).collect();
    Ok(Success(MaterialListView { materials, total, page, page_size, next_cursor }))
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
    store: Data<Store>,
    clock: Data<dyn Clock>,
    library: Data<Library>,
    _: NoQuery,
    request: HttpRequest,
    payload: Payload,
) -> Answer<MaterialUploadView> {
    let upload = upload::receive(&library, &request, payload).await?;
    let details = request::details(upload.metadata, upload.files.len())?;
    let mut files: Vec<NewFiles> = Vec::with_capacity(upload.files.len());
    for (index, uploaded) in upload.files.into_iter().enumerate() {
        let UploadedFile { name, media_type, content, thumbnail } = uploaded;
        let settled = library.settle(name, content, thumbnail, media_type).await;
        files.push(settled.map_err(|error| unusable(index, error))?);
    }
    let new = files.iter().zip(details);
    let new = new.map(|(new, details)| NewMaterial { file: new.file.clone(), details }).collect();
    let added = store.add_materials(new, clock.now()).await?;
    for (added, file) in added.iter().zip(files) {
        if added.is_new {
            file.keep();
        }
    }
    Ok(Success(MaterialUploadView::from(added.as_slice())))
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
pub(crate) async fn show(store: Data<Store>, Id(id): Id<MaterialId>, _: NoQuery) -> Answer<MaterialView> {
    let material = store.material(id).await?.ok_or_else(|| missing(id))?;
    Ok(Success(MaterialView::from(&material)))
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
    store: Data<Store>,
    clock: Data<dyn Clock>,
    Id(id): Id<MaterialId>,
    _: NoQuery,
    body: Json,
) -> Answer<MaterialView> {
    let change = request::change(body.0)?;
    match store.change_material(id, change, clock.now()).await? {
        MaterialChanged::Changed(material) => Ok(Success(MaterialView::from(&*material))),
        MaterialChanged::NotThere => Err(missing(id)),
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
    store: Data<Store>,
    library: Data<Library>,
    Id(id): Id<MaterialId>,
    _: NoQuery,
) -> Answer<DeletedView> {
    match store.delete_material(id).await? {
        MaterialRemoval::Removed(file) => {
            library.remove(&file).await;
            Ok(Success(DeletedView { deleted_count: 1 }))
        }
        MaterialRemoval::NotThere => Err(missing(id)),
        MaterialRemoval::Reserved(task) => Err(reserved("material_id", task)),
    }
}

fn reserved(field: &str, task: TaskId) -> ApiError {
    ApiError::invalid(field, format!("task {task} is publishing this material: wait for its end, or stop it"))
}

fn unusable(index: usize, error: Unusable) -> ApiError {
    match error {
        Unusable::Io(error) => error.into(),
        wrong => ApiError::invalid(format!("file[{index}]"), wrong.to_string()),
    }
}
