//! The turns of tasks among the lines of a source, such as a list of captions: each account takes the lines of a source in
//! order. A turn is reserved, used and given back as a material is, in the same transactions.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use tikmatrix_domain::{LeaseId, Serial, Task, TaskId, Username};

use crate::columns::millis;
use crate::database::connection::Connection;
use crate::error::{Fault, StorageError};
use crate::materials::rows::active_leases;
use crate::tasks::state::read;

diesel::table! {
    turn_counter (owner, source) {
        owner -> Text,
        source -> Text,
        next -> BigInt,
    }
}

diesel::table! {
    turn (owner, source, position) {
        owner -> Text,
        source -> Text,
        position -> BigInt,
        task_id -> BigInt,
        lease -> Text,
        publishing_at -> Nullable<BigInt>,
        used_at -> Nullable<BigInt>,
    }
}

/// A row of `turn`.
#[derive(Queryable)]
struct TakenTurn {
    position: i64,
    task_id: i64,
    lease: String,
    publishing_at: Option<i64>,
    used_at: Option<i64>,
}

/// Reserves a turn as `ReservationStore::take_turn` says.
pub(super) fn take(
    connection: &mut Connection,
    source: &str,
    task: TaskId,
    lease: &LeaseId,
) -> Result<u64, Fault> {
    let owner = owner(&read(connection, task)?);
    let position = first_free(connection, &owner, source, (task, lease))?;
    diesel::delete(turn::table.find((&owner, source, position))).execute(connection)?;
    let row = (
        turn::owner.eq(&owner),
        turn::source.eq(source),
        turn::position.eq(position),
        turn::task_id.eq(task.0),
        turn::lease.eq(&lease.0),
    );
    diesel::insert_into(turn::table).values(row).execute(connection)?;
    let unreadable = |_| StorageError::Unreadable { what: "turn", value: position.to_string() };
    Ok(u64::try_from(position).map_err(unreadable)?)
}

/// Whose turns a task takes: its account's in its app, else its device's.
fn owner(task: &Task) -> String {
    let app = task.app.as_str();
    let username = task.username.as_ref().map(|name| format!("@{}", Username::as_str(name)));
    let serial = task.serial.as_ref().map(|serial| Serial::as_str(serial).to_owned());
    format!("{app}/{}", username.or(serial).unwrap_or_default())
}

/// Returns the first turn that no other attempt than `by` has used or holds.
fn first_free(
    connection: &mut Connection,
    owner: &str,
    source: &str,
    by: (TaskId, &LeaseId),
) -> Result<i64, Fault> {
    let (task, lease) = by;
    let next = turn_counter::table.find((owner, source)).select(turn_counter::next);
    let next: i64 = next.first(connection).optional()?.unwrap_or_default();
    let known = known(connection, owner, source, next)?;
    if let Some(own) = known.iter().find(|row| row.task_id == task.0 && row.lease == lease.0) {
        return Ok(own.position);
    }
    let active = active_leases(connection, known.iter().map(|row| row.task_id))?;
    let is_held = |row: &&TakenTurn| {
        row.used_at.is_some() || row.publishing_at.is_some() || active.contains(&row.lease)
    };
    let held: BTreeSet<i64> = known.iter().filter(is_held).map(|row| row.position).collect();
    Ok((next..).find(|position| !held.contains(position)).unwrap_or(next))
}

/// Loads the turns that tasks have taken, from `next` on, in order.
fn known(connection: &mut Connection, owner: &str, source: &str, next: i64) -> Result<Vec<TakenTurn>, Fault> {
    let rows = turn::table
        .filter(turn::owner.eq(owner))
        .filter(turn::source.eq(source))
        .filter(turn::position.ge(next))
        .order(turn::position)
        .select((turn::position, turn::task_id, turn::lease, turn::publishing_at, turn::used_at));
    Ok(rows.load(connection)?)
}

/// Records that the turns which the task has reserved under `lease`, or may have published in an earlier attempt, are used,
/// and advances the counters past them.
pub(super) fn mark_used(
    connection: &mut Connection,
    id: TaskId,
    lease: &LeaseId,
    at: DateTime<Utc>,
) -> Result<(), Fault> {
    let own = turn::table
        .filter(turn::task_id.eq(id.0))
        .filter(turn::lease.eq(&lease.0).or(turn::publishing_at.is_not_null()))
        .filter(turn::used_at.is_null());
    let sources: Vec<(String, String)> = own.select((turn::owner, turn::source)).load(connection)?;
    diesel::update(own).set(turn::used_at.eq(millis(at))).execute(connection)?;
    for (owner, source) in sources {
        advance(connection, &owner, &source)?;
    }
    Ok(())
}

/// Advances a counter past the turns that follow it without a gap and are used, or may be used by an attempt that has ended,
/// and forgets them.
fn advance(connection: &mut Connection, owner: &str, source: &str) -> Result<(), Fault> {
    let counter = turn_counter::table.find((owner, source));
    let counted: Option<i64> = counter.select(turn_counter::next).first(connection).optional()?;
    let mut next = counted.unwrap_or_default();
    let of_source = turn::table.filter(turn::owner.eq(owner)).filter(turn::source.eq(source));
    let known = known(connection, owner, source, next)?;
    let active = active_leases(connection, known.iter().map(|row| row.task_id))?;
    for row in known {
        let may_be_used = row.publishing_at.is_some() && !active.contains(&row.lease);
        if row.position != next || !(row.used_at.is_some() || may_be_used) {
            break;
        }
        next += 1;
    }
    diesel::delete(of_source.filter(turn::position.lt(next))).execute(connection)?;
    if counted.is_some() {
        diesel::update(counter).set(turn_counter::next.eq(next)).execute(connection)?;
    } else {
        let row =
            (turn_counter::owner.eq(owner), turn_counter::source.eq(source), turn_counter::next.eq(next));
        diesel::insert_into(turn_counter::table).values(row).execute(connection)?;
    }
    Ok(())
}

/// Records that the publication of what has the turns under `lease` starts at `now`.
pub(super) fn begin_publishing(
    connection: &mut Connection,
    lease: &LeaseId,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    let own = turn::table.filter(turn::lease.eq(&lease.0));
    diesel::update(own).set(turn::publishing_at.eq(millis(now))).execute(connection)?;
    Ok(())
}

/// Records that the task has published nothing with the turns that it may have used.
pub(super) fn withdraw_publishing(connection: &mut Connection, id: TaskId) -> Result<(), Fault> {
    let own = turn::table.filter(turn::task_id.eq(id.0)).filter(turn::used_at.is_null());
    diesel::update(own).set(turn::publishing_at.eq(None::<i64>)).execute(connection)?;
    Ok(())
}
