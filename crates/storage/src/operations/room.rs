//! Taking a task only while fewer phones work than may. The phones are counted in the transaction that takes the task,
//! so that two claims never share the last place.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use tikmatrix_domain::{LeaseId, Serial, ServerId, Status, Task};

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
    /// Something is due, and the phone works for another server.
    PhoneAtWork,
}

impl Store {
    /// [`Store::claim_next`], as long as fewer than `most` other phones work, on whichever servers, and the phone itself
    /// works for no other server.
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
            let (own, others) = at_work(connection, &serial)?;
            if own.iter().any(|held| ServerId::of(held) != ServerId::of(&lease)) {
                return Ok(Claim::PhoneAtWork);
            }
            if others >= usize::try_from(most).unwrap_or(usize::MAX) {
                return Ok(Claim::NoRoom);
            }
            Ok(Claim::Taken(Box::new(work::claim(connection, &next, lease, now)?)))
        })
        .await
    }
}

/// Under which leases the phone works, and how many other phones do.
fn at_work(connection: &mut Connection, serial: &Serial) -> Result<(Vec<LeaseId>, usize), Fault> {
    let running: Vec<(Option<String>, Option<String>)> = task::table
        .filter(task::status.eq(i32::from(Status::Running.code())))
        .select((task::serial, task::lease))
        .load(connection)?;
    let (own, others): (Vec<_>, Vec<_>) =
        running.into_iter().partition(|(phone, _)| phone.as_deref() == Some(serial.as_str()));
    let others: HashSet<Option<String>> = others.into_iter().map(|(phone, _)| phone).collect();
    Ok((own.into_iter().filter_map(|(_, lease)| lease.map(LeaseId)).collect(), others.len()))
}
