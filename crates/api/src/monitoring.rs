//! The health check and the figures for monitoring.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::devices::view::device_state;
use crate::http::envelope::{Envelope, success};
use crate::http::error::ApiError;
use crate::http::middleware::metrics::{Metrics, Present};
use crate::http::query::Query;
use crate::state::AppState;

/// Gives the server's figures, as Prometheus reads them.
#[utoipa::path(
    get,
    path = "/metrics",
    operation_id = "showMetrics",
    tag = "Watching",
    responses((status = 200, description = "What Prometheus reads.", body = String, content_type = "application/openmetrics-text")),
)]
pub(crate) async fn metrics(
    core: web::Data<AppState>,
    metrics: web::Data<Metrics>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    Query::none(request.query_string())?;
    let failed = |error| ApiError::internal("GET /metrics", &error);
    let phones: Vec<_> = core.phones.borrow().iter().map(|entry| device_state(Some(entry)).0).collect();
    Ok(metrics.answer(&Present {
        tasks: core.store.stats().await.map_err(failed)?,
        phones: &phones,
        newest_event: core.store.newest_event().await.map_err(failed)?,
        database_errors: core.store.database_errors(),
    }))
}

/// Says whether the server runs.
#[utoipa::path(
    get,
    path = "/healthz",
    operation_id = "checkHealth",
    tag = "Server",
    responses((status = 200, description = "The server works.", body = Envelope<HealthView>)),
)]
pub(crate) async fn health() -> HttpResponse {
    success(HealthView { status: "ok", version: env!("CARGO_PKG_VERSION") })
}

/// That the server works.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Health)]
pub(crate) struct HealthView {
    /// `ok`.
    pub(crate) status: &'static str,
    /// The version of the program.
    pub(crate) version: &'static str,
}
