//! Limits how many requests are handled at once. Those beyond are refused immediately with a `Retry-After`, so that the
//! others are still answered in time.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web;
use tokio::sync::Semaphore;

use crate::http::error::ApiError;
use crate::http::middleware::auth::HEALTH;
use crate::http::middleware::metrics::Metrics;

/// The paths of monitoring, which has to be answered above all when the server is busy.
const ALWAYS_ANSWERED: [&str; 2] = [HEALTH, "/metrics"];
/// In seconds.
const RETRY_AFTER: u32 = 1;

/// The slots for requests that are being handled.
pub(crate) struct RequestLimit {
    slots: Semaphore,
    max: usize,
}

impl RequestLimit {
    pub(crate) fn new(max: usize) -> Self {
        let max = max.clamp(1, Semaphore::MAX_PERMITS);
        Self { slots: Semaphore::new(max), max }
    }
}

/// A middleware (for `actix_web::middleware::from_fn`) that refuses requests when too many are being handled. One
/// is handled until its answer begins, so that clients that listen to events take no slot.
///
/// # Errors
/// 42901, or what the rest of the application fails with.
pub(crate) async fn bound(
    limit: web::Data<RequestLimit>,
    metrics: web::Data<Metrics>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    if ALWAYS_ANSWERED.contains(&request.path()) {
        return next.call(request).await;
    }
    let Ok(_slot) = limit.slots.try_acquire() else {
        metrics.refused();
        let message = format!("the server works on {} requests already: ask again in a moment", limit.max);
        return Err(ApiError::too_many(message, RETRY_AFTER).into());
    };
    next.call(request).await
}
