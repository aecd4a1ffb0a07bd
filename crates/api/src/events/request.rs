//! The query and the header of `GET /api/v1/event`: the events that a client wants, and the last one that it has.

use actix_web::http::header::HeaderMap;
use tikmatrix_domain::{EventId, EventKind, Serial, TaskId};
use tikmatrix_storage::EventFilter;
use tikmatrix_validation::shortened;

use crate::http::error::ApiError;
use crate::http::query::Parameters;
use crate::http::text::name;

/// The header that a browser sends when it reconnects.
const LAST_EVENT_ID: &str = "Last-Event-ID";

/// The events that are wanted, and the position to start at.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ListenToEvents {
    /// Which events.
    pub(crate) filter: EventFilter,
    /// The last one that the client knows; none means that it wants what happens from now on.
    pub(crate) after: Option<EventId>,
}

impl ListenToEvents {
    /// Reads the part of the URL after `?` and the header `Last-Event-ID`, which comes later and therefore wins.
    ///
    /// # Errors
    /// 40001 with all that is wrong with them at once, unknown parameters included.
    pub(crate) fn read(query: &str, headers: &HeaderMap) -> Result<Self, ApiError> {
        let mut query = Parameters::of(query);
        let task = query.parsed("task_id", |text| {
            place(text)
                .filter(|number| *number > 0)
                .map(TaskId)
                .ok_or_else(|| format!("{:?} is not a positive whole number", shortened(text)))
        });
        let serial = query.parsed("serial", |text| name(text, Serial::new));
        let kinds = query.parsed("kind", kinds).unwrap_or_default();
        let unplaced = |text: &str| format!("{:?} is not the id of an event", shortened(text));
        let asked = query.parsed("last_event_id", |text| place(text).ok_or_else(|| unplaced(text)));
        let mut after = asked;
        for header in headers.get_all(LAST_EVENT_ID) {
            let text = header.to_str().unwrap_or_default();
            after = place(text);
            if after.is_none() {
                query.problem("header Last-Event-ID", unplaced(text));
            }
        }
        query.finish()?;
        Ok(Self { filter: EventFilter { task, serial, kinds }, after: after.map(EventId) })
    }
}

/// A whole number from 0; one that is larger than any of ours is the largest.
fn place(text: &str) -> Option<i64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(i64::MAX))
}

fn kinds(text: &str) -> Result<Vec<EventKind>, String> {
    let known = || EventKind::ALL.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(", ");
    let kind = |word: &str| {
        word.trim().parse().map_err(|_| format!("{:?} is not one of {}", shortened(word), known()))
    };
    text.split(',').map(kind).collect()
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn read(query: &str, header: Option<&'static str>) -> Result<ListenToEvents, ApiError> {
        let mut headers = HeaderMap::new();
        if let Some(value) = header {
            headers.insert(HeaderName::from_static("last-event-id"), HeaderValue::from_static(value));
        }
        ListenToEvents::read(query, &headers)
    }

    #[test]
    fn nothing_said_is_everything_from_now_on() {
        let nothing = ListenToEvents { filter: EventFilter::default(), after: None };
        assert_eq!(read("", None).unwrap(), nothing);
    }

    #[test]
    fn the_header_that_a_browser_comes_back_with_wins_over_the_query() {
        assert_eq!(read("last_event_id=4", None).unwrap().after, Some(EventId(4)));
        assert_eq!(read("last_event_id=4", Some("9")).unwrap().after, Some(EventId(9)));
        assert_eq!(read("last_event_id=0", None).unwrap().after, Some(EventId(0)));
        let huge = read("last_event_id=99999999999999999999", None).unwrap();
        assert_eq!(huge.after, Some(EventId(i64::MAX)));
    }

    #[test]
    fn filters_are_read_as_the_api_spells_them() {
        let filter = read("task_id=7&serial=R5%208&kind=task_step,task_finished", None).unwrap().filter;
        assert_eq!(filter.task, Some(TaskId(7)));
        assert_eq!(filter.serial.unwrap().as_str(), "R5 8");
        assert_eq!(filter.kinds, [EventKind::TaskStep, EventKind::TaskFinished]);
    }

    #[test]
    fn everything_that_is_wrong_is_told() {
        for (query, header, message) in [
            ("task_id=0", None, "task_id: \"0\" is not a positive whole number"),
            ("kind=task_step,x", None, "kind: \"x\" is not one of task_created,"),
            ("last_event_id=-1", None, "last_event_id: \"-1\" is not the id of an event"),
            ("", Some("x"), "header Last-Event-ID: \"x\" is not the id of an event"),
            ("serial=a%00", None, "serial: \"a\\0\" holds a control character"),
            ("kinds=x", None, "kinds: is not a known parameter; did you mean kind?"),
        ] {
            let error = read(query, header).unwrap_err().to_string();
            assert!(error.starts_with(message), "{error}");
        }
    }
}
