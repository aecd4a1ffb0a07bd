//! Events as the API shows them, and the lines in which a `text/event-stream` carries them.

use tikmatrix_api_types::events::{EventData, RESET_EVENT, Reset};
use tikmatrix_domain::{Event, EventId, EventSubject, TaskChange};

use crate::http::time::moment;

/// `data` of an event.
fn data(event: &Event) -> EventData {
    let serial = event.serial.as_ref().map(ToString::to_string);
    let data = EventData { serial, ..EventData::new(moment(event.at)) };
    match &event.subject {
        EventSubject::Task { task, attempt, change } => {
            with_change(EventData { task_id: Some(task.0), attempt: Some(*attempt), ..data }, change)
        }
        EventSubject::Device { address, state, reason } => EventData {
            address: Some(address.clone()),
            state: Some(state.clone()),
            reason: reason.clone(),
            ..data
        },
    }
}

fn with_change(data: EventData, change: &TaskChange) -> EventData {
    match change {
        TaskChange::Created | TaskChange::Started | TaskChange::Released => data,
        TaskChange::Retried | TaskChange::Deleted => data,
        TaskChange::Interrupted { remark } => EventData { remark: Some(remark.clone()), ..data },
        TaskChange::Step(text) => EventData { step: Some(text.clone()), ..data },
        TaskChange::Progress(percent) => EventData { progress: Some(*percent), ..data },
        TaskChange::Finished { outcome, failure_code, remark } => EventData {
            outcome: Some((*outcome).into()),
            failure_code: failure_code.map(Into::into),
            remark: Some(remark.clone()),
            ..data
        },
        TaskChange::Postponed { failure_code, remark, until } => EventData {
            failure_code: failure_code.map(Into::into),
            remark: Some(remark.clone()),
            retry_at: Some(moment(*until)),
            ..data
        },
    }
}

/// The lines of `events`.
pub(crate) fn event_lines(events: &[Event]) -> String {
    let lines = events.iter().map(|event| {
        let data = serde_json::to_string(&data(event)).unwrap_or_default();
        format!("id: {}\nevent: {}\ndata: {data}\n\n", event.id.0, event.subject.kind().as_str())
    });
    lines.collect()
}

/// The lines that tell a client which place it is at, and nothing else: it asks for what comes after it when it is cut
/// off before the next event. A program that waits for bytes sees that the server is there.
pub(crate) fn place_lines(place: EventId) -> String {
    format!(": alive\nid: {}\n\n", place.0)
}

/// The lines that tell a client that it has missed events which are not kept any more.
pub(crate) fn reset_lines(place: EventId) -> String {
    let reason = "events after the one that you know are not kept any more: read the tasks and phones anew";
    let data = serde_json::to_string(&Reset { reason: reason.to_owned() }).unwrap_or_default();
    format!("id: {}\nevent: {RESET_EVENT}\ndata: {data}\n\n", place.0)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use tikmatrix_domain::TaskId;

    use super::*;

    #[test]
    fn a_text_with_line_breaks_stays_one_event() {
        let step = TaskChange::Step("tap\n\nid: 9\r\nevent: reset\rdata: x".to_owned());
        let event = Event {
            id: EventId(7),
            at: DateTime::from_timestamp_millis(1_780_000_000_000).unwrap(),
            serial: None,
            subject: EventSubject::Task { task: TaskId(3), attempt: 1, change: step },
        };
        let lines = event_lines(&[event]);
        assert!(lines.starts_with("id: 7\nevent: task_step\ndata: {\"at\":\""), "{lines}");
        assert!(
            lines.contains("\"task_id\":3,\"attempt\":1,\"step\":\"tap\\n\\nid: 9\\r\\nevent"),
            "{lines}"
        );
        assert_eq!((lines.matches('\n').count(), lines.matches('\r').count()), (4, 0), "{lines}");
    }
}
