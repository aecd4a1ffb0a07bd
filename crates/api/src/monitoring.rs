//! The health check and the figures for monitoring.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Serialize;
use tikmatrix_storage::Store;
use utoipa::ToSchema;

use crate::devices::connections::Connections;
use crate::devices::view::device_state;
use crate::http::envelope::{Envelope, Success};
use crate::http::error::ApiError;
use crate::http::middleware::metrics::{Metrics, Present};
use crate::http::query::NoQuery;
use crate::http::routing::{Operation, operations};

pub(crate) fn routes() -> Vec<Operation> {
    operations![metrics, health]
}

/// Gives the server's figures, as Prometheus reads them.
#[utoipa::path(
    get,
    path = "/metrics",
    operation_id = "showMetrics",
    tag = "Watching",
    responses((status = 200, description = "What Prometheus reads.", body = String, content_type = "application/openmetrics-text")),
)]
pub(crate) async fn metrics(
    store: Data<Store>,
    connections: Data<Connections>,
    metrics: Data<Metrics>,
    _: NoQuery,
) -> Result<HttpResponse, ApiError> {
    let phones: Vec<_> = connections.phones.borrow().iter().map(|it| device_state(Some(it)).0).collect();
    Ok(metrics.answer(&Present {
        tasks: store.stats().await?,
        phones: &phones,
        newest_event: store.newest_event().await?,
        database_errors: store.database_errors(),
    }))
}

/// Says whether the server runs.
#[utoipa::path(
    get,
    path = "/healthz",
    operation_id = "checkHealth",
    tag = "Server",
    security(()),
    responses((status = 200, description = "The server works.", body = Envelope<HealthView>)),
)]
pub(crate) async fn health() -> Success<HealthView> {
    Success(HealthView { status: "ok", version: env!("CARGO_PKG_VERSION") })
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
