//! What the server may do, as the API shows it.

use actix_web::HttpResponse;
use serde::Serialize;
use tikmatrix_licensing::Entitlement;
use utoipa::ToSchema;

use crate::http::envelope::failure;
use crate::http::error::ErrorCode;
use crate::http::time::written;

/// `data` of `GET /license/check`, and of every answer that a plan without API access refuses.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = License)]
pub(crate) struct LicenseView {
    /// The plan in force: `Starter`, `Pro`, `Team` or `Business`.
    plan_name: &'static str,
    /// Whether the plan has API access.
    api_enabled: bool,
    /// How many phones may work at once.
    device_limit: u32,
    /// All of it in a sentence, with what to do where something is amiss.
    message: String,
    /// When the licence or the trial ends; `null` when neither is in force.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    /// Whether this is the trial of a new data directory.
    trial: bool,
}

impl LicenseView {
    /// The answer to a request that the plan does not allow.
    pub(crate) fn refusal(self, code: ErrorCode) -> HttpResponse {
        let (number, status) = code.table();
        failure(status, number, self.message.clone(), Some(self))
    }

    /// Whether the plan has API access.
    pub(crate) fn has_api(&self) -> bool {
        self.api_enabled
    }
}

impl From<Entitlement> for LicenseView {
    fn from(standing: Entitlement) -> Self {
        let Entitlement { plan, api_enabled, device_limit, expires_at, trial, message, .. } = standing;
        let expires_at = expires_at.map(written);
        Self { plan_name: plan.as_str(), api_enabled, device_limit, message, expires_at, trial }
    }
}
