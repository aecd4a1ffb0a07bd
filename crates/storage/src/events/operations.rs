//! What happened, in one order: written with the change itself, in its transaction, and read on from any place. Nothing
//! becomes visible behind what was read already, since one writes at a time.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use tikmatrix_domain::{Event, EventId, EventKind, EventSubject, Serial, Status, Task, TaskChange, TaskId};

use crate::columns::millis;
use crate::database::connection::{Connection, Engine};
use crate::error::{Fault, StorageError};
use crate::events::rows::{EventRow, NewEventRow};
use crate::schema::event;
use crate::store::Store;

/// How many events are taken away at once, so that writers do not wait long.
const FORGOTTEN_AT_ONCE: i64 = 10_000;

/// Which events are wanted; what is none or empty lets all through.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// Only those of this task.
    pub task: Option<TaskId>,
    /// Only those of this phone and of its tasks.
    pub serial: Option<Serial>,
    /// Only those of these kinds.
    pub kinds: Vec<EventKind>,
}

/// What comes after a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Events {
    /// These do, in their order, of those that the filter lets through.
    Next {
        /// The events; they are as many as were asked for when there may be more.
        events: Vec<Event>,
        /// Everything up to here was looked at.
        read_to: EventId,
    },
    /// What came next is not kept any more, or the place is none of this database.
    Pruned {
        /// The place of the newest event.
        newest: EventId,
    },
}

impl Store {
    /// At most `most` events after the place `after`.
    ///
    /// # Errors
    /// Of the database, or [`StorageError::Unreadable`].
    pub async fn events_after(
        &self,
        after: EventId,
        filter: EventFilter,
        most: u32,
    ) -> Result<Events, StorageError> {
        self.read_tx("read events", move |connection| {
            let newest = newest(connection)?;
            let oldest =
                event::table.order(event::id).select(event::id).first::<i64>(connection).optional()?;
            if after.0 > newest || oldest.is_some_and(|oldest| oldest > after.0.saturating_add(1)) {
                return Ok(Events::Pruned { newest: EventId(newest) });
            }
            let rows: Vec<EventRow> =
                matching(&filter, after, most).select(EventRow::as_select()).load(connection)?;
            let is_full = rows.len() >= usize::try_from(most).unwrap_or(usize::MAX);
            let read_to = rows.last().filter(|_| is_full).map_or(newest, |last| last.id);
            let events = rows.into_iter().map(EventRow::into_event).collect::<Result<_, _>>()?;
            Ok(Events::Next { events, read_to: EventId(read_to) })
        })
        .await
    }

    /// The place of the newest event; 0 when nothing happened yet.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn newest_event(&self) -> Result<EventId, StorageError> {
        self.query("look for the newest event", |connection| Ok(EventId(newest(connection)?))).await
    }

    /// Tells at `now` how the connection to a phone is doing.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn record_device_event(
        &self,
        phone: Option<Serial>,
        subject: EventSubject,
        now: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        self.write("tell of a phone's state", move |connection| {
            insert(connection, &NewEventRow::new(millis(now), phone.as_ref(), &subject))
        })
        .await
    }

    /// Forgets all but the newest `keep` events.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn prune_events(&self, keep: u32) -> Result<(), StorageError> {
        loop {
            let forgotten = self.write_untracked("forget old events", move |connection| {
                let end = newest(connection)? - i64::from(keep);
                let oldest =
                    event::table.order(event::id).select(event::id).first::<i64>(connection).optional()?;
                let end = end.min(oldest.unwrap_or_default() + FORGOTTEN_AT_ONCE);
                Ok(diesel::delete(event::table.filter(event::id.le(end))).execute(connection)?)
            });
            if forgotten.await? == 0 {
                return Ok(());
            }
        }
    }
}

/// Tells what happened to `task` at `at`; its attempts are those that it had then.
pub(crate) fn record(
    connection: &mut Connection,
    task: &Task,
    change: TaskChange,
    at: DateTime<Utc>,
) -> Result<(), Fault> {
    let subject = EventSubject::Task { task: task.id, attempt: task.attempt_count, change };
    insert(connection, &NewEventRow::new(millis(at), task.serial.as_ref(), &subject))
}

/// Tells that these tasks, of which nothing was told yet, were made.
pub(crate) fn record_created(connection: &mut Connection, first: i64, last: i64) -> Result<(), Fault> {
    let told = "INSERT INTO event (at, kind, task_id, serial, attempt)
        SELECT created_at, 'task_created', id, serial, 0 FROM task WHERE id BETWEEN $1 AND $2 ORDER BY id";
    let told = diesel::sql_query(told).into_boxed::<Engine>();
    told.bind::<BigInt, _>(first).bind::<BigInt, _>(last).execute(connection)?;
    Ok(())
}

/// Tells that all tasks that are failed now begin again at `now`.
pub(crate) fn record_retried(connection: &mut Connection, now: DateTime<Utc>) -> Result<(), Fault> {
    let told = format!(
        "INSERT INTO event (at, kind, task_id, serial, attempt)
        SELECT $1, 'task_retried', id, serial, attempt_count FROM task WHERE status = {} ORDER BY id",
        Status::Failed.code()
    );
    diesel::sql_query(told).into_boxed::<Engine>().bind::<BigInt, _>(millis(now)).execute(connection)?;
    Ok(())
}

fn insert(connection: &mut Connection, row: &NewEventRow) -> Result<(), Fault> {
    diesel::insert_into(event::table).values(row).execute(connection)?;
    Ok(())
}

fn newest(connection: &mut Connection) -> Result<i64, Fault> {
    let newest = event::table.order(event::id.desc()).select(event::id).first(connection).optional()?;
    Ok(newest.unwrap_or_default())
}

fn matching(filter: &EventFilter, after: EventId, most: u32) -> event::BoxedQuery<'_, Engine> {
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
    query.order(event::id).limit(i64::from(most))
}
