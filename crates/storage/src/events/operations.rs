//! Events, in one order: written in the transaction of the change that they report, and read from any position. No event
//! becomes visible behind one that was read already, because there is one writer at a time.

use chrono::{DateTime, Utc};
use diesel::dsl::min;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Nullable, Text};
use tikmatrix_domain::{
    Event, EventId, EventKind, EventSubject, Presence, Serial, Status, Task, TaskChange, TaskId,
};

use crate::columns::millis;
use crate::database::connection::{Connection, Engine};
use crate::database::open_database::Database;
use crate::error::{Fault, StorageError};
use crate::events::rows::{EventRow, NewEventRow};
use crate::schema::{device_presence, event, task, webhook};
use crate::store::Store;

/// The maximum number of events that one transaction deletes, so that other writers do not wait long.
const MAX_PRUNED: i64 = 10_000;

/// A filter of events. A field that is `None` or empty matches all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// Only those of this task.
    pub task: Option<TaskId>,
    /// Only those of this device and of its tasks.
    pub serial: Option<Serial>,
    /// Only those of these kinds.
    pub kinds: Vec<EventKind>,
}

/// The events after a position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Events {
    /// The next events that match the filter, in their order.
    Next {
        /// The events. There may be more when their number is the requested maximum.
        events: Vec<Event>,
        /// The position up to which all events were considered.
        read_to: EventId,
    },
    /// The next events are deleted already, or the position is not of this database.
    Pruned {
        /// The position of the newest event.
        newest: EventId,
    },
}

/// The events.
#[derive(Clone, Copy)]
#[must_use]
pub struct EventStore<'store>(&'store Database);

impl Store {
    /// Returns the operations on events.
    pub fn events(&self) -> EventStore<'_> {
        EventStore(&self.database)
    }
}

impl EventStore<'_> {
    /// Reads at most `max` events after the position `after`.
    ///
    /// # Errors
    /// Of the database, or [`StorageError::Unreadable`].
    pub async fn after(self, after: EventId, filter: EventFilter, max: u32) -> Result<Events, StorageError> {
        self.0
            .read_tx("read events", move |connection| {
                let (newest, has_gap) = newest_after(connection, after)?;
                if has_gap {
                    return Ok(Events::Pruned { newest: EventId(newest) });
                }
                let rows: Vec<EventRow> =
                    matching(&filter, after, max).select(EventRow::as_select()).load(connection)?;
                let is_full = rows.len() >= usize::try_from(max).unwrap_or(usize::MAX);
                let read_to = rows.last().filter(|_| is_full).map_or(newest, |last| last.id);
                let events = rows.into_iter().map(EventRow::into_event).collect::<Result<_, _>>()?;
                Ok(Events::Next { events, read_to: EventId(read_to) })
            })
            .await
    }

    /// Returns the position of the newest event; 0 when there is none yet.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn newest(self) -> Result<EventId, StorageError> {
        self.0.query("look up the newest event", |connection| Ok(EventId(newest(connection)?))).await
    }

    /// Records an event of the connection to a device, at `now`. `is_ready` is whether the device can be used, `None` where
    /// that is not known yet: whether it was lost or is back is recorded with the event.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn record_device_event(
        self,
        phone: Option<Serial>,
        subject: EventSubject,
        is_ready: Option<bool>,
        now: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        self.0
            .write("record an event of a device", move |connection| {
                let change = match &phone {
                    Some(serial) => change_presence(connection, serial, is_ready)?,
                    None => None,
                };
                let mut row = NewEventRow::new(millis(now), phone.as_ref(), &subject);
                row.presence = change.map(Presence::as_str);
                insert(connection, &row)
            })
            .await
    }

    /// Deletes all but the newest `keep` events, and those that are not queued yet for a webhook.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn prune(self, keep: u32) -> Result<(), StorageError> {
        loop {
            let deleted = self.0.write("delete old events", move |connection| {
                let end = newest(connection)? - i64::from(keep);
                let end = first_unread(connection)?.map_or(end, |unread| end.min(unread));
                let oldest =
                    event::table.order(event::id).select(event::id).first::<i64>(connection).optional()?;
                let end = end.min(oldest.unwrap_or_default() + MAX_PRUNED);
                Ok(diesel::delete(event::table.filter(event::id.le(end))).execute(connection)?)
            });
            if deleted.await? == 0 {
                return Ok(());
            }
        }
    }
}

/// Records a change of `task` at `at`. Its attempt count is that of the moment.
pub(crate) fn record(
    connection: &mut Connection,
    task: &Task,
    change: TaskChange,
    at: DateTime<Utc>,
) -> Result<(), Fault> {
    let subject = EventSubject::Task { task: task.id, attempt: task.attempt_count, change };
    insert(connection, &NewEventRow::new(millis(at), task.serial.as_ref(), &subject))
}

/// Records the creation of the tasks with these ids.
pub(crate) fn record_created(connection: &mut Connection, first: i64, last: i64) -> Result<(), Fault> {
    // As a query of the builder it is prepared once, and not for every request that creates tasks.
    task::table
        .filter(task::id.between(first, last))
        .order(task::id)
        .select((
            task::created_at,
            EventKind::TaskCreated.as_str().into_sql::<Text>(),
            task::id.nullable(),
            task::serial,
            0.into_sql::<Nullable<Integer>>(),
        ))
        .insert_into(event::table)
        .into_columns((event::at, event::kind, event::task_id, event::serial, event::attempt))
        .execute(connection)?;
    Ok(())
}

/// Records, at `now`, the retry of all tasks that are failed now.
pub(crate) fn record_retried(connection: &mut Connection, now: DateTime<Utc>) -> Result<(), Fault> {
    let insert = format!(
        "INSERT INTO event (at, kind, task_id, serial, attempt)
        SELECT $1, 'task_retried', id, serial, attempt_count FROM task WHERE status = {} ORDER BY id",
        Status::Failed.code()
    );
    diesel::sql_query(insert).into_boxed::<Engine>().bind::<BigInt, _>(millis(now)).execute(connection)?;
    Ok(())
}

fn insert(connection: &mut Connection, row: &NewEventRow) -> Result<(), Fault> {
    diesel::insert_into(event::table).values(row).execute(connection)?;
    Ok(())
}

/// Returns the position up to which every webhook that gets events has read; `None` if there is none.
fn first_unread(connection: &mut Connection) -> Result<Option<i64>, Fault> {
    let enabled = webhook::table.filter(webhook::enabled.eq(true));
    Ok(enabled.select(min(webhook::position)).first(connection)?)
}

/// Stores whether the device can be used, and returns what has changed for it.
fn change_presence(
    connection: &mut Connection,
    serial: &Serial,
    is_ready: Option<bool>,
) -> Result<Option<Presence>, Fault> {
    let row = device_presence::table.find(serial.as_str());
    let before: Option<bool> = row.select(device_presence::is_ready).first(connection).optional()?;
    match (before, is_ready) {
        (Some(before), Some(now)) if before != now => {
            diesel::update(row).set(device_presence::is_ready.eq(now)).execute(connection)?;
        }
        // One that was never ready is not lost.
        (None, Some(true)) => {
            diesel::insert_into(device_presence::table)
                .values((device_presence::serial.eq(serial.as_str()), device_presence::is_ready.eq(true)))
                .execute(connection)?;
        }
        _ => {}
    }
    Ok(Presence::change(before, is_ready))
}

/// Returns the position of the newest event, and whether events after `after` are deleted already, or `after` is not a
/// position of this database.
pub(crate) fn newest_after(connection: &mut Connection, after: EventId) -> Result<(i64, bool), Fault> {
    let newest = newest(connection)?;
    let oldest = event::table.order(event::id).select(event::id).first::<i64>(connection).optional()?;
    let has_gap = after.0 > newest || oldest.is_some_and(|oldest| oldest > after.0.saturating_add(1));
    Ok((newest, has_gap))
}

pub(crate) fn newest(connection: &mut Connection) -> Result<i64, Fault> {
    let newest = event::table.order(event::id.desc()).select(event::id).first(connection).optional()?;
    Ok(newest.unwrap_or_default())
}

fn matching(filter: &EventFilter, after: EventId, max: u32) -> event::BoxedQuery<'_, Engine> {
    let mut query = event::table.filter(event::id.gt(after.0)).into_boxed();
    if let Some(task) = filter.task {
        query = query.filter(event::task_id.eq(task.0));
    }
    if let Some(serial) = &filter.serial {
        query = query.filter(event::serial.eq(serial.as_str()));
    }
    if !filter.kinds.is_empty() {
        let kinds: Vec<&str> = filter.kinds.iter().map(|kind| kind.as_str()).collect();
        query = query.filter(event::kind.eq_any(kinds));
    }
    query.order(event::id).limit(i64::from(max))
}
