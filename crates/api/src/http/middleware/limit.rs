//! Limits how many requests are handled at once. Those beyond are refused immediately with a `Retry-After`, so that the
//! others are still answered in time.

use std::sync::Arc;

use actix_http::ConnectionType;
use actix_web::ResponseError as _;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web;
use tokio::sync::Semaphore;

use crate::http::connection::table::ConnectionTable;
use crate::http::error::ApiError;
use crate::http::middleware::auth::HEALTH;
use crate::http::middleware::metrics::Metrics;

/// The paths of monitoring, which has to be answered above all when the server is busy.
const ALWAYS_ANSWERED: [&str; 2] = [HEALTH, "/metrics"];
/// In seconds.
const RETRY_AFTER: u32 = 1;

/// The slots for requests that are being handled, and the connections that they come on.
pub(crate) struct RequestLimit {
    slots: Semaphore,
    max: usize,
    table: Arc<ConnectionTable>,
}

impl RequestLimit {
    pub(crate) fn new(max: usize, table: Arc<ConnectionTable>) -> Self {
        let max = max.clamp(1, Semaphore::MAX_PERMITS);
        Self { slots: Semaphore::new(max), max, table }
    }

    /// The bytes of answers that clients have not taken.
    pub(crate) fn unsent(&self) -> usize {
        self.table.unsent()
    }

    fn too_many_requests(&self) -> ApiError {
        let message = format!("the server works on {} requests already: ask again in a moment", self.max);
        ApiError::too_many(message, RETRY_AFTER)
    }

    fn too_many_connections(&self) -> ApiError {
        let message =
            format!("{} clients have a request already: ask again in a moment", self.table.max_open());
        ApiError::too_many(message, RETRY_AFTER)
    }
}

/// A middleware (for `actix_web::middleware::from_fn`) that refuses requests when too many are being handled, or when too
/// many connections have one. A request is handled until its answer begins, so that clients that listen to events take no
/// slot. Beyond the connections, each takes one request only.
///
/// # Errors
/// What the rest of the application fails with.
pub(crate) async fn bound(
    limit: web::Data<RequestLimit>,
    metrics: web::Data<Metrics>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let is_full = limit.table.is_full();
    let slot = if ALWAYS_ANSWERED.contains(&request.path()) {
        Ok(None)
    } else if is_full {
        Err(limit.too_many_connections())
    } else {
        limit.slots.try_acquire().map(Some).map_err(|_| limit.too_many_requests())
    };
    let mut answered = match slot {
        Ok(_slot) => next.call(request).await?.map_into_left_body(),
        Err(refusal) => {
            metrics.refused();
            request.into_response(refusal.error_response()).map_into_right_body()
        }
    };
    if is_full {
        answered.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    Ok(answered)
}
