//! Taking a task only while fewer phones work than may. The phones are counted in the transaction that takes the task,
//! so that two claims never share the last place.

use chrono::{DateTime, Utc};
use diesel::dsl::count;
use diesel::prelude::*;
use tikmatrix_domain::{LeaseId, Serial, Status, Task};

use super::work;
use crate::connection::Connection;
use crate::error::{Fault, StorageError};
use crate::schema::task;
use crate::store::Store;

/// What asking for a task came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Claim {
    /// The task is taken.
    Taken(Box<Task>),
    /// Nothing is due.
    NothingDue,
    /// Something is due, and as many other phones work as may.
    NoRoom,
}

impl Store {
    /// [`Store::claim_next`], as long as fewer than `most` other phones work.
    ///
    /// # Errors
    /// As [`Store::claim_next`].
    pub async fn claim_within(
        &self,
        most: u32,
        serial: Serial,
        lease: LeaseId,
        now: DateTime<Utc>,
    ) -> Result<Claim, StorageError> {
        self.write("claim a task within the limit", move |connection| {
            let Some(next) = work::next_in_turn(connection, &serial, now)? else {
                return Ok(Claim::NothingDue);
            };
            if others_at_work(connection, &serial)? >= i64::from(most) {
                return Ok(Claim::NoRoom);
            }
            Ok(Claim::Taken(Box::new(work::claim(connection, &next, lease, now)?)))
        })
        .await
    }
}

/// How many phones but this one have a running task.
fn others_at_work(connection: &mut Connection, serial: &Serial) -> Result<i64, Fault> {
    let running = task::table
        .filter(task::status.eq(i32::from(Status::Running.code())))
        .filter(task::serial.ne(serial.as_str()));
    Ok(running.select(count(task::serial).aggregate_distinct()).get_result(connection)?)
}
