//! What those who watch over the server count: how busy it is, what it answers, and how its phones and tasks are doing, in
//! the text form of Prometheus. What is only known to others is asked for when somebody looks.

use std::sync::Arc;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header;
use actix_web::middleware::Next;
use actix_web::{HttpResponse, web};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use tikmatrix_domain::EventId;
use tikmatrix_storage::TaskCounts;

use crate::devices::view::DeviceState;

/// The form is that of OpenMetrics, which Prometheus reads since its version 2.5.
const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What is counted while the server runs; clones share it.
#[derive(Clone, Default)]
pub(crate) struct Metrics(Arc<Counted>);

#[derive(Default)]
struct Counted {
    requests: Family<[(&'static str, u64); 1], Counter>,
    refused: Counter,
    at_work: Gauge,
    listeners: Gauge,
}

/// What others know at the moment at which somebody looks.
pub(crate) struct Present<'phones> {
    pub(crate) tasks: TaskCounts,
    pub(crate) phones: &'phones [DeviceState],
    pub(crate) newest_event: EventId,
    pub(crate) database_errors: u64,
}

/// Something that is counted for as long as it lasts.
pub(crate) struct Lasting(Gauge);

impl Metrics {
    /// A request that was turned away because too many were worked on.
    pub(crate) fn refused(&self) {
        self.0.refused.inc();
    }

    /// A client that listens to events, for as long as what this returns lives.
    pub(crate) fn listener(&self) -> Lasting {
        Lasting::begin(&self.0.listeners)
    }

    /// Everything that is known, as an answer.
    pub(crate) fn answer(&self, present: &Present<'_>) -> HttpResponse {
        let mut registry = Registry::with_prefix("tikmatrix");
        self.0.register(&mut registry);
        present.register(&mut registry);
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = encode(&mut text, &registry);
        HttpResponse::Ok()
            .insert_header((header::CONTENT_TYPE, CONTENT_TYPE))
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .body(text)
    }
}

impl Counted {
    fn register(&self, registry: &mut Registry) {
        registry.register("requests", "Requests answered, by HTTP status", self.requests.clone());
        registry.register("requests_refused", "Requests turned away as too many", self.refused.clone());
        registry.register("requests_at_work", "Requests being worked on now", self.at_work.clone());
        registry.register("event_listeners", "Clients that listen to events now", self.listeners.clone());
    }
}

impl Present<'_> {
    fn register(&self, registry: &mut Registry) {
        let tasks = Family::<[(&'static str, &'static str); 1], Gauge>::default();
        for (status, count) in [
            ("pending", self.tasks.pending),
            ("running", self.tasks.running),
            ("completed", self.tasks.completed),
            ("failed", self.tasks.failed),
        ] {
            tasks.get_or_create(&[("status", status)]).set(signed(count));
        }
        registry.register("tasks", "Tasks, by status; those pending are the queue", tasks);
        let phones = Family::<[(&'static str, &'static str); 1], Gauge>::default();
        for state in DeviceState::ALL {
            let count = self.phones.iter().filter(|phone| **phone == state).count();
            phones.get_or_create(&[("state", state.text())]).set(i64::try_from(count).unwrap_or(i64::MAX));
        }
        registry.register("phones", "Configured phones, by the state of their connection", phones);
        let events: Gauge = Gauge::default();
        events.set(self.newest_event.0);
        registry.register("newest_event", "The id of the newest event", events);
        let errors: Counter = Counter::default();
        errors.inc_by(self.database_errors);
        registry.register("database_errors", "Operations that the database refused", errors);
    }
}

impl Lasting {
    fn begin(gauge: &Gauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for Lasting {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// A middleware (for `actix_web::middleware::from_fn`) that counts what is asked and answered.
///
/// # Errors
/// What the rest of the application fails with.
pub(crate) async fn count(
    metrics: web::Data<Metrics>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let at_work = Lasting::begin(&metrics.0.at_work);
    let answered = next.call(request).await;
    drop(at_work);
    let status = match &answered {
        Ok(response) => response.status(),
        Err(error) => error.as_response_error().status_code(),
    };
    metrics.0.requests.get_or_create(&[("code", u64::from(status.as_u16()))]).inc();
    answered
}

fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
