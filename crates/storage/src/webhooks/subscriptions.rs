//! The events that webhooks have not read yet, and their queueing as deliveries. Each webhook has a position among the
//! events, which moves in the transaction that queues them: an event is queued once, by any of the servers, and none is
//! lost by the end of a server.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use tikmatrix_domain::{
    AppId, DELIVERY_PERIOD, DeliveryStatus, Event, EventId, EventKind, Presence, ScriptName, Username,
    WebhookEvent, WebhookId,
};

use crate::columns::{Read, app, millis, moment, storable, unreadable, username};
use crate::database::connection::{Connection, Engine};
use crate::database::open_database::Database;
use crate::error::{Fault, StorageError};
use crate::events::operations::newest_after;
use crate::events::rows::EventRow;
use crate::schema::{event, task, webhook, webhook_delivery};
use crate::webhooks::operations::WebhookStore;
use crate::webhooks::rows::events;

/// The kinds of events that may be of interest to webhooks.
const KINDS: [EventKind; 3] = [EventKind::TaskFinished, EventKind::TaskPostponed, EventKind::DeviceState];

/// What a webhook that gets events waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// The webhook.
    pub webhook: WebhookId,
    /// The events that it subscribes to.
    pub events: Vec<WebhookEvent>,
    /// The last event that it has got or does not get.
    pub position: EventId,
    /// When its next delivery is due.
    pub next_due: Option<DateTime<Utc>>,
}

/// An event that may be of interest to webhooks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadEvent {
    /// The event.
    pub event: Event,
    /// What it means for the presence of its device.
    pub presence: Option<Presence>,
    /// Its task, unless that is deleted.
    pub task: Option<TaskFacts>,
}

/// What an event does not hold of its task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskFacts {
    /// The account, if there is one.
    pub username: Option<Username>,
    /// The app.
    pub app: AppId,
    /// The script.
    pub script: ScriptName,
}

/// The events after a position that may be of interest to webhooks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnreadEvents {
    /// The next of them, in their order.
    Next {
        /// The events.
        events: Vec<UnreadEvent>,
        /// The position up to which all events were considered.
        read_to: EventId,
    },
    /// The next events are deleted already, or the position is not of this database.
    Pruned {
        /// The position of the newest event.
        newest: EventId,
    },
}

/// An event to be delivered to a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDelivery {
    /// The identifier of the message.
    pub message_id: String,
    /// The kind of the event.
    pub event: WebhookEvent,
    /// The JSON to be sent.
    pub body: String,
}

/// The subscriptions of webhooks to events.
#[derive(Clone, Copy)]
#[must_use]
pub struct SubscriptionStore<'store>(&'store Database);

impl<'store> WebhookStore<'store> {
    /// Returns the operations on the subscriptions of webhooks.
    pub fn subscriptions(self) -> SubscriptionStore<'store> {
        SubscriptionStore(self.0)
    }
}

impl SubscriptionStore<'_> {
    /// Lists the subscriptions of all webhooks that get events.
    ///
    /// # Errors
    /// Of the database, or [`StorageError::Unreadable`].
    pub async fn list(self) -> Result<Vec<Subscription>, StorageError> {
        self.0
            .read_tx("read the subscriptions of webhooks", |connection| {
                let rows: Vec<(i64, String, i64)> = webhook::table
                    .filter(webhook::enabled.eq(true))
                    .order(webhook::id)
                    .select((webhook::id, webhook::events, webhook::position))
                    .load(connection)?;
                rows.into_iter().map(|row| subscription(connection, row)).collect()
            })
            .await
    }

    /// Reads the events after the position `after` that may be of interest to webhooks, at most `max`.
    ///
    /// # Errors
    /// Of the database, or [`StorageError::Unreadable`].
    pub async fn unread(self, after: EventId, max: u32) -> Result<UnreadEvents, StorageError> {
        self.0
            .read_tx("read events for webhooks", move |connection| {
                let (newest, has_gap) = newest_after(connection, after)?;
                if has_gap {
                    return Ok(UnreadEvents::Pruned { newest: EventId(newest) });
                }
                let kinds: Vec<&str> = KINDS.iter().map(|kind| kind.as_str()).collect();
                let not_of_device = event::kind.ne(EventKind::DeviceState.as_str());
                let rows: Vec<UnreadRow> = event::table
                    .left_join(task::table.on(event::task_id.eq(task::id.nullable())))
                    .filter(event::id.gt(after.0))
                    .filter(event::kind.eq_any(kinds))
                    .filter(not_of_device.or(event::presence.is_not_null()))
                    .order(event::id)
                    .limit(i64::from(max))
                    .select(UnreadRow::as_select())
                    .load(connection)?;
                let events: Vec<UnreadEvent> =
                    rows.into_iter().map(UnreadRow::into_unread).collect::<Result<_, _>>()?;
                let is_full = events.len() >= usize::try_from(max).unwrap_or(usize::MAX);
                let last = events.last().filter(|_| is_full).map(|last| last.event.id);
                Ok(UnreadEvents::Next { events, read_to: last.unwrap_or(EventId(newest)) })
            })
            .await
    }

    /// Moves the position of a webhook from `from` to `to`, and queues `deliveries` for it, at `now`. Returns `false`, and
    /// does nothing, when its position is another one, or it gets no events any more.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn queue(
        self,
        id: WebhookId,
        (from, to): (EventId, EventId),
        deliveries: Vec<NewDelivery>,
        now: DateTime<Utc>,
    ) -> Result<bool, StorageError> {
        self.0
            .write("queue events for a webhook", move |connection| {
                let at_from = webhook::table
                    .find(id.0)
                    .filter(webhook::position.eq(from.0))
                    .filter(webhook::enabled.eq(true));
                let moved = diesel::update(at_from).set(webhook::position.eq(to.0)).execute(connection)?;
                if moved == 0 {
                    return Ok(false);
                }
                for delivery in &deliveries {
                    insert(connection, id, delivery, now)?;
                }
                Ok(true)
            })
            .await
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = event, check_for_backend(Engine))]
struct UnreadRow {
    #[diesel(embed)]
    event: EventRow,
    presence: Option<String>,
    #[diesel(select_expression = task::username.nullable())]
    username: Option<String>,
    #[diesel(select_expression = task::app.nullable())]
    app: Option<String>,
    #[diesel(select_expression = task::script_name.nullable())]
    script: Option<String>,
}

impl UnreadRow {
    fn into_unread(self) -> Read<UnreadEvent> {
        let presence = self.presence.as_deref();
        let presence =
            presence.map(|text| text.parse().map_err(|_| unreadable("event.presence", text))).transpose()?;
        let task = match (&self.app, self.script) {
            (Some(name), Some(script)) => Some(TaskFacts {
                username: self.username.as_deref().map(username).transpose()?,
                app: app(name)?,
                script: ScriptName::new(&script).map_err(|_| unreadable("task.script_name", &script))?,
            }),
            _ => None,
        };
        Ok(UnreadEvent { event: self.event.into_event()?, presence, task })
    }
}

fn subscription(
    connection: &mut Connection,
    (id, kinds, position): (i64, String, i64),
) -> Result<Subscription, Fault> {
    let next: Option<Option<i64>> = webhook_delivery::table
        .filter(webhook_delivery::webhook_id.eq(id))
        .filter(webhook_delivery::next_at.is_not_null())
        .order(webhook_delivery::next_at)
        .select(webhook_delivery::next_at)
        .first(connection)
        .optional()?;
    Ok(Subscription {
        webhook: WebhookId(id),
        events: events(&kinds)?,
        position: EventId(position),
        next_due: next.flatten().map(|at| moment("webhook_delivery.next_at", at)).transpose()?,
    })
}

fn insert(
    connection: &mut Connection,
    id: WebhookId,
    delivery: &NewDelivery,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    diesel::insert_into(webhook_delivery::table)
        .values((
            webhook_delivery::webhook_id.eq(id.0),
            webhook_delivery::message_id.eq(&delivery.message_id),
            webhook_delivery::event.eq(delivery.event.as_str()),
            webhook_delivery::body.eq(storable(&delivery.body)),
            webhook_delivery::status.eq(DeliveryStatus::Pending.as_str()),
            webhook_delivery::attempts.eq(0),
            webhook_delivery::created_at.eq(millis(now)),
            webhook_delivery::expires_at.eq(millis(now + DELIVERY_PERIOD)),
            webhook_delivery::next_at.eq(millis(now)),
        ))
        .execute(connection)?;
    Ok(())
}
