//! Materials: uploaded, read, changed, deleted.

use actix_web::HttpRequest;
use actix_web::web::{Data, Payload};
use tikmatrix_api_types::materials::{
    Material, MaterialForm, MaterialList, MaterialPatch, MaterialQuery, MaterialUpload,
};
use tikmatrix_api_types::{Deleted, Envelope};
use tikmatrix_domain::{Clock, MaterialId, TaskId};
use tikmatrix_storage::{MaterialChanged, MaterialRemoval, NewMaterial, Store};

use crate::http::body::Json;
use crate::http::envelope::Success;
use crate::http::error::{Answer, ApiError};
use crate::http::extract::{Id, missing};
use crate::http::paging;
use crate::http::query::{NoQuery, Query};
use crate::http::routing::{Operation, operations};
use crate::materials::convert;
use crate::materials::library::thumbnail::Unusable;
use crate::materials::library::{Library, NewFiles};
use crate::materials::list_query::ListMaterials;
use crate::materials::upload::{self, UploadedFile};

pub(crate) fn routes() -> Vec<Operation> {
    operations![Viewer: list, show; Operator: upload, change, delete]
}

/// Lists the materials of the library, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/material",
    operation_id = "listMaterials",
    tag = "Materials",
    params(MaterialQuery),
    responses((status = 200, description = "The materials, newest first.", body = Envelope<MaterialList>)),
)]
pub(crate) async fn list(store: Data<Store>, query: Query<ListMaterials>) -> Answer<MaterialList> {
    let Query(ListMaterials { filter, page }) = query;
    let (mut materials, total) = store.materials().list(filter.clone(), paging::with_next(&page)).await?;
    let page_size = page.size;
    let (page, next_cursor) = paging::settle(&mut materials, &page, total, &filter, |last| last.id.0);
    let materials = materials.iter().map(convert::material).collect();
    Ok(Success(MaterialList { materials, total, page, page_size, next_cursor }))
}

/// Uploads videos and images to the library. All of its files come into the library, or none.
#[utoipa::path(
    post,
    path = "/api/v1/material",
    operation_id = "uploadMaterials",
    tag = "Materials",
    request_body(content = MaterialForm, content_type = "multipart/form-data"),
    responses((status = 200, description = "Every file of the request is in the library.", body = Envelope<MaterialUpload>)),
)]
pub(crate) async fn upload(
    store: Data<Store>,
    clock: Data<dyn Clock>,
    library: Data<Library>,
    _: NoQuery,
    request: HttpRequest,
    payload: Payload,
) -> Answer<MaterialUpload> {
    let upload = upload::receive(&library, &request, payload).await?;
    let details = convert::details(upload.metadata, upload.files.len())?;
    let mut files: Vec<NewFiles> = Vec::with_capacity(upload.files.len());
    for (index, uploaded) in upload.files.into_iter().enumerate() {
        let UploadedFile { name, media_type, content, thumbnail } = uploaded;
        let settled = library.settle(name, content, thumbnail, media_type).await;
        files.push(settled.map_err(|error| unusable(index, error))?);
    }
    let new = files.iter().zip(details);
    let new = new.map(|(new, details)| NewMaterial { file: new.file.clone(), details }).collect();
    let added = store.materials().add(new, clock.now()).await?;
    for (added, file) in added.iter().zip(files) {
        if added.is_new {
            file.keep();
        }
    }
    Ok(Success(convert::upload(&added)))
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
    responses((status = 200, description = "The material.", body = Envelope<Material>)),
)]
pub(crate) async fn show(store: Data<Store>, Id(id): Id<MaterialId>, _: NoQuery) -> Answer<Material> {
    let material = store.materials().find(id).await?.ok_or_else(|| missing(id))?;
    Ok(Success(convert::material(&material)))
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
    request_body(content = MaterialPatch, example = json!({})),
    responses((status = 200, description = "The material as it is now.", body = Envelope<Material>)),
)]
pub(crate) async fn change(
    store: Data<Store>,
    clock: Data<dyn Clock>,
    Id(id): Id<MaterialId>,
    _: NoQuery,
    Json(change): Json<MaterialPatch>,
) -> Answer<Material> {
    let change = convert::change(change)?;
    match store.materials().change(id, change, clock.now()).await? {
        MaterialChanged::Changed(material) => Ok(Success(convert::material(&material))),
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
    responses((status = 200, description = "The material and its files are gone.", body = Envelope<Deleted>)),
)]
pub(crate) async fn delete(
    store: Data<Store>,
    library: Data<Library>,
    Id(id): Id<MaterialId>,
    _: NoQuery,
) -> Answer<Deleted> {
    match store.materials().delete(id).await? {
        MaterialRemoval::Removed(file) => {
            library.remove(&file).await;
            Ok(Success(Deleted { deleted_count: 1 }))
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
