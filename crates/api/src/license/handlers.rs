//! What the server may do.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::core::Core;
use crate::envelope::{Envelope, success};
use crate::error::{ApiError, ErrorCode};
use crate::request::Query;
use crate::view::LicenseView;

/// Tells the plan, and whether it has API access.
#[utoipa::path(
    get,
    path = "/api/v1/license/check",
    operation_id = "checkLicense",
    tag = "Licence",
    responses((status = 200, description = "The plan has API access.", body = Envelope<LicenseView>)),
)]
pub(super) async fn check(core: web::Data<Core>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    Query::none(request.query_string())?;
    let license = LicenseView::from(core.gate.standing());
    Ok(if license.has_api() { success(license) } else { license.refusal(ErrorCode::NoApiAccess) })
}
