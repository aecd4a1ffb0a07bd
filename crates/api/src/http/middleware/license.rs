//! Refuses the API where the plan has none.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web;

use crate::license::convert::{license, no_api_access};
use crate::license::license_gate::LicenseGate;

/// The only address of the API that needs no API access.
const ALWAYS_OPEN: &str = "/api/v1/license/check";

/// Whether a path belongs to the API, which a plan may not have.
pub(crate) fn is_api(path: &str) -> bool {
    path == "/api/v1" || path.starts_with("/api/v1/")
}

/// A middleware (for `actix_web::middleware::from_fn`) that refuses the API where the plan has none.
///
/// # Errors
/// Those of the rest of the application.
pub(crate) async fn refuse_without_api(
    gate: web::Data<LicenseGate>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    // As the router will read it: an address may be written in several ways.
    let path = request.match_info().as_str();
    if is_api(path) && path != ALWAYS_OPEN {
        let entitlement = gate.entitlement();
        if !entitlement.api_enabled {
            let refusal = no_api_access(license(entitlement));
            return Ok(request.into_response(refusal).map_into_right_body());
        }
    }
    Ok(next.call(request).await?.map_into_left_body())
}
