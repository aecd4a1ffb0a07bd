//! The health check and the metrics for monitoring.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::web::Data;
use tikmatrix_api_types::{Envelope, Health};
use tikmatrix_runner::Runner;
use tikmatrix_storage::Store;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

use crate::devices::connections::Connections;
use crate::devices::convert::device_state;
use crate::http::envelope::{failure, success};
use crate::http::error::{ApiError, DATABASE_REPLACED, ErrorCode};
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
    runner: Data<Runner>,
    metrics: Data<Metrics>,
    limit: Data<RequestLimit>,
    _: NoQuery,
) -> Result<HttpResponse, ApiError> {
    let phones: Vec<_> = connections.phones.borrow().iter().map(|it| device_state(Some(it)).0).collect();
    Ok(metrics.answer(&Snapshot {
        tasks: store.tasks().stats().await?,
        phones: &phones,
        newest_event: store.events().newest().await?,
        database_errors: store.database().health().errors(),
        failed_attempts: runner.failed_attempts(),
        unsent: limit.unsent(),
    }))
}

/// Checks that the server runs, and that it can store what it is asked to.
#[utoipa::path(
    get,
    path = "/healthz",
    operation_id = "checkHealth",
    tag = "Server",
    security(()),
    responses((status = 200, description = "The server works.", body = Envelope<Health>)),
)]
pub(crate) async fn health(check: Data<HealthCheck>) -> HttpResponse {
    let reasons = check.reasons().await;
    let version = env!("CARGO_PKG_VERSION").to_owned();
    if reasons.is_empty() {
        return success(&Health { status: "ok".to_owned(), reasons, version });
    }
    let (code, status) = ErrorCode::Degraded.table();
    let message = reasons.join("; ");
    failure(status, code, message, Some(Health { status: "degraded".to_owned(), reasons, version }))
}

/// How long the result of a check is good for, so that those who ask often cost the disk nothing.
const CHECK_INTERVAL: Duration = Duration::from_millis(100);
/// How long the database may take to write again after a write has failed.
const CHECK_TIMEOUT: Duration = Duration::from_secs(1);
/// Room that a working disk has, in bytes.
const LEAST_ROOM: usize = 1024 * 1024;

/// The check of whether the server can do its work.
pub(crate) struct HealthCheck {
    store: Store,
    directory: PathBuf,
    last: Mutex<Option<(Instant, Vec<String>)>>,
}

impl HealthCheck {
    /// Checks `store`, and the disk of `directory`.
    pub(crate) fn new(store: Store, directory: PathBuf) -> Self {
        Self { store, directory, last: Mutex::default() }
    }

    /// Returns what prevents the server from doing its work.
    async fn reasons(&self) -> Vec<String> {
        let mut last = self.last.lock().await;
        if let Some((at, reasons)) = &*last
            && at.elapsed() < CHECK_INTERVAL
            // What has failed since then is told at once.
            && !(reasons.is_empty() && self.store.database().health().is_disk_full())
        {
            return reasons.clone();
        }
        let directory = self.directory.clone();
        let written = tokio::task::spawn_blocking(move || write(&directory));
        let written = written.await.map_err(io::Error::other).flatten();
        let mut reasons = Vec::new();
        if let Err(error) = written {
            reasons.push(format!("the data directory takes no writes: {}", error.kind()));
        }
        if self.store.database().is_replaced() {
            reasons.push(DATABASE_REPLACED.to_owned());
        }
        // Where no write has failed yet this is settled at once.
        if !matches!(timeout(CHECK_TIMEOUT, self.store.database().check_disk()).await, Ok(Ok(()))) {
            reasons.push("the database takes no writes: its disk is full".to_owned());
        }
        *last = Some((Instant::now(), reasons.clone()));
        reasons
    }
}

/// Writes a file without a name, which nothing can leave behind.
fn write(directory: &Path) -> io::Result<()> {
    tempfile::tempfile_in(directory)?.write_all(&vec![0; LEAST_ROOM])
}
