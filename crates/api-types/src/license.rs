//! The plan that is in force.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::fields::{Moment, PlanText};

/// `data` of `GET /license/check`, and of every answer that a plan without API access refuses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct License {
    /// The plan in force: `Starter`, `Pro`, `Team` or `Business`.
    pub plan_name: PlanText,
    /// Whether the plan has API access.
    pub api_enabled: bool,
    /// How many phones may run tasks at once.
    pub device_limit: u32,
    /// The same as one sentence, with what to do where something is wrong.
    pub message: String,
    /// When the licence or the trial ends; `null` when neither is in force.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Moment>,
    /// Whether this is the trial of a new data directory.
    pub trial: bool,
}
