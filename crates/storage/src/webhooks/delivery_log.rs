//! The log of the deliveries to webhooks: listed, queued again, and deleted when they are old.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use tikmatrix_domain::{DELIVERY_PERIOD, Delivery, DeliveryId, DeliveryStatus, WebhookId};

use crate::columns::millis;
use crate::database::connection::Engine;
use crate::database::open_database::Database;
use crate::error::StorageError;
use crate::page::{Page, PageStart};
use crate::schema::{webhook, webhook_delivery};
use crate::webhooks::deliveries::by_id;
use crate::webhooks::operations::WebhookStore;
use crate::webhooks::rows::DeliveryRow;

/// The maximum number of deliveries that one transaction deletes, so that other writers do not wait long.
const MAX_PRUNED: i64 = 10_000;
/// The result of queueing a delivery again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Redelivery {
    /// It is due now.
    Queued(Box<Delivery>),
    /// There is no such delivery of this webhook.
    NotThere,
    /// The webhook is disabled.
    Disabled,
}

/// The log of the deliveries to webhooks, with those that wait.
#[derive(Clone, Copy)]
#[must_use]
pub struct DeliveryLog<'store>(&'store Database);

impl<'store> WebhookStore<'store> {
    /// Returns the operations on the log of deliveries.
    pub fn log(self) -> DeliveryLog<'store> {
        DeliveryLog(self.0)
    }
}

impl DeliveryLog<'_> {
    /// Loads one page of the deliveries of a webhook, newest first, of any status or of this one, and counts all of them.
    ///
    /// # Errors
    /// Of the database, or [`StorageError::Unreadable`].
    pub async fn list(
        self,
        id: WebhookId,
        status: Option<DeliveryStatus>,
        page: Page<DeliveryId>,
    ) -> Result<(Vec<Delivery>, u64), StorageError> {
        self.0
            .read_tx("list deliveries", move |connection| {
                let total: i64 = matching(id, status).count().get_result(connection)?;
                let mut query =
                    matching(id, status).order(webhook_delivery::id.desc()).limit(page.size.into());
                query = match page.start {
                    PageStart::Number(_) => query.offset(page.offset()),
                    PageStart::Before(id) => query.filter(webhook_delivery::id.lt(id.0)),
                };
                let rows: Vec<DeliveryRow> = query.select(DeliveryRow::as_select()).load(connection)?;
                let deliveries =
                    rows.into_iter().map(DeliveryRow::into_delivery).collect::<Result<_, _>>()?;
                Ok((deliveries, u64::try_from(total).unwrap_or_default()))
            })
            .await
    }

    /// Queues a delivery of a webhook again, at `now`: it is due now, and retried as a new one is. An attempt that is under
    /// way is not stopped.
    ///
    /// # Errors
    /// Of the database, or [`StorageError::Unreadable`].
    pub async fn redeliver(
        self,
        webhook_id: WebhookId,
        id: DeliveryId,
        now: DateTime<Utc>,
    ) -> Result<Redelivery, StorageError> {
        self.0
            .write("queue a delivery again", move |connection| {
                let found = by_id(connection, id)?.filter(|delivery| delivery.webhook == webhook_id);
                if found.is_none() {
                    return Ok(Redelivery::NotThere);
                }
                let enabled: bool =
                    webhook::table.find(webhook_id.0).select(webhook::enabled).first(connection)?;
                if !enabled {
                    return Ok(Redelivery::Disabled);
                }
                let idle = webhook_delivery::table.find(id.0).filter(webhook_delivery::claim.is_null());
                diesel::update(idle)
                    .set((
                        webhook_delivery::status.eq(DeliveryStatus::Pending.as_str()),
                        webhook_delivery::next_at.eq(millis(now)),
                        webhook_delivery::expires_at.eq(millis(now + DELIVERY_PERIOD)),
                        webhook_delivery::settled_at.eq(None::<i64>),
                    ))
                    .execute(connection)?;
                let queued = by_id(connection, id)?.map(Box::new);
                Ok(queued.map_or(Redelivery::NotThere, Redelivery::Queued))
            })
            .await
    }

    /// Deletes the deliveries that were delivered or given up before `before`.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn prune(self, before: DateTime<Utc>) -> Result<(), StorageError> {
        loop {
            let deleted = self.0.write("delete old deliveries", move |connection| {
                let old: Vec<i64> = webhook_delivery::table
                    .filter(webhook_delivery::settled_at.lt(millis(before)))
                    .order(webhook_delivery::settled_at)
                    .limit(MAX_PRUNED)
                    .select(webhook_delivery::id)
                    .load(connection)?;
                for id in &old {
                    diesel::delete(webhook_delivery::table.find(id)).execute(connection)?;
                }
                Ok(old.len())
            });
            if deleted.await? == 0 {
                return Ok(());
            }
        }
    }
}

fn matching(id: WebhookId, status: Option<DeliveryStatus>) -> webhook_delivery::BoxedQuery<'static, Engine> {
    let query = webhook_delivery::table.filter(webhook_delivery::webhook_id.eq(id.0)).into_boxed();
    match status {
        Some(status) => query.filter(webhook_delivery::status.eq(status.as_str())),
        None => query,
    }
}
