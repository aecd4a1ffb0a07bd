//! Webhooks: URLs that the server calls when something happens.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::fields::{
    DeliveryStatusText, FailureCode, Moment, Note, OutcomeText, Patch, WebhookEventText, WebhookUrl,
    parameter,
};

/// The secret that signs what a webhook gets: `whsec_` and the base64 of a key of 24 to 63 bytes, as Standard Webhooks
/// demands it. Its `Debug` form does not show it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(
    value_type = String,
    pattern = "^whsec_([A-Za-z0-9+/]{4}){8,20}([A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)?$",
    examples("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
)]
pub struct WebhookSecret(String);

impl WebhookSecret {
    /// Returns the text, for the one that it is meant for.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for WebhookSecret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl FromStr for WebhookSecret {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("WebhookSecret(not shown)")
    }
}

/// A webhook to be created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWebhook {
    /// The URL that is called (`POST`).
    pub url: WebhookUrl,
    /// The events that it gets.
    #[schema(min_items = 1, max_items = 20)]
    pub events: Vec<WebhookEventText>,
    /// Whether it gets events. Default: true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// A note for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Note>,
    /// The secret that signs what it gets. Default: one is generated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<WebhookSecret>,
}

/// A change of a webhook; what is left out stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct WebhookPatch {
    /// Another URL, which also gets what waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub url: Option<WebhookUrl>,
    /// All of the events that it gets from now on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_items = 1, max_items = 20)]
    pub events: Option<Vec<WebhookEventText>>,
    /// Whether it gets events. When it is disabled, what waits for it is given up; when it is enabled, it gets what happens
    /// from then on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub enabled: Option<bool>,
    /// Another note, or `null` for none.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    #[schema(value_type = Option<Note>)]
    pub description: Patch<Note>,
    /// Another secret, which signs from the next attempt on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub secret: Option<WebhookSecret>,
}

/// One webhook. Moments are RFC 3339 with offset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Webhook {
    /// Its number, positive and never used twice.
    pub id: i64,
    /// The URL that is called.
    pub url: String,
    /// The events that it gets.
    pub events: Vec<WebhookEventText>,
    /// Whether it gets events.
    pub enabled: bool,
    /// Why the server has disabled it; `null` when a person did, or it is enabled.
    pub disabled_reason: Option<String>,
    /// A note for people.
    pub description: String,
    /// When it was created.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Moment,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Moment,
}

/// A webhook as it was created, with its secret, which no other answer holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WebhookCreated {
    /// The webhook.
    #[serde(flatten)]
    pub webhook: Webhook,
    /// The secret that signs what it gets. Store it: it is not shown again.
    pub secret: WebhookSecret,
}

/// All webhooks, in the order in which they were created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WebhookList {
    /// The webhooks.
    pub webhooks: Vec<Webhook>,
    /// How many they are.
    pub total: usize,
}

/// The result of a test event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WebhookTest {
    /// Whether the receiver has accepted it, which a status from 200 to 299 says.
    pub delivered: bool,
    /// The HTTP status of the answer; `null` if there was none.
    pub http_status: Option<u16>,
    /// The beginning of the body of the answer; `null` if there was no answer.
    pub answer: Option<String>,
    /// Why it was not accepted, in one sentence; `null` if it was.
    pub error: Option<String>,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
}

/// Which deliveries of a webhook are wanted, and which page of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
#[cfg_attr(feature = "clap", derive(clap::Args))]
pub struct DeliveryQuery {
    /// Only deliveries with this status.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "parameter::choice")]
    #[param(inline)]
    #[cfg_attr(feature = "clap", arg(long, env = "TIKMATRIX_WEBHOOK_STATUS", value_parser = crate::fields::text_parser::<tikmatrix_domain::DeliveryStatus>()))]
    pub status: Option<DeliveryStatusText>,
    /// The number of the page, from 1; above 4,294,967,295 is taken as that. Default: 1. Not together with `cursor`.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "parameter::positive")]
    #[param(value_type = Option<usize>, minimum = 1)]
    #[cfg_attr(feature = "clap", arg(long, env = "TIKMATRIX_WEBHOOK_PAGE"))]
    pub page: Option<u32>,
    /// How many a page holds; above 100 is taken as 100. Default: 20.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "parameter::positive")]
    #[param(value_type = Option<usize>, minimum = 1)]
    #[cfg_attr(feature = "clap", arg(long, env = "TIKMATRIX_WEBHOOK_PAGE_SIZE", value_name = "N"))]
    pub page_size: Option<u32>,
    /// `next_cursor` of the answer before: reads on at the same cost at any depth.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(pattern = r"\S")]
    #[cfg_attr(feature = "clap", arg(long, env = "TIKMATRIX_WEBHOOK_CURSOR"))]
    pub cursor: Option<String>,
}

/// One delivery of an event to a webhook. Moments are RFC 3339 with offset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Delivery {
    /// Its number, positive and never used twice.
    pub id: i64,
    /// The identifier of the message, which each attempt sends as `webhook-id`.
    pub message_id: String,
    /// The event.
    pub event: WebhookEventText,
    /// Whether it waits for an attempt, is delivered, or was given up.
    pub status: DeliveryStatusText,
    /// How many attempts there were.
    pub attempts: u32,
    /// The HTTP status that the last attempt was answered with; `null` if there was no answer.
    pub http_status: Option<u16>,
    /// Why the last attempt failed, or why there was none, in one sentence; `null` when it is delivered.
    pub error: Option<String>,
    /// When the event was queued.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Moment,
    /// When the last attempt ended.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub attempted_at: Option<Moment>,
    /// When the next attempt is due; `null` while one is under way, and when there is none.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub next_attempt_at: Option<Moment>,
    /// When it was delivered or given up.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub settled_at: Option<Moment>,
}

/// A page of the deliveries of a webhook, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeliveryList {
    /// The deliveries of the page; empty beyond the last.
    pub deliveries: Vec<Delivery>,
    /// How many deliveries the filter lets through, on all pages together.
    pub total: u64,
    /// The number of the page, from 1; `null` when the list was read by cursor.
    pub page: Option<u32>,
    /// How many deliveries a page holds at most.
    pub page_size: u32,
    /// Reads on where this page ends, with the same filter; `null` at the end.
    pub next_cursor: Option<String>,
}

/// What a receiver gets: the body of each request that a webhook sends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookMessage {
    /// The kind of the event, such as `task.failed`; `webhook.test` of a test.
    #[serde(rename = "type")]
    pub kind: String,
    /// When it happened.
    pub timestamp: Moment,
    /// The facts. Fields that an event does not have are left out.
    pub data: WebhookData,
}

/// The facts of an event.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WebhookData {
    /// The number of the webhook.
    pub webhook_id: i64,
    /// The position of the event among all events, as in `GET /api/v1/event`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_id: Option<i64>,
    /// The serial of the phone, or of the task's phone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
    /// The task.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task_id: Option<i64>,
    /// The number of the task's attempt; 0 before the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u32>,
    /// The account of the task.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The app of the task.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app: Option<String>,
    /// The script of the task.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub script_name: Option<String>,
    /// How the task ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<OutcomeText>,
    /// Why the attempt failed, for programs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure_code: Option<FailureCode>,
    /// One sentence about the end of the attempt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
    /// When the next attempt of the task is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_at: Option<Moment>,
    /// Where the phone is reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The state of the phone, as in `GET /api/v1/device`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Why the phone is in this state, in one sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_in_the_json_and_not_in_the_debug_form() {
        let secret: WebhookSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".parse().unwrap();
        let patch = WebhookPatch { secret: Some(secret), ..WebhookPatch::default() };
        assert!(!format!("{patch:?}").contains("MfKQ"), "{patch:?}");
        assert!(serde_json::to_string(&patch).unwrap().contains("whsec_MfKQ"));
    }
}
