//! Making tasks: all of a request's or none.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use tikmatrix_domain::{AppKind, NewTask, Serial, Status, TaskId, Username};

use crate::error::{Fault, StorageError};
use crate::operations::accounts;
use crate::rows::{NewTaskRow, millis};
use crate::schema::task;
use crate::store::{Connection, Store};

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
            tasks.iter().map(|task| insert(connection, task, &mut places, now)).collect()
        })
        .await
    }
}

fn insert<'task>(
    connection: &mut Connection,
    new: &'task NewTask,
    places: &mut HashMap<(&'task Username, Option<AppKind>), Place>,
    now: DateTime<Utc>,
) -> Result<TaskId, Fault> {
    let (app, account_serial) = match &new.username {
        None => (new.app.unwrap_or_default(), None),
        Some(username) => match places.get(&(username, new.app)) {
            Some(place) => place.clone(),
            None => {
                let place = accounts::find_or_record(connection, username, new.app, now)?;
                places.insert((username, new.app), place.clone());
                place
            }
        },
    };
    let serial = new.serial.as_ref().or(account_serial.as_ref());
    let row = NewTaskRow {
        serial: serial.map(Serial::as_str),
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
    };
    // One statement a task: what a statement of many rows returns has no order that the standard promises.
    Ok(TaskId(diesel::insert_into(task::table).values(row).returning(task::id).get_result(connection)?))
}
