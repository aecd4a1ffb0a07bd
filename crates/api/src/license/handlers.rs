//! What the server may do.

use actix_web::HttpResponse;
use actix_web::web::Data;

use crate::http::envelope::{Envelope, success};
use crate::http::error::ErrorCode;
use crate::http::query::NoQuery;
use crate::http::routing::{Operation, operations};
use crate::license::license_gate::LicenseGate;
use crate::license::view::LicenseView;

pub(crate) fn routes() -> Vec<Operation> {
    operations![check]
}

/// Tells the plan, and whether it has API access.
#[utoipa::path(
    get,
    path = "/api/v1/license/check",
    operation_id = "checkLicense",
    tag = "Licence",
    responses((status = 200, description = "The plan has API access.", body = Envelope<LicenseView>)),
)]
pub(crate) async fn check(gate: Data<LicenseGate>, _: NoQuery) -> HttpResponse {
    let license = LicenseView::from(gate.standing());
    if license.has_api() { success(&license) } else { license.refusal(ErrorCode::NoApiAccess) }
}
