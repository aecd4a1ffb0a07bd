//! Making tasks: all of a request's or none.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use tikmatrix_domain::{AppKind, NewTask, Serial, Status, TaskId, Username};

use crate::connection::Connection;
use crate::error::{Fault, StorageError};
use crate::operations::accounts;
use crate::rows::{NewTaskRow, millis};
use crate::schema::{task, task_number};
use crate::store::Store;

/// PostgreSQL takes at most 65,535 values in a statement.
const ROWS_PER_STATEMENT: usize = 1000;

/// What an account settles about its tasks.
type Place = (AppKind, Option<Serial>);

impl Store {
    /// Stores `tasks`, made at `now`, and gives their numbers in the same order. A task of an account gets the app and
    /// the phone of that account; an account that nobody knows yet is recorded, and its tasks wait without a phone.
    ///
    /// # Errors
    /// Of the database only; no task is stored then.
    pub async fn create_tasks(
        &self,
        tasks: Vec<NewTask>,
        now: DateTime<Utc>,
    ) -> Result<Vec<TaskId>, StorageError> {
        self.write("create tasks", move |connection| {
            let mut places = HashMap::new();
            let mut rows = Vec::with_capacity(tasks.len());
            for (id, task) in take_numbers(connection, tasks.len())?.zip(&tasks) {
                let (app, serial) = place(connection, task, &mut places, now)?;
                rows.push(row(id, task, app, serial, now));
            }
            let ids = rows.iter().map(|row| TaskId(row.id)).collect();
            insert(connection, &rows)?;
            Ok(ids)
        })
        .await
    }
}

/// Numbers for `count` tasks, never given before. They are given under the lock of the writing transaction, so that a
/// task with a higher number never becomes visible before one with a lower number.
fn take_numbers(connection: &mut Connection, count: usize) -> Result<RangeInclusive<i64>, Fault> {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    diesel::update(task_number::table)
        .set(task_number::last.eq(task_number::last + count))
        .execute(connection)?;
    let last: i64 = task_number::table.select(task_number::last).first(connection)?;
    Ok(last - count + 1..=last)
}

fn insert(connection: &mut Connection, rows: &[NewTaskRow<'_>]) -> Result<(), Fault> {
    match connection {
        // A prepared statement for each task is the fastest there is where a statement costs no round trip.
        Connection::Sqlite(connection) => {
            for row in rows {
                diesel::insert_into(task::table).values(row).execute(connection)?;
            }
        }
        Connection::Postgres(connection) => {
            for rows in rows.chunks(ROWS_PER_STATEMENT) {
                diesel::insert_into(task::table).values(rows).execute(connection)?;
            }
        }
    }
    Ok(())
}

fn place<'task>(
    connection: &mut Connection,
    new: &'task NewTask,
    places: &mut HashMap<(&'task Username, Option<AppKind>), Place>,
    now: DateTime<Utc>,
) -> Result<Place, Fault> {
    let Some(username) = &new.username else { return Ok((new.app.unwrap_or_default(), None)) };
    if let Some(place) = places.get(&(username, new.app)) {
        return Ok(place.clone());
    }
    let place = accounts::find_or_record(connection, username, new.app, now)?;
    places.insert((username, new.app), place.clone());
    Ok(place)
}

fn row(
    id: i64,
    new: &NewTask,
    app: AppKind,
    account_serial: Option<Serial>,
    now: DateTime<Utc>,
) -> NewTaskRow<'_> {
    let serial = new.serial.clone().or(account_serial);
    NewTaskRow {
        id,
        serial: serial.map(|serial| serial.as_str().to_owned()),
        username: new.username.as_ref().map(Username::as_str),
        app: app.as_str(),
        script_name: new.script.as_str(),
        script_config: &new.script_config,
        source: new.source.text(),
        status: i32::from(Status::Pending.code()),
        start_time: new.start_time.map(millis),
        due_at: millis(new.start_time.map_or(now, |start| start.max(now))),
        progress: 0,
        attempt_count: 0,
        created_at: millis(now),
        updated_at: millis(now),
    }
}
