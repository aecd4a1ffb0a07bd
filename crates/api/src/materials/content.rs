//! Downloads: the bytes of materials, whole or in ranges, and their thumbnails.

use std::fs::File;
use std::io;
use std::path::PathBuf;

use actix_files::NamedFile;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    self, Charset, ContentDisposition, DispositionParam, DispositionType, ExtendedValue, HeaderValue,
};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use tikmatrix_domain::{MaterialId, MediaType};
use tikmatrix_storage::Store;

use crate::http::error::{ApiError, ErrorCode};
use crate::http::extract::{Id, missing};
use crate::http::query::NoQuery;
use crate::http::routing::{Operation, operations};
use crate::materials::library::Library;

pub(crate) fn routes() -> Vec<Operation> {
    operations![Viewer: content, thumbnail]
}

/// Downloads the file itself, also in ranges.
#[utoipa::path(
    get,
    path = "/api/v1/material/{material_id}/content",
    operation_id = "downloadMaterial",
    tag = "Materials",
    params(("material_id" = i64, Path, description = "The number of a material.", minimum = 1)),
    responses(
        (status = 200, description = "The bytes of the material.", content((String = "video/mp4"), (String = "image/jpeg"), (String = "image/png"))),
        (status = 206, description = "The part that the header `Range` asks for."),
        (status = 304, description = "The copy that `If-None-Match` names is still current."),
    ),
)]
pub(crate) async fn content(
    store: Data<Store>,
    library: Data<Library>,
    Id(id): Id<MaterialId>,
    _: NoQuery,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let file = store.materials().find(id).await?.ok_or_else(|| missing(id))?.file;
    send(&request, library.path(&file.file), file.media_type, &file.name).await
}

/// Downloads a small image of a material.
#[utoipa::path(
    get,
    path = "/api/v1/material/{material_id}/thumbnail",
    operation_id = "downloadThumbnail",
    tag = "Materials",
    params(("material_id" = i64, Path, description = "The number of a material.", minimum = 1)),
    responses(
        (status = 200, description = "The thumbnail of the material.", content((String = "image/jpeg"))),
        (status = 206, description = "The part that the header `Range` asks for."),
        (status = 304, description = "The copy that `If-None-Match` names is still current."),
    ),
)]
pub(crate) async fn thumbnail(
    store: Data<Store>,
    library: Data<Library>,
    Id(id): Id<MaterialId>,
    _: NoQuery,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let file = store.materials().find(id).await?.ok_or_else(|| missing(id))?.file;
    let Some(thumbnail) = &file.thumbnail else {
        let message = format!(
            "material {} has no thumbnail: a video has one only if a thumbnail part was uploaded behind it",
            id.0
        );
        return Err(ApiError::new(ErrorCode::NotFound, message));
    };
    send(&request, library.path(thumbnail), MediaType::Jpeg, "thumbnail.jpg").await
}

async fn send(
    request: &HttpRequest,
    path: PathBuf,
    media_type: MediaType,
    name: &str,
) -> Result<HttpResponse, ApiError> {
    let opening = tokio::task::spawn_blocking(move || NamedFile::from_file(File::open(&path)?, path));
    let file = opening.await.map_err(io::Error::other)??;
    let media_type = media_type.as_str().parse().unwrap_or(mime::APPLICATION_OCTET_STREAM);
    let file = file.set_content_type(media_type).set_content_disposition(disposition(name));
    let length = file.metadata().len();
    let mut response = file.into_response(request);
    // It answers without a body of ours when a header asks for what cannot be.
    if response.status() == StatusCode::RANGE_NOT_SATISFIABLE {
        return Err(ApiError::out_of_range(length));
    }
    if response.status().is_client_error() {
        return Err(ApiError::invalid("header If-Match", "names another file than this one"));
    }
    let is_whole = response.status() == StatusCode::OK;
    let headers = response.headers_mut();
    if is_whole {
        headers.remove(header::CONTENT_RANGE);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // What clients uploaded is data: a browser that opens it must neither guess its type nor run any of it.
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    Ok(response)
}

/// To be shown, and under its own name when it is saved.
fn disposition(name: &str) -> ContentDisposition {
    let plain = |letter: char| if letter.is_ascii() { letter } else { '_' };
    let mut parameters = vec![DispositionParam::Filename(name.chars().map(plain).collect())];
    if !name.is_ascii() {
        parameters.push(DispositionParam::FilenameExt(ExtendedValue {
            charset: Charset::Ext("UTF-8".to_owned()),
            language_tag: None,
            value: name.as_bytes().to_vec(),
        }));
    }
    ContentDisposition { disposition: DispositionType::Inline, parameters }
}
