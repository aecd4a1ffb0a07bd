//! Metrics for Prometheus, in the text form of OpenMetrics: requests and answers, which are counted here, and the state of
//! phones and tasks, which is read when the metrics are.

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
use tikmatrix_api_types::devices::DeviceState;
use tikmatrix_domain::{EventId, FailureCode};
use tikmatrix_storage::TaskCounts;

/// The form is that of OpenMetrics, which Prometheus reads since its version 2.5.
const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The metrics that are counted while the server runs; clones share them.
#[derive(Clone, Default)]
pub(crate) struct Metrics(Arc<Counted>);

#[derive(Default)]
struct Counted {
    requests: Family<[(&'static str, u64); 1], Counter>,
    refused: Counter,
    at_work: Gauge,
    listeners: Gauge,
}

/// The figures that are read when the metrics are.
pub(crate) struct Snapshot<'phones> {
    pub(crate) tasks: TaskCounts,
    pub(crate) phones: &'phones [DeviceState],
    pub(crate) newest_event: EventId,
    pub(crate) database_errors: u64,
    pub(crate) failed_attempts: Vec<(FailureCode, u64)>,
    /// Bytes of answers that clients have not taken.
    pub(crate) unsent: usize,
}

/// Counts in a gauge for as long as it lives.
pub(crate) struct GaugeGuard(Gauge);

impl Metrics {
    /// Counts a request that was refused because too many were being handled.
    pub(crate) fn refused(&self) {
        self.0.refused.inc();
    }

    /// Counts a client that listens to events, for as long as the guard lives.
    pub(crate) fn listener(&self) -> GaugeGuard {
        GaugeGuard::begin(&self.0.listeners)
    }

    /// Returns all metrics as an answer.
    pub(crate) fn answer(&self, snapshot: &Snapshot<'_>) -> HttpResponse {
        let mut registry = Registry::with_prefix("tikmatrix");
        self.0.register(&mut registry);
        snapshot.register(&mut registry);
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
        registry.register("requests_refused", "Requests refused as too many", self.refused.clone());
        registry.register("requests_at_work", "Requests being handled now", self.at_work.clone());
        registry.register("event_listeners", "Clients that listen to events now", self.listeners.clone());
    }
}

impl Snapshot<'_> {
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
            phones.get_or_create(&[("state", state.as_str())]).set(i64::try_from(count).unwrap_or(i64::MAX));
        }
        registry.register("phones", "Configured phones, by the state of their connection", phones);
        let events: Gauge = Gauge::default();
        events.set(self.newest_event.0);
        registry.register("newest_event", "The id of the newest event", events);
        let unsent: Gauge = Gauge::default();
        unsent.set(i64::try_from(self.unsent).unwrap_or(i64::MAX));
        registry.register("unsent_bytes", "Bytes of answers that clients have not taken", unsent);
        let errors: Counter = Counter::default();
        errors.inc_by(self.database_errors);
        let failed = Family::<[(&'static str, String); 1], Counter>::default();
        for (code, count) in &self.failed_attempts {
            failed.get_or_create(&[("code", code.to_string())]).inc_by(*count);
        }
        registry.register("attempts_failed", "Attempts of tasks that failed, by failure code", failed);
        registry.register("database_errors", "Operations that the database refused", errors);
    }
}

impl GaugeGuard {
    fn begin(gauge: &Gauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for GaugeGuard {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// A middleware (for `actix_web::middleware::from_fn`) that counts requests and answers.
///
/// # Errors
/// Those of the rest of the application.
pub(crate) async fn count(
    metrics: web::Data<Metrics>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let at_work = GaugeGuard::begin(&metrics.0.at_work);
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
