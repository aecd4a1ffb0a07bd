//! What those who watch over the server look at.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::core::Core;
use crate::error::ApiError;
use crate::metrics::{Metrics, Present};
use crate::request::Query;
use crate::view::device_state;

/// Gives the server's figures, as Prometheus reads them.
#[utoipa::path(
    get,
    path = "/metrics",
    operation_id = "showMetrics",
    tag = "Watching",
    responses((status = 200, description = "What Prometheus reads.", body = String, content_type = "application/openmetrics-text")),
)]
pub(super) async fn metrics(
    core: web::Data<Core>,
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
