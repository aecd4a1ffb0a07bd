//! Serves the OpenAPI document.

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Data;

use crate::http::query::NoQuery;
use crate::http::routing::{Operation, operations};
use crate::state::OpenApiDocument;

pub(crate) fn routes() -> Vec<Operation> {
    operations![Viewer: openapi]
}

/// Returns this document.
///
/// It is not in the envelope: tools read it as it is.
#[utoipa::path(
    get,
    path = "/openapi.json",
    operation_id = "showOpenApi",
    tag = "Server",
    responses((status = 200, description = "This document.", body = Object)),
)]
pub(crate) async fn openapi(document: Data<OpenApiDocument>, _: NoQuery) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/json"))
        // Another version of the program has another document.
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(document.0.clone())
}
