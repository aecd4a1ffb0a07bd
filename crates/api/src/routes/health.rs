//! Whether the server works.

use actix_web::HttpResponse;

use crate::envelope::success;
use crate::view::HealthView;

/// `GET /healthz`.
pub(super) async fn health() -> HttpResponse {
    success(HealthView { status: "ok", version: env!("CARGO_PKG_VERSION") })
}
