//! Webhooks: created, listed, changed and deleted.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use tikmatrix_domain::{DeliveryStatus, NewWebhook, Secret, Webhook, WebhookChange, WebhookId};

use crate::columns::{millis, storable};
use crate::database::connection::Connection;
use crate::database::open_database::Database;
use crate::error::{Fault, StorageError};
use crate::events::operations::newest;
use crate::schema::{webhook, webhook_delivery};
use crate::store::Store;
use crate::webhooks::rows::{WebhookRow, event_column};

/// The error of the deliveries that a webhook did not get because it was disabled.
const DISABLED: &str = "the webhook was disabled";

/// The webhooks.
#[derive(Clone, Copy)]
#[must_use]
pub struct WebhookStore<'store>(pub(crate) &'store Database);

impl Store {
    /// Returns the operations on webhooks.
    pub fn webhooks(&self) -> WebhookStore<'_> {
        WebhookStore(&self.database)
    }
}

impl WebhookStore<'_> {
    /// Creates a webhook, at `now`, which gets what happens from now on. Returns `None`, and creates nothing, while there are
    /// `max` already.
    ///
    /// # Errors
    /// Of the database, or [`StorageError::Unreadable`].
    pub async fn create(
        self,
        new: NewWebhook,
        max: u32,
        now: DateTime<Utc>,
    ) -> Result<Option<Webhook>, StorageError> {
        self.0
            .write("create a webhook", move |connection| {
                let count: i64 = webhook::table.count().get_result(connection)?;
                if count >= i64::from(max) {
                    return Ok(None);
                }
                let row = (
                    webhook::url.eq(new.url),
                    webhook::events.eq(event_column(&new.events)),
                    webhook::description.eq(new.description),
                    webhook::secret.eq(new.secret.expose()),
                    webhook::enabled.eq(new.enabled),
                    webhook::position.eq(newest(connection)?),
                    webhook::created_at.eq(millis(now)),
                    webhook::updated_at.eq(millis(now)),
                );
                let id: i64 = diesel::insert_into(webhook::table)
                    .values(row)
                    .returning(webhook::id)
                    .get_result(connection)?;
                by_id(connection, WebhookId(id))
            })
            .await
    }

    /// Lists all webhooks, in the order in which they were created.
    ///
    /// # Errors
    /// Of the database, or [`StorageError::Unreadable`].
    pub async fn list(self) -> Result<Vec<Webhook>, StorageError> {
        self.0
            .query("list webhooks", |connection| {
                let rows: Vec<WebhookRow> =
                    webhook::table.order(webhook::id).select(WebhookRow::as_select()).load(connection)?;
                Ok(rows.into_iter().map(WebhookRow::into_webhook).collect::<Result<_, _>>()?)
            })
            .await
    }

    /// Loads a webhook; `None` if there is none with this id.
    ///
    /// # Errors
    /// Of the database, or [`StorageError::Unreadable`].
    pub async fn find(self, id: WebhookId) -> Result<Option<Webhook>, StorageError> {
        self.0.query("read a webhook", move |connection| by_id(connection, id)).await
    }

    /// Changes a webhook, at `now`, and returns it; `None` if there is none with this id. One that is disabled gives up what
    /// waits for it, and one that is enabled gets what happens from now on.
    ///
    /// # Errors
    /// Of the database, or [`StorageError::Unreadable`].
    pub async fn change(
        self,
        id: WebhookId,
        change: WebhookChange,
        now: DateTime<Utc>,
    ) -> Result<Option<Webhook>, StorageError> {
        self.0
            .write("change a webhook", move |connection| {
                let Some(before) = by_id(connection, id)? else { return Ok(None) };
                if change == WebhookChange::default() {
                    return Ok(Some(before));
                }
                match change.enabled {
                    Some(true) if !before.enabled => enable(connection, id)?,
                    Some(false) if before.enabled => disable(connection, id, None, now)?,
                    _ => {}
                }
                diesel::update(webhook::table.find(id.0))
                    .set((
                        change.url.map(|url| webhook::url.eq(url)),
                        change.events.map(|events| webhook::events.eq(event_column(&events))),
                        change.description.map(|description| webhook::description.eq(description)),
                        change.secret.as_ref().map(Secret::expose).map(|secret| webhook::secret.eq(secret)),
                        webhook::updated_at.eq(millis(now)),
                    ))
                    .execute(connection)?;
                by_id(connection, id)
            })
            .await
    }

    /// Deletes a webhook with its deliveries. Returns whether there was one.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn delete(self, id: WebhookId) -> Result<bool, StorageError> {
        self.0
            .write("delete a webhook", move |connection| {
                Ok(diesel::delete(webhook::table.find(id.0)).execute(connection)? > 0)
            })
            .await
    }
}

fn enable(connection: &mut Connection, id: WebhookId) -> Result<(), Fault> {
    let position = newest(connection)?;
    diesel::update(webhook::table.find(id.0))
        .set((
            webhook::enabled.eq(true),
            webhook::disabled_reason.eq(None::<String>),
            webhook::position.eq(position),
        ))
        .execute(connection)?;
    Ok(())
}

/// Disables a webhook, at `now`, and gives up what waits for it.
pub(crate) fn disable(
    connection: &mut Connection,
    id: WebhookId,
    reason: Option<&str>,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    diesel::update(webhook::table.find(id.0))
        .set((
            webhook::enabled.eq(false),
            webhook::disabled_reason.eq(reason.map(storable)),
            webhook::updated_at.eq(millis(now)),
        ))
        .execute(connection)?;
    let waiting = webhook_delivery::table
        .filter(webhook_delivery::webhook_id.eq(id.0))
        .filter(webhook_delivery::next_at.is_not_null());
    diesel::update(waiting)
        .set((
            webhook_delivery::status.eq(DeliveryStatus::Failed.as_str()),
            webhook_delivery::error.eq(DISABLED),
            webhook_delivery::next_at.eq(None::<i64>),
            webhook_delivery::claim.eq(None::<String>),
            webhook_delivery::settled_at.eq(millis(now)),
        ))
        .execute(connection)?;
    Ok(())
}

pub(crate) fn by_id(connection: &mut Connection, id: WebhookId) -> Result<Option<Webhook>, Fault> {
    let row = webhook::table.find(id.0).select(WebhookRow::as_select()).first(connection).optional()?;
    Ok(row.map(WebhookRow::into_webhook).transpose()?)
}
