//! The pace of a request's tasks on a phone: each begins its interval after the one before it began. Their starts are
//! settled when they are made; when one begins late, since its phone was away or at work, those after it begin later too.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use tikmatrix_domain::{Serial, Status, Task, TaskId};

use crate::columns::millis;
use crate::database::connection::{Connection, Engine};
use crate::error::Fault;
use crate::schema::pace;
use crate::tasks::create::insert::ROWS_PER_STATEMENT;

/// A task that begins so little late changes nothing: no start is to the moment, and most requests are never written
/// again.
const TOLERANCE: TimeDelta = TimeDelta::seconds(1);

/// Settles how much later than the one before it each of a request's `tasks` begins.
pub(crate) fn store_gaps(
    connection: &mut Connection,
    tasks: &[TaskId],
    apart: &[TimeDelta],
) -> Result<(), Fault> {
    let Some(first) = tasks.first() else { return Ok(()) };
    let row = |(task, gap): (&TaskId, &TimeDelta)| {
        (pace::task_id.eq(task.0), pace::request.eq(first.0), pace::gap.eq(gap.num_milliseconds()))
    };
    let rows: Vec<_> = tasks.iter().zip(apart).map(row).collect();
    match connection {
        Connection::Sqlite(connection) => {
            for row in rows {
                diesel::insert_into(pace::table).values(row).execute(connection)?;
            }
        }
        Connection::Postgres(connection) => {
            for rows in rows.chunks(ROWS_PER_STATEMENT) {
                diesel::insert_into(pace::table).values(rows).execute(connection)?;
            }
        }
    }
    Ok(())
}

/// Lets the tasks of the same request that the phone has not begun wait for their turn after `begun`, which begins `now`.
pub(crate) fn shift_after_start(
    connection: &mut Connection,
    begun: &Task,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    let request = pace::table.find(begun.id.0).select(pace::request).first(connection).optional()?;
    match (request, &begun.serial) {
        (Some(request), Some(serial)) => shift(connection, request, serial, now),
        _ => Ok(()),
    }
}

/// Puts off, from `now`, those of `request` that wait for the phone; one that was begun before waits for its own moment.
pub(crate) fn shift(
    connection: &mut Connection,
    request: i64,
    serial: &Serial,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    let put_off = format!(
        "UPDATE task SET due_at = turn.at_least, start_time = turn.at_least, updated_at = $1
        FROM (
            SELECT task.id AS id,
                $2 + CAST(SUM(pace.gap) OVER (ORDER BY task.due_at, task.id) AS BIGINT) AS at_least
            FROM pace JOIN task ON task.id = pace.task_id
            WHERE pace.request = $3 AND task.serial = $4 AND task.status = {} AND task.attempt_count = 0
        ) AS turn
        WHERE task.id = turn.id AND task.due_at < turn.at_least - {}",
        Status::Pending.code(),
        TOLERANCE.num_milliseconds()
    );
    let put_off = diesel::sql_query(put_off).into_boxed::<Engine>();
    let put_off = put_off.bind::<BigInt, _>(millis(now)).bind::<BigInt, _>(millis(now));
    put_off.bind::<BigInt, _>(request).bind::<Text, _>(serial.as_str()).execute(connection)?;
    Ok(())
}
