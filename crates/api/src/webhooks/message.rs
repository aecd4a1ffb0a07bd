//! The JSON that receivers get.

use chrono::{DateTime, Utc};
use tikmatrix_api_types::webhooks::{WebhookData, WebhookMessage};
use tikmatrix_domain::{Event, EventSubject, TaskChange, WebhookEvent, WebhookId, webhook_events};
use tikmatrix_storage::{NewDelivery, Subscription, UnreadEvent};

use crate::http::time::moment;

/// The kind of a test message.
const TEST: &str = "webhook.test";

/// Returns the deliveries of an event to a webhook.
pub(crate) fn deliveries(subscription: &Subscription, unread: &UnreadEvent) -> Vec<NewDelivery> {
    let events = webhook_events(&unread.event, unread.presence).into_iter();
    let wanted = events.filter(|event| subscription.events.contains(event));
    wanted.map(|event| delivery(subscription.webhook, event, unread)).collect()
}

/// Returns a test message for a webhook: its identifier and its JSON.
pub(crate) fn test(webhook: WebhookId, now: DateTime<Utc>) -> (String, String) {
    let data = WebhookData { webhook_id: webhook.0, ..WebhookData::default() };
    (new_id(), json(&WebhookMessage { kind: TEST.to_owned(), timestamp: moment(now), data }))
}

fn delivery(webhook: WebhookId, event: WebhookEvent, unread: &UnreadEvent) -> NewDelivery {
    let task = unread.task.as_ref();
    let data = WebhookData {
        webhook_id: webhook.0,
        event_id: Some(unread.event.id.0),
        serial: unread.event.serial.as_ref().map(ToString::to_string),
        username: task.and_then(|task| task.username.as_ref()).map(ToString::to_string),
        app: task.map(|task| task.app.to_string()),
        script_name: task.map(|task| task.script.to_string()),
        ..data(&unread.event)
    };
    let body = WebhookMessage { kind: event.to_string(), timestamp: moment(unread.event.at), data };
    NewDelivery { message_id: new_id(), event, body: json(&body) }
}

fn data(event: &Event) -> WebhookData {
    match &event.subject {
        EventSubject::Task { task, attempt, change } => {
            let data =
                WebhookData { task_id: Some(task.0), attempt: Some(*attempt), ..WebhookData::default() };
            with_change(data, change)
        }
        EventSubject::Device { address, state, reason } => WebhookData {
            address: Some(address.clone()),
            state: Some(state.clone()),
            reason: reason.clone(),
            ..WebhookData::default()
        },
    }
}

fn with_change(data: WebhookData, change: &TaskChange) -> WebhookData {
    match change {
        TaskChange::Finished { outcome, failure_code, remark } => WebhookData {
            outcome: Some((*outcome).into()),
            failure_code: failure_code.map(Into::into),
            remark: Some(remark.clone()),
            ..data
        },
        TaskChange::Postponed { failure_code, remark, until } => WebhookData {
            failure_code: failure_code.map(Into::into),
            remark: Some(remark.clone()),
            retry_at: Some(moment(*until)),
            ..data
        },
        _ => data,
    }
}

/// Generates the identifier of a message. It holds no full stop, which separates the signed parts.
fn new_id() -> String {
    format!("msg_{:032x}", rand::random::<u128>())
}

fn json(message: &WebhookMessage) -> String {
    // Texts and numbers can always be written as JSON.
    serde_json::to_string(message).unwrap_or_default()
}
