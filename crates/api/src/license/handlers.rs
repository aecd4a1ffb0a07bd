//! What the server may do.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::http::envelope::{Envelope, success};
use crate::http::error::{ApiError, ErrorCode};
use crate::http::query::Query;
use crate::license::view::LicenseView;
use crate::state::AppState;

/// Tells the plan, and whether it has API access.
#[utoipa::path(
    get,
    path = "/api/v1/license/check",
    operation_id = "checkLicense",
    tag = "Licence",
    responses((status = 200, description = "The plan has API access.", body = Envelope<LicenseView>)),
)]
pub(crate) async fn check(core: web::Data<AppState>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    Query::none(request.query_string())?;
    let license = LicenseView::from(core.gate.standing());
    Ok(if license.has_api() { success(license) } else { license.refusal(ErrorCode::NoApiAccess) })
}
