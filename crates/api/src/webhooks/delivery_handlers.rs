//! Tests of webhooks, and the log of what was delivered to them.

use actix_web::web::Data;
use tikmatrix_api_types::Envelope;
use tikmatrix_api_types::webhooks::{Delivery, DeliveryList, DeliveryQuery, WebhookTest};
use tikmatrix_domain::{Clock, DeliveryId, WebhookId};
use tikmatrix_storage::{Redelivery, Store};

use super::convert;
use super::list_query::ListDeliveries;
use super::message;
use super::sending::sender::{Message, Webhooks};
use crate::http::envelope::Success;
use crate::http::error::{Answer, ApiError};
use crate::http::extract::{EmptyBody, Id, missing};
use crate::http::paging;
use crate::http::query::{NoQuery, Query};
use crate::http::routing::{Operation, operations};

pub(crate) fn routes() -> Vec<Operation> {
    operations![Admin: test, list, redeliver]
}

/// Sends a test event to a webhook, and answers with what the receiver said.
///
/// It is signed as every event is, and sent once: to a disabled webhook too, and without an entry in the log.
#[utoipa::path(
    post,
    path = "/api/v1/webhook/{webhook_id}/test",
    operation_id = "testWebhook",
    tag = "Webhooks",
    params(
        ("webhook_id" = i64, Path, description = "The number of a webhook.", minimum = 1),
    ),
    responses((status = 200, description = "What the receiver answered, also when it did not accept the event.", body = Envelope<WebhookTest>)),
)]
pub(crate) async fn test(
    store: Data<Store>,
    webhooks: Data<Webhooks>,
    clock: Data<dyn Clock>,
    Id(id): Id<WebhookId>,
    _: NoQuery,
    _: EmptyBody,
) -> Answer<WebhookTest> {
    let webhook = store.webhooks().find(id).await?.ok_or_else(|| missing(id))?;
    let now = clock.now();
    let (message_id, body) = message::test(id, now);
    let message = Message {
        url: &webhook.url,
        secret: &webhook.secret,
        id: &message_id,
        timestamp: now.timestamp(),
        body: &body,
    };
    Ok(Success(convert::test(webhooks.send(&message).await)))
}

/// Lists the deliveries to a webhook, newest first.
///
/// Those that were delivered or given up are kept for three days.
#[utoipa::path(
    get,
    path = "/api/v1/webhook/{webhook_id}/delivery",
    operation_id = "listDeliveries",
    tag = "Webhooks",
    params(
        ("webhook_id" = i64, Path, description = "The number of a webhook.", minimum = 1),
        DeliveryQuery,
    ),
    responses((status = 200, description = "The deliveries, newest first.", body = Envelope<DeliveryList>)),
)]
pub(crate) async fn list(
    store: Data<Store>,
    Id(id): Id<WebhookId>,
    query: Query<ListDeliveries>,
) -> Answer<DeliveryList> {
    let Query(ListDeliveries { status, page }) = query;
    if store.webhooks().find(id).await?.is_none() {
        return Err(missing(id));
    }
    let (mut deliveries, total) = store.webhooks().log().list(id, status, paging::with_next(&page)).await?;
    let page_size = page.size;
    let (page, next_cursor) = paging::settle(&mut deliveries, &page, total, &status, |last| last.id.0);
    let deliveries = deliveries.iter().map(convert::delivery).collect();
    Ok(Success(DeliveryList { deliveries, total, page, page_size, next_cursor }))
}

/// Queues a delivery again, also one that was delivered or given up.
///
/// The event is sent at once, as the same message, and retried as a new one is.
#[utoipa::path(
    post,
    path = "/api/v1/webhook/{webhook_id}/delivery/{delivery_id}/redeliver",
    operation_id = "redeliver",
    tag = "Webhooks",
    params(
        ("webhook_id" = i64, Path, description = "The number of a webhook.", minimum = 1),
        ("delivery_id" = i64, Path, description = "The number of one of its deliveries.", minimum = 1),
    ),
    responses((status = 200, description = "The delivery as it waits now.", body = Envelope<Delivery>)),
)]
pub(crate) async fn redeliver(
    store: Data<Store>,
    webhooks: Data<Webhooks>,
    clock: Data<dyn Clock>,
    Id(id): Id<WebhookId>,
    Id(delivery_id): Id<DeliveryId>,
    _: NoQuery,
    _: EmptyBody,
) -> Answer<Delivery> {
    match store.webhooks().log().redeliver(id, delivery_id, clock.now()).await? {
        Redelivery::Queued(delivery) => {
            webhooks.wakeup.notify_one();
            Ok(Success(convert::delivery(&delivery)))
        }
        Redelivery::NotThere => Err(missing(delivery_id)),
        Redelivery::Disabled => {
            Err(ApiError::invalid("webhook_id", format!("webhook {} is disabled: enable it first", id.0)))
        }
    }
}
