//! No more requests at once than the server was told to work on: those beyond are turned away at once and asked to come
//! again, so that the others are still answered in time.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web;
use tokio::sync::Semaphore;

use crate::http::error::ApiError;
use crate::http::middleware::auth::HEALTH;
use crate::http::middleware::metrics::Metrics;

/// Where those who watch over the server look, above all when it has much to do.
const ALWAYS_ANSWERED: [&str; 2] = [HEALTH, "/metrics"];
/// When a client that was turned away is to come again.
const AGAIN_AFTER_SECONDS: u32 = 1;

/// The places for requests that are worked on.
pub(crate) struct RequestLimit {
    places: Semaphore,
    most: usize,
}

impl RequestLimit {
    /// At most `most` at once.
    pub(crate) fn new(most: usize) -> Self {
        let most = most.clamp(1, Semaphore::MAX_PERMITS);
        Self { places: Semaphore::new(most), most }
    }
}

/// A middleware (for `actix_web::middleware::from_fn`) that turns requests away when too many are worked on. One is
/// worked on until its answer begins: who listens to events takes no place.
///
/// # Errors
/// 42901, or what the rest of the application fails with.
pub(crate) async fn bound(
    load: web::Data<RequestLimit>,
    metrics: web::Data<Metrics>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    if ALWAYS_ANSWERED.contains(&request.path()) {
        return next.call(request).await;
    }
    let Ok(_place) = load.places.try_acquire() else {
        metrics.refused();
        let message = format!("the server works on {} requests already: ask again in a moment", load.most);
        return Err(ApiError::too_many(message, AGAIN_AFTER_SECONDS).into());
    };
    next.call(request).await
}
