//! Refuses what the role of a request's token does not allow.

use actix_web::HttpMessage as _;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use tikmatrix_domain::Role;

use crate::http::error::{ApiError, ErrorCode};
use crate::tokens::caller::Caller;

/// A middleware of one route (for `actix_web::middleware::from_fn`) that refuses every caller whose role does not allow
/// what needs `needed`. It stands behind the router, so that no spelling of an address leads past it.
///
/// # Errors
/// Those of the route.
pub(crate) async fn require(
    needed: Role,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    match refusal(needed, &request) {
        Some(refusal) => Ok(request.error_response(refusal)),
        None => next.call(request).await,
    }
}

/// A middleware of routes whose meaning the server does not know: who reads needs to be a viewer, everyone else an admin.
///
/// # Errors
/// Those of the routes.
pub(crate) async fn require_for_foreign(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let needed = match *request.method() {
        Method::GET | Method::HEAD => Role::Viewer,
        _ => Role::Admin,
    };
    // What leads nowhere is not found, whatever the role.
    let is_route = request.resource_map().match_pattern(request.match_info().as_str()).is_some();
    match refusal(needed, &request).filter(|_| is_route) {
        Some(refusal) => Ok(request.error_response(refusal)),
        None => Ok(next.call(request).await?.map_into_boxed_body()),
    }
}

/// Why the caller may not do what needs `needed`.
fn refusal(needed: Role, request: &ServiceRequest) -> Option<ApiError> {
    let extensions = request.extensions();
    let Some(caller) = extensions.get::<Caller>() else {
        return Some(ApiError::internal("the request came past the check of its token"));
    };
    if caller.role.allows(needed) {
        return None;
    }
    let (method, path, role) = (request.method(), request.path(), caller.role);
    let message = format!(
        "{method} {path} needs the role {needed}, and the token {} has the role {role}: use another token, or make one with \
         `tikmatrix token create NAME --role {needed}`",
        caller.actor.name()
    );
    Some(ApiError::new(ErrorCode::RoleTooLow, message))
}
