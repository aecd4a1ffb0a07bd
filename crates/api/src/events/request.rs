//! The query and the header of `GET /api/v1/event`: the events that a client wants, and the last one that it has.

use actix_web::HttpRequest;
use tikmatrix_api_types::events::EventQuery;
use tikmatrix_api_types::fields::parse_event_id;
use tikmatrix_domain::{EventId, Serial, TaskId};
use tikmatrix_storage::EventFilter;
use tikmatrix_validation::Problems;

use crate::http::query::{ReadQuery, converted};

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

impl ReadQuery for ListenToEvents {
    type Parameters = EventQuery;

    /// Reads the header `Last-Event-ID` too, which comes later than the query and therefore wins.
    fn convert(query: EventQuery, request: &HttpRequest, problems: &mut Problems) -> Self {
        let EventQuery { task_id, serial, kind, last_event_id } = query;
        let mut after = last_event_id;
        for header in request.headers().get_all(LAST_EVENT_ID) {
            after = parse_event_id(header.to_str().unwrap_or_default())
                .map_err(|reason| problems.add("header Last-Event-ID", reason))
                .ok();
        }
        let filter = EventFilter {
            task: task_id.map(TaskId),
            serial: converted("serial", serial, Serial::new, problems),
            kinds: kind.into_iter().map(|kind| *kind).collect(),
        };
        Self { filter, after: after.map(EventId) }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use tikmatrix_domain::EventKind;

    use super::*;
    use crate::http::error::ApiError;
    use crate::http::query;

    fn read(query: &str, header: Option<&'static str>) -> Result<ListenToEvents, ApiError> {
        let request = TestRequest::with_uri(&format!("/?{query}"));
        let request = header.into_iter().fold(request, |it, id| it.insert_header((LAST_EVENT_ID, id)));
        query::read(&request.to_http_request())
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
