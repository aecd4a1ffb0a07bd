//! Whether the server works.

use actix_web::HttpResponse;

use crate::envelope::{Envelope, success};
use crate::view::HealthView;

/// Says whether the server runs.
#[utoipa::path(
    get,
    path = "/healthz",
    operation_id = "checkHealth",
    tag = "Server",
    responses((status = 200, description = "The server works.", body = Envelope<HealthView>)),
)]
pub(super) async fn health() -> HttpResponse {
    success(HealthView { status: "ok", version: env!("CARGO_PKG_VERSION") })
}
