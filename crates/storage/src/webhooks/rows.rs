//! The rows of webhooks and deliveries, and their conversion to domain types.

use diesel::prelude::*;
use tikmatrix_domain::{Delivery, DeliveryId, EventId, Secret, Webhook, WebhookEvent, WebhookId};

use crate::columns::{Read, moment, number, unreadable};
use crate::database::connection::Engine;
use crate::schema;

#[derive(Queryable, Selectable)]
#[diesel(table_name = schema::webhook, check_for_backend(Engine))]
pub(crate) struct WebhookRow {
    id: i64,
    url: String,
    events: String,
    description: String,
    secret: String,
    enabled: bool,
    disabled_reason: Option<String>,
    position: i64,
    created_at: i64,
    updated_at: i64,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = schema::webhook_delivery, check_for_backend(Engine))]
pub(crate) struct DeliveryRow {
    id: i64,
    webhook_id: i64,
    message_id: String,
    event: String,
    body: String,
    status: String,
    attempts: i32,
    http_status: Option<i32>,
    error: Option<String>,
    created_at: i64,
    expires_at: i64,
    attempted_at: Option<i64>,
    next_at: Option<i64>,
    claim: Option<String>,
    settled_at: Option<i64>,
}

impl WebhookRow {
    pub(crate) fn into_webhook(self) -> Read<Webhook> {
        Ok(Webhook {
            id: WebhookId(self.id),
            url: self.url,
            events: events(&self.events)?,
            description: self.description,
            enabled: self.enabled,
            disabled_reason: self.disabled_reason,
            secret: Secret::from(self.secret),
            position: EventId(self.position),
            created_at: moment("webhook.created_at", self.created_at)?,
            updated_at: moment("webhook.updated_at", self.updated_at)?,
        })
    }
}

impl DeliveryRow {
    pub(crate) fn into_delivery(self) -> Read<Delivery> {
        let status = self.status.parse().map_err(|_| unreadable("webhook_delivery.status", &self.status))?;
        let at = |what, millis: Option<i64>| millis.map(|millis| moment(what, millis)).transpose();
        Ok(Delivery {
            id: DeliveryId(self.id),
            webhook: WebhookId(self.webhook_id),
            message_id: self.message_id,
            event: event("webhook_delivery.event", &self.event)?,
            body: self.body,
            status,
            attempts: number("webhook_delivery.attempts", self.attempts)?,
            http_status: self
                .http_status
                .map(|status| number("webhook_delivery.http_status", status))
                .transpose()?,
            error: self.error,
            created_at: moment("webhook_delivery.created_at", self.created_at)?,
            expires_at: moment("webhook_delivery.expires_at", self.expires_at)?,
            attempted_at: at("webhook_delivery.attempted_at", self.attempted_at)?,
            next_attempt_at: at("webhook_delivery.next_at", self.next_at.filter(|_| self.claim.is_none()))?,
            settled_at: at("webhook_delivery.settled_at", self.settled_at)?,
        })
    }
}

/// Writes kinds of events into one column.
pub(crate) fn event_column(events: &[WebhookEvent]) -> String {
    events.iter().map(|event| event.as_str()).collect::<Vec<_>>().join(",")
}

/// Reads kinds of events from one column.
pub(crate) fn events(column: &str) -> Read<Vec<WebhookEvent>> {
    column.split(',').map(|text| event("webhook.events", text)).collect()
}

fn event(what: &'static str, text: &str) -> Read<WebhookEvent> {
    text.parse().map_err(|_| unreadable(what, text))
}
