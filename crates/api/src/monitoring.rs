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
use tokio::task::JoinHandle;
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
    operations![Viewer: metrics, health]
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
/// How long the disk may take for a small file, and the database to write again after a write has failed.
const CHECK_TIMEOUT: Duration = Duration::from_secs(1);
/// Room that a working disk has, in bytes.
const LEAST_ROOM: usize = 1024 * 1024;

/// The check of whether the server can do its work.
pub(crate) struct HealthCheck {
    store: Store,
    directory: PathBuf,
    write: fn(&Path) -> io::Result<()>,
    state: Mutex<CheckState>,
}

#[derive(Default)]
struct CheckState {
    last: Option<(Instant, Vec<String>)>,
    /// The look at the disk that has not ended, since its file system does not answer.
    look: Option<JoinHandle<DiskLook>>,
}

struct DiskLook {
    written: io::Result<()>,
    is_database_replaced: bool,
}

impl HealthCheck {
    /// Checks `store`, and the disk of `directory`.
    pub(crate) fn new(store: Store, directory: PathBuf) -> Self {
        Self { store, directory, write, state: Mutex::default() }
    }

    /// Returns what prevents the server from doing its work.
    async fn reasons(&self) -> Vec<String> {
        let mut state = self.state.lock().await;
        if let Some((at, reasons)) = &state.last
            && at.elapsed() < CHECK_INTERVAL
            // What has failed since then is told at once.
            && !(reasons.is_empty() && self.store.database().health().is_disk_full())
        {
            return reasons.clone();
        }
        let mut reasons = Vec::new();
        let mut look = state.look.take().unwrap_or_else(|| self.look());
        match timeout(CHECK_TIMEOUT, &mut look).await {
            Ok(Ok(DiskLook { written, is_database_replaced })) => {
                if let Err(error) = written {
                    reasons.push(format!("the data directory takes no writes: {}", error.kind()));
                }
                if is_database_replaced {
                    reasons.push(DATABASE_REPLACED.to_owned());
                }
            }
            Ok(Err(panicked)) => reasons.push(format!("the data directory cannot be checked: {panicked}")),
            Err(_elapsed) => {
                reasons.push("the data directory does not answer".to_owned());
                state.look = Some(look);
            }
        }
        // Where no write has failed yet this is settled at once.
        if !matches!(timeout(CHECK_TIMEOUT, self.store.database().check_disk()).await, Ok(Ok(()))) {
            reasons.push("the database takes no writes: its disk is full".to_owned());
        }
        state.last = Some((Instant::now(), reasons.clone()));
        reasons
    }

    fn look(&self) -> JoinHandle<DiskLook> {
        let (store, directory, write) = (self.store.clone(), self.directory.clone(), self.write);
        tokio::task::spawn_blocking(move || DiskLook {
            written: write(&directory),
            is_database_replaced: store.database().is_replaced(),
        })
    }
}

/// Writes a file without a name, which nothing can leave behind.
fn write(directory: &Path) -> io::Result<()> {
    tempfile::tempfile_in(directory)?.write_all(&vec![0; LEAST_ROOM])
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};
    use std::sync::{LazyLock, Mutex as BlockingMutex};

    use super::*;

    /// What the disk answers, and when.
    static ANSWERS: LazyLock<(Sender<()>, BlockingMutex<Receiver<()>>)> = LazyLock::new(|| {
        let (send, receive) = channel();
        (send, BlockingMutex::new(receive))
    });

    fn write_later(_: &Path) -> io::Result<()> {
        ANSWERS.1.lock().unwrap().recv().map_err(io::Error::other)
    }

    #[tokio::test]
    async fn a_disk_that_does_not_answer_is_told_by_one_look_at_it_and_by_every_check() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path().join("tasks.db")).unwrap();
        let check = HealthCheck { write: write_later, ..HealthCheck::new(store, folder.path().to_owned()) };
        for _ in 0..2 {
            assert_eq!(check.reasons().await, ["the data directory does not answer"]);
            check.state.lock().await.last = None;
        }
        ANSWERS.0.send(()).unwrap();
        assert_eq!(check.reasons().await, [""; 0]);
    }
}
