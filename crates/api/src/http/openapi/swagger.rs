//! The page `/docs`, which shows the OpenAPI document with Swagger UI. It is made of files in this program alone, and may load
//! nothing from elsewhere.

use std::sync::Arc;

use actix_web::http::header;
use actix_web::web::{self, Bytes};
use actix_web::{HttpRequest, HttpResponse};

use crate::http::error::{ApiError, ErrorCode};
use crate::http::routing::{READING, only, reading, without_slash};

const PAGE: &str = include_str!("../../../assets/docs/index.html");
const START: &str = include_str!("../../../assets/docs/start.js");

/// Scripts, styles and requests of this server alone. Swagger UI draws its signs from `data:` addresses.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Registers the pages for people, which are no part of the API.
pub(crate) fn configure(config: &mut web::ServiceConfig) {
    let read_only = |path| only(path, READING.to_owned());
    config
        .service(read_only("/docs").route(reading().to(page)))
        .service(without_slash("/docs"))
        .service(read_only("/docs/{file}").route(reading().to(file)));
}

/// `GET /docs`: Swagger UI.
async fn page() -> HttpResponse {
    answer("text/html; charset=utf-8", Bytes::from_static(PAGE.as_bytes()))
}

/// `GET /docs/{file}`: what the page is made of.
async fn file(request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let name = request.match_info().get("file").unwrap_or_default();
    if name == "start.js" {
        return Ok(answer("text/javascript; charset=utf-8", Bytes::from_static(START.as_bytes())));
    }
    let wanted = ["swagger-ui.css", "swagger-ui-bundle.js"].contains(&name);
    let missing = || ApiError::new(ErrorCode::NotFound, format!("there is nothing at {}", request.path()));
    let found = wanted.then(|| utoipa_swagger_ui::serve(name, Arc::default())).ok_or_else(missing)?;
    let found = found.map_err(ApiError::internal)?.ok_or_else(missing)?;
    Ok(answer(&found.content_type, found.bytes.into_owned().into()))
}

fn answer(media_type: &str, body: Bytes) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, media_type))
        // Another version of the program has other files under the same names.
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .body(body)
}
