//! Telling clients what happens, while it happens: `GET /api/v1/event` as `text/event-stream`. Each client reads on in the
//! store from its own place, at its own pace; nothing is kept for it in memory, however slow it is.

use std::convert::Infallible;
use std::time::Duration;

use actix_web::http::header::{self, HeaderMap};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::stream;
use tikmatrix_domain::EventId;
use tikmatrix_storage::{ChangeNotifications, EventFilter, Events};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval, sleep_until};

use crate::events::request::ListenToEvents;
use crate::events::view::{event_lines, place_lines, reset_lines};
use crate::http::error::ApiError;
use crate::http::middleware::auth::Access;
use crate::http::middleware::metrics::{Lasting, Metrics};
use crate::http::schema::Name;
use crate::state::AppState;

const ROUTE: &str = "GET /api/v1/event";
/// How many events are read, and sent, at once.
const PAGE: u32 = 200;
/// At least this long between two reads for one client that has nothing left to catch up with: however much happens, a
/// client costs the database ten reads a second. The first thing after a silence is told at once.
const BETWEEN_READS: Duration = Duration::from_millis(100);
/// How often it is looked whether the client may still listen.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// How many such looks pass in silence before the client is told that the server is there.
const SILENT_LOOKS: u32 = 7;

/// One client that listens.
struct Listener {
    core: web::Data<AppState>,
    access: web::Data<Access>,
    /// What it came with: its token may be revoked meanwhile.
    headers: HeaderMap,
    filter: EventFilter,
    /// Everything up to here was told, or is not wanted.
    place: EventId,
    wakes: ChangeNotifications,
    /// Whether there may be more behind its place.
    may_be_more: bool,
    not_before: Instant,
    looks: Interval,
    silent_looks: u32,
    _counted: Lasting,
}

/// Tells what happens to tasks and phones, as it happens.
#[utoipa::path(
    get,
    path = "/api/v1/event",
    operation_id = "listenToEvents",
    tag = "Events",
    params(
        ("task_id" = Option<usize>, Query, description = "Only events of this task.", minimum = 1),
        ("serial" = Option<Name>, Query, description = "Only events of the phone with this serial."),
        ("kind" = Option<String>, Query, description = "Only events of these kinds, divided by commas."),
        ("last_event_id" = Option<usize>, Query, description = "The `id` of the last event that the client has: reads on behind it. Default: what happens from now on."),
        ("Last-Event-ID" = Option<usize>, Header, description = "The same; browsers send it when they come back. It wins."),
    ),
    responses((
        status = 200,
        description = "Server-sent events without an end: `id`, `event` (the kind) and `data` (JSON) of each.",
        body = String,
        content_type = "text/event-stream",
    )),
)]
pub(crate) async fn listen(
    core: web::Data<AppState>,
    access: web::Data<Access>,
    metrics: web::Data<Metrics>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let ListenToEvents { filter, after } = ListenToEvents::read(request.query_string(), request.headers())?;
    // What is told of from here on is not missed.
    let wakes = core.store.change_notifications();
    let place = match after {
        Some(place) => place,
        None => core.store.newest_event().await.map_err(|error| ApiError::internal(ROUTE, &error))?,
    };
    let mut looks = interval(LOOK_EVERY);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    looks.reset();
    let headers = request.headers().clone();
    let (may_be_more, not_before) = (true, Instant::now());
    let listener = Listener {
        core,
        access,
        headers,
        filter,
        place,
        wakes,
        may_be_more,
        not_before,
        looks,
        silent_looks: 0,
        _counted: metrics.listener(),
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
                self.silent_looks = 0;
                return Some(lines);
            }
            let ending = self.core.ending.clone();
            tokio::select! {
                () = ending.cancelled() => return None,
                () = hear(&mut self.wakes, self.not_before), if !self.may_be_more => self.may_be_more = true,
                _ = self.looks.tick() => {
                    if !self.may_listen().await {
                        return None;
                    }
                    self.silent_looks += 1;
                    if self.silent_looks >= SILENT_LOOKS {
                        self.silent_looks = 0;
                        return Some(place_lines(self.place));
                    }
                }
            }
        }
    }

    /// Reads on from its place.
    async fn read(&mut self) -> Option<String> {
        let read = self.core.store.events_after(self.place, self.filter.clone(), PAGE).await;
        match read {
            Ok(Events::Next { events, read_to }) => {
                self.place = read_to;
                let is_full = u32::try_from(events.len()).is_ok_and(|count| count >= PAGE);
                self.may_be_more = is_full;
                if !is_full {
                    self.not_before = Instant::now() + BETWEEN_READS;
                }
                (!events.is_empty()).then(|| event_lines(&events))
            }
            Ok(Events::Pruned { newest }) => {
                self.place = newest;
                Some(reset_lines(newest))
            }
            // It is read again at the next look.
            Err(error) => {
                log::warn!("{ROUTE}: {error}");
                None
            }
        }
    }

    /// Whether the client would be let in if it came now.
    async fn may_listen(&self) -> bool {
        self.core.gate.standing().api_enabled && self.access.admits(&self.headers).await
    }
}

/// Returns when it is time to read on.
async fn hear(wakes: &mut ChangeNotifications, not_before: Instant) {
    sleep_until(not_before).await;
    wakes.changed().await;
}
