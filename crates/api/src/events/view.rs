//! Events as the API tells them, and the lines in which a `text/event-stream` carries them.

use serde::Serialize;
use tikmatrix_domain::{Event, EventId, EventSubject, TaskChange};

use crate::http::time::written;

/// `data` of one event. Which fields it has, its kind says. Moments are RFC 3339 with offset.
#[derive(Debug, Default, Serialize)]
struct EventView<'event> {
    /// When it happened.
    at: String,
    /// The serial of the phone, or of the task's phone; left out while nobody knows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    serial: Option<&'event str>,
    /// The task; left out of `device_state`.
    #[serde(skip_serializing_if = "Option::is_none")]
    task_id: Option<i64>,
    /// The number of the task's attempt; 0 before the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    attempt: Option<u32>,
    /// What the attempt began to do (`task_step`).
    #[serde(skip_serializing_if = "Option::is_none")]
    step: Option<&'event str>,
    /// How far it has come, 0 to 100 (`task_progress`).
    #[serde(skip_serializing_if = "Option::is_none")]
    progress: Option<u8>,
    /// How the task ended: `succeeded`, `failed`, `stopped`, `timed_out`, `interrupted` (`task_finished`).
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<&'static str>,
    /// One sentence about the end of the attempt (`task_finished`, `task_postponed`).
    #[serde(skip_serializing_if = "Option::is_none")]
    remark: Option<&'event str>,
    /// When the next attempt is due (`task_postponed`).
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_at: Option<String>,
    /// Where the phone is reached: `HOST:PORT` of its adbd, or its name at an adb server (`device_state`).
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<&'event str>,
    /// How the connection to the phone is doing, as in `/api/v1/device` (`device_state`).
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'event str>,
    /// Why, in one sentence (`device_state`).
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'event str>,
}

/// `data` of `reset`.
#[derive(Debug, Serialize)]
struct ResetView {
    /// What is to be done, in one sentence.
    reason: &'static str,
}

impl<'event> EventView<'event> {
    fn new(event: &'event Event) -> Self {
        let serial = event.serial.as_ref().map(tikmatrix_domain::Serial::as_str);
        let view = Self { at: written(event.at), serial, ..Self::default() };
        match &event.subject {
            EventSubject::Task { task, attempt, change } => {
                Self { task_id: Some(task.0), attempt: Some(*attempt), ..view }.with(change)
            }
            EventSubject::Device { address, state, reason } => {
                Self { address: Some(address), state: Some(state), reason: reason.as_deref(), ..view }
            }
        }
    }

    fn with(self, change: &'event TaskChange) -> Self {
        match change {
            TaskChange::Created | TaskChange::Started | TaskChange::Released => self,
            TaskChange::Retried | TaskChange::Deleted => self,
            TaskChange::Step(text) => Self { step: Some(text), ..self },
            TaskChange::Progress(percent) => Self { progress: Some(*percent), ..self },
            TaskChange::Finished { outcome, remark } => {
                Self { outcome: Some(outcome.as_str()), remark: Some(remark), ..self }
            }
            TaskChange::Postponed { remark, until } => {
                Self { remark: Some(remark), retry_at: Some(written(*until)), ..self }
            }
        }
    }
}

/// The lines of `events`.
pub(crate) fn event_lines(events: &[Event]) -> String {
    let lines = events.iter().map(|event| {
        let data = serde_json::to_string(&EventView::new(event)).unwrap_or_default();
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
    let data = serde_json::to_string(&ResetView { reason }).unwrap_or_default();
    format!("id: {}\nevent: reset\ndata: {data}\n\n", place.0)
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
