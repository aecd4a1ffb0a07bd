//! Server-sent events: `GET /api/v1/event`.

use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use crate::fields::{EventKindText, FailureCode, Moment, Name, OutcomeText, parameter};

/// The kind (`event:`) of the event that reports a gap: events after the last known one are no longer stored.
pub const RESET_EVENT: &str = "reset";

/// Which events are wanted, and from where on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EventQuery {
    /// Only events of this task.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "parameter::task_id")]
    #[param(value_type = Option<usize>, minimum = 1)]
    pub task_id: Option<i64>,
    /// Only events of the phone with this serial.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub serial: Option<Name>,
    /// Only events of these kinds, separated by commas.
    #[serde(skip_serializing_if = "Vec::is_empty", with = "comma_separated")]
    #[param(value_type = Option<String>)]
    pub kind: Vec<EventKindText>,
    /// The `id` of the last event that the client has: reads on behind it. Default: only events from now on.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "parameter::event_id")]
    #[param(value_type = Option<usize>)]
    pub last_event_id: Option<i64>,
}

/// `data` of one event. The kind of the event decides which fields it has. Moments are RFC 3339 with offset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventData {
    /// When it happened.
    pub at: Moment,
    /// The serial of the phone, or of the task's phone; left out while it is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
    /// The task; left out of `device_state`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task_id: Option<i64>,
    /// The number of the task's attempt; 0 before the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u32>,
    /// The step that the attempt started (`task_step`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// The progress of the attempt, 0 to 100 (`task_progress`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub progress: Option<u8>,
    /// How the task ended (`task_finished`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<OutcomeText>,
    /// Why the attempt failed, for programs (`task_finished`, `task_postponed`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure_code: Option<FailureCode>,
    /// One sentence about the end of the attempt (`task_finished`, `task_postponed`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
    /// When the next attempt is due (`task_postponed`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_at: Option<Moment>,
    /// Where the phone is reached: `HOST:PORT` of its adbd, or its name at an adb server (`device_state`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The state of the phone, as in `/api/v1/device` (`device_state`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Why, in one sentence (`device_state`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl EventData {
    /// Creates the data of an event that happened at `at`, without any other field.
    #[must_use]
    pub fn new(at: Moment) -> Self {
        Self {
            at,
            serial: None,
            task_id: None,
            attempt: None,
            step: None,
            progress: None,
            outcome: None,
            failure_code: None,
            remark: None,
            retry_at: None,
            address: None,
            state: None,
            reason: None,
        }
    }
}

/// `data` of a `reset`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reset {
    /// What the client should do, in one sentence.
    pub reason: String,
}

/// Texts in one parameter, separated by commas.
mod comma_separated {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::fields::{Text, TextEnum};

    pub(super) fn serialize<E: TextEnum, S: Serializer>(
        texts: &[Text<E>],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let texts: Vec<&str> = texts.iter().map(|text| text.text()).collect();
        serializer.serialize_str(&texts.join(","))
    }

    pub(super) fn deserialize<'de, E: TextEnum, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<Text<E>>, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.split(',').map(|text| text.trim().parse().map_err(D::Error::custom)).collect()
    }
}
