//! What is answered where a path or a method is unknown.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::http::error::{ApiError, ErrorCode};

/// The answer where nothing is.
pub(crate) async fn unknown_route(request: HttpRequest) -> Result<HttpResponse, ApiError> {
    Err(ApiError::new(ErrorCode::NotFound, format!("there is nothing at {}", request.path())))
}

pub(crate) fn read_only(path: &str) -> actix_web::Resource {
    only(path, "GET")
}

/// A path that has the methods that `allow` names, and no others.
pub(crate) fn only(path: &str, allow: &'static str) -> actix_web::Resource {
    web::resource(path).default_service(web::to(move |request| wrong_method(request, allow)))
}

pub(crate) async fn wrong_method(
    request: HttpRequest,
    allow: &'static str,
) -> Result<HttpResponse, ApiError> {
    Err(ApiError::method(request.method().as_str(), request.path(), allow))
}
