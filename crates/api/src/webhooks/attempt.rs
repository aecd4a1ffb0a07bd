//! One attempt of a delivery.

use std::sync::Arc;

use actix_web::web::Data;
use tikmatrix_domain::{AfterAttempt, Clock, Delivery, DeliveryAttempt, WebhookId};
use tikmatrix_storage::{ClaimedDelivery, Store};

use super::sending::sender::{Message, Webhooks};

/// Makes one attempt, and stores its result.
pub(crate) async fn attempt(
    store: Store,
    clock: Arc<dyn Clock>,
    webhooks: Data<Webhooks>,
    claimed: ClaimedDelivery,
) {
    let ClaimedDelivery { delivery, url, secret, claim } = claimed;
    let message = Message {
        url: &url,
        secret: &secret,
        id: &delivery.message_id,
        timestamp: clock.now().timestamp(),
        body: &delivery.body,
    };
    let sent = webhooks.send(&message).await;
    let attempt = DeliveryAttempt { at: clock.now(), http_status: sent.http_status, error: sent.error };
    let attempts = delivery.attempts.saturating_add(1);
    let then = attempt.followed_by(attempts, delivery.expires_at, rand::random());
    let error = attempt.error.clone().unwrap_or_default();
    match store.webhooks().deliveries().settle(delivery.id, claim, attempt, then).await {
        Ok(true) => report(&delivery, attempts, then, &error),
        // It was deleted or given up meanwhile.
        Ok(false) => {}
        // It is claimed again when the claim has expired.
        Err(error) => log::warn!("{error}"),
    }
}

/// Logs the deliveries that are given up, and the webhooks that are disabled. The URL is not logged: it may hold a token.
fn report(delivery: &Delivery, attempts: u32, then: AfterAttempt, error: &str) {
    let Delivery { webhook: WebhookId(webhook), event, message_id: id, .. } = delivery;
    match then {
        AfterAttempt::GiveUp => {
            log::warn!("webhook {webhook}: {event} ({id}) was given up after {attempts} attempts: {error}");
        }
        AfterAttempt::Gone => {
            log::warn!("webhook {webhook}: disabled, since the receiver answered 410 Gone to {event} ({id})");
        }
        AfterAttempt::Delivered | AfterAttempt::Retry(_) => {}
    }
}
