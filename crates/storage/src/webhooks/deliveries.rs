//! The deliveries to webhooks that are due: claimed for an attempt, and settled by its result.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use tikmatrix_domain::{
    AfterAttempt, Delivery, DeliveryAttempt, DeliveryId, DeliveryStatus, Secret, WebhookId,
};

use crate::columns::{millis, storable};
use crate::database::connection::Connection;
use crate::database::open_database::Database;
use crate::error::{Fault, StorageError};
use crate::schema::{webhook, webhook_delivery};
use crate::webhooks::operations::{WebhookStore, disable};
use crate::webhooks::rows::DeliveryRow;

/// How long a claim holds. An attempt ends long before; one whose server is dead is repeated by another after this.
const CLAIM_PERIOD: TimeDelta = TimeDelta::minutes(2);
/// Why the server disables a webhook.
const GONE: &str = "the receiver answered 410 Gone: it wants no more events";

/// A delivery whose attempt is due, claimed by one server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedDelivery {
    /// The delivery.
    pub delivery: Delivery,
    /// The URL of its webhook.
    pub url: String,
    /// The secret of its webhook.
    pub secret: Secret,
    /// The claim, by which the result is stored.
    pub claim: String,
}

/// The deliveries to webhooks that are due.
#[derive(Clone, Copy)]
#[must_use]
pub struct DeliveryStore<'store>(&'store Database);

impl<'store> WebhookStore<'store> {
    /// Returns the operations on the deliveries that are due.
    pub fn deliveries(self) -> DeliveryStore<'store> {
        DeliveryStore(self.0)
    }
}

impl DeliveryStore<'_> {
    /// Claims at most `max` deliveries of a webhook that are due at `now`, under `claim`, a text that is used once.
    ///
    /// # Errors
    /// Of the database, or [`StorageError::Unreadable`].
    pub async fn claim(
        self,
        id: WebhookId,
        max: u32,
        claim: String,
        now: DateTime<Utc>,
    ) -> Result<Vec<ClaimedDelivery>, StorageError> {
        self.0
            .write("claim deliveries of a webhook", move |connection| {
                let target: Option<(String, String)> = webhook::table
                    .find(id.0)
                    .filter(webhook::enabled.eq(true))
                    .select((webhook::url, webhook::secret))
                    .first(connection)
                    .optional()?;
                let Some((url, secret)) = target else { return Ok(Vec::new()) };
                let due: Vec<i64> = webhook_delivery::table
                    .filter(webhook_delivery::webhook_id.eq(id.0))
                    .filter(webhook_delivery::next_at.le(millis(now)))
                    .order((webhook_delivery::next_at, webhook_delivery::id))
                    .limit(i64::from(max))
                    .select(webhook_delivery::id)
                    .load(connection)?;
                let mut claimed = Vec::with_capacity(due.len());
                for id in due {
                    diesel::update(webhook_delivery::table.find(id))
                        .set((
                            webhook_delivery::claim.eq(&claim),
                            webhook_delivery::next_at.eq(millis(now + CLAIM_PERIOD)),
                        ))
                        .execute(connection)?;
                    if let Some(delivery) = by_id(connection, DeliveryId(id))? {
                        let (url, secret) = (url.clone(), Secret::from(secret.as_str()));
                        claimed.push(ClaimedDelivery { delivery, url, secret, claim: claim.clone() });
                    }
                }
                Ok(claimed)
            })
            .await
    }

    /// Stores the result of the attempt under `claim`, and what follows it. Returns `false`, and stores nothing, when the
    /// delivery is not claimed so any more: it was deleted, given up, or claimed by another server.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn settle(
        self,
        id: DeliveryId,
        claim: String,
        attempt: DeliveryAttempt,
        then: AfterAttempt,
    ) -> Result<bool, StorageError> {
        self.0
            .write("store the result of a delivery", move |connection| {
                let (status, next_at) = match then {
                    AfterAttempt::Delivered => (DeliveryStatus::Delivered, None),
                    AfterAttempt::Retry(next) => (DeliveryStatus::Pending, Some(next)),
                    AfterAttempt::Gone | AfterAttempt::GiveUp => (DeliveryStatus::Failed, None),
                };
                let at = millis(attempt.at);
                let claimed = webhook_delivery::table.find(id.0).filter(webhook_delivery::claim.eq(claim));
                let stored = diesel::update(claimed)
                    .set((
                        webhook_delivery::status.eq(status.as_str()),
                        webhook_delivery::attempts.eq(webhook_delivery::attempts + 1),
                        webhook_delivery::http_status.eq(attempt.http_status.map(i32::from)),
                        webhook_delivery::error.eq(attempt.error.as_deref().map(storable)),
                        webhook_delivery::attempted_at.eq(at),
                        webhook_delivery::next_at.eq(next_at.map(millis)),
                        webhook_delivery::claim.eq(None::<String>),
                        webhook_delivery::settled_at.eq(next_at.is_none().then_some(at)),
                    ))
                    .execute(connection)?;
                if stored > 0 && then == AfterAttempt::Gone {
                    let webhook: i64 = webhook_delivery::table
                        .find(id.0)
                        .select(webhook_delivery::webhook_id)
                        .first(connection)?;
                    disable(connection, WebhookId(webhook), Some(GONE), attempt.at)?;
                }
                Ok(stored > 0)
            })
            .await
    }

    /// Gives up the claims of attempts that were cut off: under `claim` or, if it is `None`, under any. They are due at
    /// `now`, and do not count.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn release(self, claim: Option<String>, now: DateTime<Utc>) -> Result<(), StorageError> {
        self.0
            .write("release deliveries", move |connection| {
                let claimed = webhook_delivery::table.filter(webhook_delivery::claim.is_not_null());
                let released =
                    (webhook_delivery::claim.eq(None::<String>), webhook_delivery::next_at.eq(millis(now)));
                match claim {
                    Some(claim) => {
                        let own = claimed.filter(webhook_delivery::claim.eq(claim));
                        diesel::update(own).set(released).execute(connection)?
                    }
                    None => diesel::update(claimed).set(released).execute(connection)?,
                };
                Ok(())
            })
            .await
    }
}

pub(crate) fn by_id(connection: &mut Connection, id: DeliveryId) -> Result<Option<Delivery>, Fault> {
    let row =
        webhook_delivery::table.find(id.0).select(DeliveryRow::as_select()).first(connection).optional()?;
    Ok(row.map(DeliveryRow::into_delivery).transpose()?)
}
