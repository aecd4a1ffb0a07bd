//! The insertion of new tasks.

use std::collections::{BTreeSet, HashMap};
use std::ops::RangeInclusive;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use tikmatrix_domain::{AppId, NewTask, Serial, Status, TaskId, Username};

use crate::columns::millis;
use crate::database::connection::{Connection, insert_rows, on_engine};
use crate::devices::operations as devices;
use crate::error::Fault;
use crate::events::operations as events;
use crate::schema::{task, task_number};
use crate::tasks::create::configs;
use crate::tasks::rows::NewTaskRow;

/// Inserts the tasks, with `default_app` where they name none, and returns their ids in the same order.
pub(crate) fn insert_all(
    connection: &mut Connection,
    tasks: &[NewTask],
    default_app: AppId,
    now: DateTime<Utc>,
) -> Result<Vec<TaskId>, Fault> {
    let serials: BTreeSet<&Serial> = tasks.iter().filter_map(|task| task.serial.as_ref()).collect();
    devices::register(connection, serials, now)?;
    let numbers = allocate_ids(connection, tasks.len())?;
    let (first, last) = (*numbers.start(), *numbers.end());
    let configs = configs::insert(connection, tasks)?;
    let row = |(number, task): (i64, _)| row(number, task, &configs, default_app, now);
    let rows: Vec<NewTaskRow<'_>> = numbers.zip(tasks).map(row).collect();
    insert_rows!(connection, task::table, &rows);
    events::record_created(connection, first, last)?;
    Ok(rows.iter().map(|row| TaskId(row.id)).collect())
}

/// Allocates ids for `count` tasks; an id is never used twice. There is one writer at a time, so that a task with a higher
/// id never becomes visible before one with a lower id.
fn allocate_ids(connection: &mut Connection, count: usize) -> Result<RangeInclusive<i64>, Fault> {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let last: i64 = on_engine!(connection, own => {
        let last = task_number::last;
        diesel::update(task_number::table).set(last.eq(last + count)).returning(last).get_result(own)?
    });
    Ok(last - count + 1..=last)
}

fn row<'task>(
    number: i64,
    new: &'task NewTask,
    configs: &HashMap<&str, i64>,
    default_app: AppId,
    now: DateTime<Utc>,
) -> NewTaskRow<'task> {
    let config = configs::stored(&new.script_config, configs);
    NewTaskRow {
        id: number,
        serial: new.serial.as_ref().map(Serial::as_str),
        username: new.username.as_ref().map(Username::as_str),
        app: new.app.unwrap_or(default_app).to_string(),
        script_name: new.script.as_str(),
        script_config: config.in_row,
        source: new.source.as_str(),
        status: i32::from(Status::Pending.code()),
        start_time: new.start_time.map(millis),
        due_at: millis(new.start_time.map_or(now, |start| start.max(now))),
        progress: 0,
        attempt_count: 0,
        created_at: millis(now),
        updated_at: millis(now),
        priority: new.options.priority,
        max_retries: counted(new.options.max_retries),
        time_limit: new.options.time_limit.map(|limit| i64::try_from(limit.as_millis()).unwrap_or(i64::MAX)),
        config_id: config.id,
        config_bytes: config.bytes,
    }
}

fn counted(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
