//! The licence as the API shows it.

use actix_web::HttpResponse;
use tikmatrix_api_types::license::License;
use tikmatrix_licensing::Entitlement;

use crate::http::envelope::failure;
use crate::http::error::ErrorCode;
use crate::http::time::moment;

/// The licence in force.
pub(crate) fn license(entitlement: Entitlement) -> License {
    let Entitlement { plan, api_enabled, device_limit, expires_at, trial, message, .. } = entitlement;
    let expires_at = expires_at.map(moment);
    License { plan_name: plan.into(), api_enabled, device_limit, message, expires_at, trial }
}

/// The answer to a request that the plan does not allow.
pub(crate) fn no_api_access(license: License) -> HttpResponse {
    let (number, status) = ErrorCode::NoApiAccess.table();
    failure(status, number, license.message.clone(), Some(license))
}
