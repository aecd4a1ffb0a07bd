//! Webhooks: created, read, changed and deleted by clients.

use actix_web::web::Data;
use tikmatrix_api_types::fields::WebhookUrl;
use tikmatrix_api_types::webhooks::{
    NewWebhook, Webhook, WebhookCreated, WebhookList, WebhookPatch, WebhookSecret,
};
use tikmatrix_api_types::{Deleted, Envelope};
use tikmatrix_domain::{Clock, Secret, WebhookId};
use tikmatrix_storage::Store;

use super::convert;
use super::sending::sender::Webhooks;
use super::sending::signature;
use crate::http::body::Json;
use crate::http::envelope::Success;
use crate::http::error::{Answer, ApiError};
use crate::http::extract::{Id, missing};
use crate::http::query::NoQuery;
use crate::http::routing::{Operation, operations};

/// The maximum number of webhooks. Each has attempts of its own, so that none delays another.
const MAX_WEBHOOKS: u32 = 20;

pub(crate) fn routes() -> Vec<Operation> {
    operations![Admin: list, create, show, change, delete]
}

/// Lists the webhooks.
#[utoipa::path(
    get,
    path = "/api/v1/webhook",
    operation_id = "listWebhooks",
    tag = "Webhooks",
    responses((status = 200, description = "All webhooks, in the order in which they were created.", body = Envelope<WebhookList>)),
)]
pub(crate) async fn list(store: Data<Store>, _: NoQuery) -> Answer<WebhookList> {
    let webhooks = store.webhooks().list().await?;
    let total = webhooks.len();
    Ok(Success(WebhookList { webhooks: webhooks.iter().map(convert::webhook).collect(), total }))
}

/// Creates a webhook, which gets what happens from now on.
///
/// The answer holds the secret that signs what it gets; it is not shown again. A URL that leads to a private address is
/// refused, unless the configuration of the server allows it.
#[utoipa::path(
    post,
    path = "/api/v1/webhook",
    operation_id = "createWebhook",
    tag = "Webhooks",
    request_body(content = NewWebhook, example = json!({"url": "https://example.com/hook", "events": ["task.failed", "device.lost"]})),
    responses((status = 200, description = "The webhook as it was created, with its secret.", body = Envelope<WebhookCreated>)),
)]
pub(crate) async fn create(
    store: Data<Store>,
    webhooks: Data<Webhooks>,
    clock: Data<dyn Clock>,
    _: NoQuery,
    Json(new): Json<NewWebhook>,
) -> Answer<WebhookCreated> {
    check_url(&webhooks, &new.url).await?;
    let secret = match &new.secret {
        Some(secret) => Secret::from(secret.expose()),
        None => signature::generate().map_err(ApiError::internal)?,
    };
    let shown = WebhookSecret::from(secret.expose().to_owned());
    let created = store.webhooks().create(convert::new(new, secret), MAX_WEBHOOKS, clock.now()).await?;
    let created = created.ok_or_else(|| {
        ApiError::invalid("", format!("there are {MAX_WEBHOOKS} webhooks already, the maximum: delete one"))
    })?;
    Ok(Success(WebhookCreated { webhook: convert::webhook(&created), secret: shown }))
}

/// Shows one webhook.
#[utoipa::path(
    get,
    path = "/api/v1/webhook/{webhook_id}",
    operation_id = "showWebhook",
    tag = "Webhooks",
    params(
        ("webhook_id" = i64, Path, description = "The number of a webhook.", minimum = 1),
    ),
    responses((status = 200, description = "The webhook.", body = Envelope<Webhook>)),
)]
pub(crate) async fn show(store: Data<Store>, Id(id): Id<WebhookId>, _: NoQuery) -> Answer<Webhook> {
    let webhook = store.webhooks().find(id).await?.ok_or_else(|| missing(id))?;
    Ok(Success(convert::webhook(&webhook)))
}

/// Changes what is given of a webhook.
#[utoipa::path(
    patch,
    path = "/api/v1/webhook/{webhook_id}",
    operation_id = "changeWebhook",
    tag = "Webhooks",
    params(
        ("webhook_id" = i64, Path, description = "The number of a webhook.", minimum = 1),
    ),
    request_body(content = WebhookPatch, example = json!({})),
    responses((status = 200, description = "The webhook as it is now.", body = Envelope<Webhook>)),
)]
pub(crate) async fn change(
    store: Data<Store>,
    webhooks: Data<Webhooks>,
    clock: Data<dyn Clock>,
    Id(id): Id<WebhookId>,
    _: NoQuery,
    Json(change): Json<WebhookPatch>,
) -> Answer<Webhook> {
    if let Some(url) = &change.url {
        check_url(&webhooks, url).await?;
    }
    let changed = store.webhooks().change(id, convert::change(change), clock.now()).await?;
    let changed = changed.ok_or_else(|| missing(id))?;
    webhooks.wakeup.notify_one();
    Ok(Success(convert::webhook(&changed)))
}

/// Deletes a webhook with what waits for it and the log of what was delivered.
#[utoipa::path(
    delete,
    path = "/api/v1/webhook/{webhook_id}",
    operation_id = "deleteWebhook",
    tag = "Webhooks",
    params(
        ("webhook_id" = i64, Path, description = "The number of a webhook.", minimum = 1),
    ),
    responses((status = 200, description = "The webhook is gone; a request that is under way may still arrive.", body = Envelope<Deleted>)),
)]
pub(crate) async fn delete(store: Data<Store>, Id(id): Id<WebhookId>, _: NoQuery) -> Answer<Deleted> {
    if store.webhooks().delete(id).await? {
        return Ok(Success(Deleted { deleted_count: 1 }));
    }
    Err(missing(id))
}

async fn check_url(webhooks: &Webhooks, url: &WebhookUrl) -> Result<(), ApiError> {
    webhooks.check(url.as_str()).await.map_err(|reason| ApiError::invalid("url", reason))
}
