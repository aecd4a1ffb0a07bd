//! The health check and the metrics for monitoring.

use actix_web::HttpResponse;
use actix_web::web::Data;
use tikmatrix_api_types::{Envelope, Health};
use tikmatrix_storage::Store;

use crate::devices::connections::Connections;
use crate::devices::convert::device_state;
use crate::http::envelope::Success;
use crate::http::error::ApiError;
use crate::http::middleware::limit::RequestLimit;
use crate::http::middleware::metrics::{Metrics, Snapshot};
use crate::http::query::NoQuery;
use crate::http::routing::{Operation, operations};

pub(crate) fn routes() -> Vec<Operation> {
    operations![metrics, health]
}

/// Returns the metrics of the server, as Prometheus reads them.
#[utoipa::path(
    get,
    path = "/metrics",
    operation_id = "showMetrics",
    tag = "Watching",
    responses((status = 200, description = "The metrics in the text form of OpenMetrics.", body = String, content_type = "application/openmetrics-text")),
)]
pub(crate) async fn metrics(
    store: Data<Store>,
    connections: Data<Connections>,
    metrics: Data<Metrics>,
    limit: Data<RequestLimit>,
    _: NoQuery,
) -> Result<HttpResponse, ApiError> {
    let phones: Vec<_> = connections.phones.borrow().iter().map(|it| device_state(Some(it)).0).collect();
    Ok(metrics.answer(&Snapshot {
        tasks: store.stats().await?,
        phones: &phones,
        newest_event: store.newest_event().await?,
        database_errors: store.database_errors(),
        unsent: limit.unsent(),
    }))
}

/// Checks that the server runs.
#[utoipa::path(
    get,
    path = "/healthz",
    operation_id = "checkHealth",
    tag = "Server",
    security(()),
    responses((status = 200, description = "The server works.", body = Envelope<Health>)),
)]
pub(crate) async fn health() -> Success<Health> {
    Success(Health { status: "ok".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() })
}
