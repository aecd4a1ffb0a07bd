//! `/api/v1/webhook`.

use tikmatrix_api_types::Deleted;
use tikmatrix_api_types::webhooks::{
    Delivery, DeliveryList, DeliveryQuery, NewWebhook, Webhook, WebhookCreated, WebhookList, WebhookPatch,
    WebhookTest,
};
use ureq::http::Method;

use crate::error::Error;
use crate::http::{Http, with_query};
use crate::items::Items;

const WEBHOOKS: &str = "/api/v1/webhook";

/// Creates, reads and changes webhooks, and reads what was delivered to them.
#[derive(Debug, Clone, Copy)]
pub struct Webhooks<'client> {
    http: &'client Http,
}

impl<'client> Webhooks<'client> {
    pub(crate) fn new(http: &'client Http) -> Self {
        Self { http }
    }

    /// Creates a webhook and returns it with its secret, which is not shown again.
    ///
    /// # Errors
    /// [`Error`], as for every request; code 40001 for a URL that the server may not call.
    pub fn create(self, webhook: &NewWebhook) -> Result<WebhookCreated, Error> {
        self.http.call_with(Method::POST, WEBHOOKS, webhook)
    }

    /// Lists all webhooks.
    ///
    /// # Errors
    /// [`Error`], as for every request.
    pub fn list(self) -> Result<WebhookList, Error> {
        self.http.call(Method::GET, WEBHOOKS)
    }

    /// Returns one webhook.
    ///
    /// # Errors
    /// [`Error`], as for every request; code 40401 when there is no such webhook.
    pub fn get(self, webhook_id: i64) -> Result<Webhook, Error> {
        self.http.call(Method::GET, &path(webhook_id))
    }

    /// Changes a webhook and returns it.
    ///
    /// # Errors
    /// [`Error`], as for every request; code 40001 for a URL that the server may not call.
    pub fn change(self, webhook_id: i64, change: &WebhookPatch) -> Result<Webhook, Error> {
        self.http.call_with(Method::PATCH, &path(webhook_id), change)
    }

    /// Deletes a webhook with its deliveries.
    ///
    /// # Errors
    /// [`Error`], as for every request; code 40401 when there is no such webhook.
    pub fn delete(self, webhook_id: i64) -> Result<Deleted, Error> {
        self.http.call(Method::DELETE, &path(webhook_id))
    }

    /// Sends a test event to a webhook, and returns what the receiver answered.
    ///
    /// # Errors
    /// [`Error`], as for every request; code 40401 when there is no such webhook.
    pub fn test(self, webhook_id: i64) -> Result<WebhookTest, Error> {
        self.http.call(Method::POST, &format!("{}/test", path(webhook_id)))
    }

    /// Returns one page of the deliveries of a webhook, newest first.
    ///
    /// # Errors
    /// [`Error`], as for every request; code 40401 when there is no such webhook.
    pub fn deliveries(self, webhook_id: i64, query: &DeliveryQuery) -> Result<DeliveryList, Error> {
        self.http.call(Method::GET, &with_query(&format!("{}/delivery", path(webhook_id)), query))
    }

    /// Iterates over every delivery of a webhook that `query` lets through, newest first.
    #[must_use]
    pub fn all_deliveries(self, webhook_id: i64, mut query: DeliveryQuery) -> Items<'client, Delivery> {
        let mut is_last = false;
        Items::new(move || {
            if is_last {
                return Ok(None);
            }
            let page = self.deliveries(webhook_id, &query)?;
            query.page = None;
            query.cursor = page.next_cursor;
            is_last = query.cursor.is_none();
            Ok(Some(page.deliveries))
        })
    }

    /// Queues a delivery again, delivered or given up, and returns it.
    ///
    /// # Errors
    /// [`Error`], as for every request; code 40001 while the webhook is disabled.
    pub fn redeliver(self, webhook_id: i64, delivery_id: i64) -> Result<Delivery, Error> {
        self.http.call(Method::POST, &format!("{}/delivery/{delivery_id}/redeliver", path(webhook_id)))
    }
}

fn path(webhook_id: i64) -> String {
    format!("{WEBHOOKS}/{webhook_id}")
}
