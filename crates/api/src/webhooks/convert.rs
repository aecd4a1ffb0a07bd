//! Webhooks between the bodies of the API and the domain.

use tikmatrix_api_types::fields::WebhookEventText;
use tikmatrix_api_types::webhooks::{Delivery, NewWebhook, Webhook, WebhookPatch, WebhookTest};
use tikmatrix_domain::{self as domain, Secret, WebhookChange, WebhookEvent};
use tikmatrix_validation::Nulls;

use super::sending::sender::Sent;
use crate::http::body::{RequestBody, note_patch};
use crate::http::time::moment;

impl RequestBody for NewWebhook {}

impl RequestBody for WebhookPatch {
    const NULLS: Nulls = Nulls::Change;
}

/// The webhook to be created, with this secret.
pub(crate) fn new(new: NewWebhook, secret: Secret) -> domain::NewWebhook {
    domain::NewWebhook {
        url: new.url.into(),
        events: events(&new.events),
        description: new.description.map(String::from).unwrap_or_default(),
        enabled: new.enabled.unwrap_or(true),
        secret,
    }
}

/// The change of a webhook that is asked for.
pub(crate) fn change(change: WebhookPatch) -> WebhookChange {
    let WebhookPatch { url, events: kinds, enabled, description, secret } = change;
    WebhookChange {
        url: url.map(String::from),
        events: kinds.as_deref().map(events),
        description: note_patch(description),
        enabled,
        secret: secret.map(|secret| Secret::from(secret.expose())),
    }
}

/// A webhook as the API shows it: without its secret.
pub(crate) fn webhook(webhook: &domain::Webhook) -> Webhook {
    Webhook {
        id: webhook.id.0,
        url: webhook.url.clone(),
        events: webhook.events.iter().map(|event| (*event).into()).collect(),
        enabled: webhook.enabled,
        disabled_reason: webhook.disabled_reason.clone(),
        description: webhook.description.clone(),
        created_at: moment(webhook.created_at),
        updated_at: moment(webhook.updated_at),
    }
}

/// A delivery as the API shows it.
pub(crate) fn delivery(delivery: &domain::Delivery) -> Delivery {
    Delivery {
        id: delivery.id.0,
        message_id: delivery.message_id.clone(),
        event: delivery.event.into(),
        status: delivery.status.into(),
        attempts: delivery.attempts,
        http_status: delivery.http_status,
        error: delivery.error.clone(),
        created_at: moment(delivery.created_at),
        attempted_at: delivery.attempted_at.map(moment),
        next_attempt_at: delivery.next_attempt_at.map(moment),
        settled_at: delivery.settled_at.map(moment),
    }
}

/// The result of a test as the API shows it.
pub(crate) fn test(sent: Sent) -> WebhookTest {
    WebhookTest {
        delivered: sent.error.is_none(),
        http_status: sent.http_status,
        answer: sent.answer,
        error: sent.error,
        duration_ms: u64::try_from(sent.duration.as_millis()).unwrap_or(u64::MAX),
    }
}

fn events(events: &[WebhookEventText]) -> Vec<WebhookEvent> {
    let mut events: Vec<WebhookEvent> = events.iter().map(|event| **event).collect();
    events.sort_unstable();
    events.dedup();
    events
}
