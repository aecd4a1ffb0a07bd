//! The route that shows the licence.

use actix_web::HttpResponse;
use actix_web::web::Data;
use tikmatrix_api_types::Envelope;
use tikmatrix_api_types::license::License;

use crate::http::envelope::success;
use crate::http::query::NoQuery;
use crate::http::routing::{Operation, operations};
use crate::license::convert::{license, no_api_access};
use crate::license::license_gate::LicenseGate;

pub(crate) fn routes() -> Vec<Operation> {
    operations![Viewer: check]
}

/// Shows the plan, and whether it has API access.
#[utoipa::path(
    get,
    path = "/api/v1/license/check",
    operation_id = "checkLicense",
    tag = "Licence",
    responses((status = 200, description = "The plan has API access.", body = Envelope<License>)),
)]
pub(crate) async fn check(gate: Data<LicenseGate>, _: NoQuery) -> HttpResponse {
    let license = license(gate.entitlement());
    if license.api_enabled { success(&license) } else { no_api_access(license) }
}
