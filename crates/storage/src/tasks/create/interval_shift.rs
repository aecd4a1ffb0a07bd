//! The intervals between the tasks of a request on one device. Start times are set when the tasks are created; when a task
//! starts late, because its device was away or busy, those after it are shifted.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use tikmatrix_domain::{Serial, Status, Task, TaskId};

use crate::columns::millis;
use crate::database::connection::{Connection, Engine, insert_rows};
use crate::error::Fault;
use crate::schema::task_interval;

/// A smaller delay shifts nothing, so that most requests are never written again.
const MIN_SHIFT: TimeDelta = TimeDelta::seconds(1);

/// Stores the gap before each of a request's `tasks`.
pub(crate) fn store_gaps(
    connection: &mut Connection,
    tasks: &[TaskId],
    gaps: &[TimeDelta],
) -> Result<(), Fault> {
    let Some(first) = tasks.first() else { return Ok(()) };
    let row = |(task, gap): (&TaskId, &TimeDelta)| {
        (
            task_interval::task_id.eq(task.0),
            task_interval::request.eq(first.0),
            task_interval::gap.eq(gap.num_milliseconds()),
        )
    };
    let rows: Vec<_> = tasks.iter().zip(gaps).map(row).collect();
    insert_rows!(connection, task_interval::table, &rows);
    Ok(())
}

/// Shifts the pending tasks of the same request on the same device behind `started`, which starts at `now`. A task that
/// was attempted before keeps the time of its retry.
pub(crate) fn shift_after_start(
    connection: &mut Connection,
    started: &Task,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    let request = task_interval::table.find(started.id.0).select(task_interval::request);
    match (request.first(connection).optional()?, &started.serial) {
        (Some(request), Some(serial)) => shift(connection, request, serial, now),
        _ => Ok(()),
    }
}

fn shift(
    connection: &mut Connection,
    request: i64,
    serial: &Serial,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    let shift = format!(
        "UPDATE task SET due_at = shifted.earliest, start_time = shifted.earliest, updated_at = $1
        FROM (
            SELECT task.id AS id,
                $2 + CAST(SUM(task_interval.gap) OVER (ORDER BY task.due_at, task.id) AS BIGINT) AS earliest
            FROM task_interval JOIN task ON task.id = task_interval.task_id
            WHERE task_interval.request = $3 AND task.serial = $4 AND task.status = {}
                AND task.attempt_count = 0
        ) AS shifted
        WHERE task.id = shifted.id AND task.due_at < shifted.earliest - {}",
        Status::Pending.code(),
        MIN_SHIFT.num_milliseconds()
    );
    let shift = diesel::sql_query(shift).into_boxed::<Engine>();
    let shift = shift.bind::<BigInt, _>(millis(now)).bind::<BigInt, _>(millis(now));
    shift.bind::<BigInt, _>(request).bind::<Text, _>(serial.as_str()).execute(connection)?;
    Ok(())
}
