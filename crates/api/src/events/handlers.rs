//! `GET /api/v1/event`: events as they happen, as `text/event-stream`. Each client reads on in the store from its own
//! position, at its own pace; nothing is kept for it in memory, however slow it is.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::{self, HeaderMap};
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::stream;
use tikmatrix_api_types::events::EventQuery;
use tikmatrix_domain::EventId;
use tikmatrix_storage::{ChangeNotifications, EventFilter, Events, Store};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::events::request::ListenToEvents;
use crate::events::view::{event_lines, place_lines, reset_lines};
use crate::http::error::ApiError;
use crate::http::middleware::auth::Access;
use crate::http::middleware::metrics::{GaugeGuard, Metrics};
use crate::http::query::Query;
use crate::http::routing::{Operation, operations};
use crate::license::license_gate::LicenseGate;

/// How many events are read, and sent, at once.
const PAGE: u32 = 200;
/// Between two reads for one client that has nothing left to catch up with: however much happens, a client costs the
/// database ten reads a second. The first event after a silence is sent at once.
const READ_INTERVAL: Duration = Duration::from_millis(100);
/// How often it is checked whether the client may still listen.
const CHECK_INTERVAL: Duration = Duration::from_secs(2);
/// How many such checks pass in silence before the client gets a line that shows that the server runs.
const MAX_SILENT_CHECKS: u32 = 7;

/// In seconds, for a client that finds no place.
const RETRY_AFTER: u32 = 10;

/// Everything that streams of events depend on.
pub(crate) struct EventStreams {
    store: Store,
    gate: LicenseGate,
    access: Data<Access>,
    /// Cancelled when the server ends, and the streams with it.
    stopping: CancellationToken,
    /// How many clients may listen at once.
    max_listeners: usize,
    /// A permit for each client that may begin to listen.
    places: Arc<Semaphore>,
}

impl EventStreams {
    /// Creates streams for at most `max_listeners` clients at once.
    pub(crate) fn new(
        store: Store,
        gate: LicenseGate,
        access: Data<Access>,
        stopping: CancellationToken,
        max_listeners: usize,
    ) -> Self {
        Self { store, gate, access, stopping, max_listeners, places: Arc::new(Semaphore::new(max_listeners)) }
    }

    /// Takes a place among the listeners.
    ///
    /// # Errors
    /// 42901.
    fn place(&self) -> Result<OwnedSemaphorePermit, ApiError> {
        Arc::clone(&self.places).try_acquire_owned().map_err(|_| {
            let message = format!(
                "{} clients listen to events already: ask again when one has gone",
                self.max_listeners
            );
            ApiError::too_many(message, RETRY_AFTER)
        })
    }
}

/// One client that listens.
struct Listener {
    streams: Data<EventStreams>,
    /// The headers of its request: its token may be revoked meanwhile.
    headers: HeaderMap,
    filter: EventFilter,
    /// The last event that was sent, or is not wanted.
    place: EventId,
    wakes: ChangeNotifications,
    /// Whether there may be more events behind its position.
    may_be_more: bool,
    not_before: Instant,
    checks: Interval,
    silent_checks: u32,
    _counted: GaugeGuard,
    _place: OwnedSemaphorePermit,
}

pub(crate) fn routes() -> Vec<Operation> {
    operations![Viewer: listen]
}

/// Streams the events of tasks and phones as they happen.
#[utoipa::path(
    get,
    path = "/api/v1/event",
    operation_id = "listenToEvents",
    tag = "Events",
    params(
        EventQuery,
        ("Last-Event-ID" = Option<usize>, Header, description = "The same, sent by browsers when they reconnect. It takes precedence."),
    ),
    responses((
        status = 200,
        description = "Server-sent events without an end: `id`, `event` (the kind) and `data` (JSON) of each.",
        body = String,
        content_type = "text/event-stream",
    )),
)]
pub(crate) async fn listen(
    streams: Data<EventStreams>,
    metrics: Data<Metrics>,
    Query(ListenToEvents { filter, after }): Query<ListenToEvents>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let own_place = streams.place()?;
    // What is told of from here on is not missed.
    let wakes = streams.store.database().change_notifications();
    let place = match after {
        Some(place) => place,
        None => streams.store.events().newest().await?,
    };
    let mut checks = interval(CHECK_INTERVAL);
    checks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    checks.reset();
    let headers = request.headers().clone();
    let (may_be_more, not_before) = (true, Instant::now());
    let listener = Listener {
        streams,
        headers,
        filter,
        place,
        wakes,
        may_be_more,
        not_before,
        checks,
        silent_checks: 0,
        _counted: metrics.listener(),
        _place: own_place,
    };
    let greeting = stream::iter([place_lines(place)]);
    let told =
        stream::unfold(listener, |mut listener| async move { Some((listener.next().await?, listener)) });
    let lines = stream::StreamExt::chain(greeting, told);
    let bytes = stream::StreamExt::map(lines, |lines| Ok::<_, Infallible>(Bytes::from(lines)));
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/event-stream"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        // nginx would otherwise hold events back until it has many.
        .insert_header(("X-Accel-Buffering", "no"))
        .streaming(bytes))
}

impl Listener {
    /// What is to be sent next; none when the client is to go.
    async fn next(&mut self) -> Option<String> {
        loop {
            if self.may_be_more
                && let Some(lines) = self.read().await
            {
                self.silent_checks = 0;
                return Some(lines);
            }
            let stopping = self.streams.stopping.clone();
            tokio::select! {
                () = stopping.cancelled() => return None,
                () = hear(&mut self.wakes, self.not_before), if !self.may_be_more => self.may_be_more = true,
                _ = self.checks.tick() => {
                    if !self.may_listen().await {
                        return None;
                    }
                    self.silent_checks += 1;
                    if self.silent_checks >= MAX_SILENT_CHECKS {
                        self.silent_checks = 0;
                        return Some(place_lines(self.place));
                    }
                }
            }
        }
    }

    /// Reads on from its place.
    async fn read(&mut self) -> Option<String> {
        let read = self.streams.store.events().after(self.place, self.filter.clone(), PAGE).await;
        match read {
            Ok(Events::Next { events, read_to }) => {
                self.place = read_to;
                let is_full = u32::try_from(events.len()).is_ok_and(|count| count >= PAGE);
                self.may_be_more = is_full;
                if !is_full {
                    self.not_before = Instant::now() + READ_INTERVAL;
                }
                (!events.is_empty()).then(|| event_lines(&events))
            }
            Ok(Events::Pruned { newest }) => {
                self.place = newest;
                Some(reset_lines(newest))
            }
            // It is read again at the next look.
            Err(error) => {
                log::warn!("events cannot be read for a client: {error}");
                None
            }
        }
    }

    /// Whether the client would be let in if it came now.
    async fn may_listen(&self) -> bool {
        self.streams.gate.entitlement().api_enabled && self.streams.access.admits(&self.headers).await
    }
}

/// Returns when it is time to read on.
async fn hear(wakes: &mut ChangeNotifications, not_before: Instant) {
    sleep_until(not_before).await;
    wakes.changed().await;
}
