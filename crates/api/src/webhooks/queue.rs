//! The queue of a webhook: what has happened becomes deliveries.

use tikmatrix_domain::Clock;
use tikmatrix_storage::{StorageError, Store, Subscription, UnreadEvents};

use super::message;

/// How many events are read for a webhook at once.
const PAGE: u32 = 200;
/// How far a webhook may be behind the newest event without one that it gets. Its position is written that seldom.
const MAX_LAG: i64 = 1000;

/// Queues the next events for a webhook. Returns whether there may be more, or something has changed.
pub(crate) async fn queue(
    store: &Store,
    clock: &dyn Clock,
    subscription: &Subscription,
) -> Result<bool, StorageError> {
    let from = subscription.position;
    let (events, to, is_full) = match store.webhooks().subscriptions().unread(from, PAGE).await? {
        UnreadEvents::Next { events, read_to } => {
            let is_full = events.len() >= PAGE as usize;
            (events, read_to, is_full)
        }
        UnreadEvents::Pruned { newest } => {
            log::warn!(
                "webhook {}: events after {} are not kept any more, and are not delivered",
                subscription.webhook.0,
                from.0
            );
            (Vec::new(), newest, true)
        }
    };
    let deliveries: Vec<_> =
        events.iter().flat_map(|event| message::deliveries(subscription, event)).collect();
    if deliveries.is_empty() && !is_full && to.0 - from.0 < MAX_LAG {
        return Ok(false);
    }
    let changed = !deliveries.is_empty() || is_full;
    let now = clock.now();
    store.webhooks().subscriptions().queue(subscription.webhook, (from, to), deliveries, now).await?;
    Ok(changed)
}
