//! The marks that attempts set before they do what cannot be undone.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use tikmatrix_domain::{LeaseId, Serial, TaskId, Username};

use crate::columns::{millis, storable};
use crate::database::open_database::Database;
use crate::error::StorageError;
use crate::materials::reservation;
use crate::schema::{attempt, task};
use crate::store::Store;
use crate::tasks::state::{check_lease, read};

/// The newest mark of a task's attempts that was not withdrawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandingMark {
    /// What the attempt saw before it did what cannot be undone, as JSON.
    pub seen: String,
    /// The marks that other tasks of the script have set since, on the same device or for the same account, in no order.
    pub others_since: Vec<String>,
}

/// The marks of attempts.
#[derive(Clone, Copy)]
#[must_use]
pub struct MarkStore<'store>(&'store Database);

impl Store {
    /// Returns the operations on the marks of attempts.
    pub fn marks(&self) -> MarkStore<'_> {
        MarkStore(&self.database)
    }
}

impl MarkStore<'_> {
    /// Records, at `now`, that the attempt under `lease` is about to do what cannot be undone. `mark` is what it saw before,
    /// as JSON. From then on what it has reserved may be public.
    ///
    /// # Errors
    /// [`StorageError::NoSuchTask`], [`StorageError::Illegal`] when the task does not run under `lease`, or of the database;
    /// it must not be done then.
    pub async fn set(
        self,
        id: TaskId,
        lease: LeaseId,
        mark: String,
        now: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        self.0
            .write("mark an attempt", move |connection| {
                check_lease(connection, id, &lease)?;
                let attempt =
                    attempt::table.filter(attempt::task_id.eq(id.0)).filter(attempt::lease.eq(&lease.0));
                let set = (attempt::mark.eq(storable(&mark)), attempt::marked_at.eq(millis(now)));
                diesel::update(attempt).set(set).execute(connection)?;
                reservation::begin_publishing(connection, &lease, now)
            })
            .await
    }

    /// Records that nothing was done by the marked attempts at the task, which runs under `lease`.
    ///
    /// # Errors
    /// As [`MarkStore::set`]; it may then count as done.
    pub async fn withdraw(self, id: TaskId, lease: LeaseId) -> Result<(), StorageError> {
        self.0
            .write("withdraw the marks of a task", move |connection| {
                check_lease(connection, id, &lease)?;
                let marked =
                    attempt::table.filter(attempt::task_id.eq(id.0)).filter(attempt::mark.is_not_null());
                diesel::update(marked).set(attempt::mark.eq(None::<String>)).execute(connection)?;
                reservation::withdraw_publishing(connection, id)
            })
            .await
    }

    /// Returns the newest mark of the task's attempts that was not withdrawn.
    ///
    /// # Errors
    /// Of the database, [`StorageError::NoSuchTask`] or [`StorageError::Unreadable`].
    pub async fn standing(self, id: TaskId) -> Result<Option<StandingMark>, StorageError> {
        self.0
            .read_tx("read the mark of a task", move |connection| {
                let marked =
                    attempt::table.filter(attempt::task_id.eq(id.0)).filter(attempt::mark.is_not_null());
                let newest = marked.order(attempt::number.desc()).select((attempt::mark, attempt::marked_at));
                let newest = newest.first::<(Option<String>, Option<i64>)>(connection).optional()?;
                let Some((Some(seen), since)) = newest else { return Ok(None) };
                let of = read(connection, id)?;
                let others: Vec<Option<String>> = attempt::table
                    .inner_join(task::table.on(task::id.eq(attempt::task_id)))
                    .filter(task::id.ne(id.0))
                    .filter(task::app.eq(of.app.as_str()))
                    .filter(task::script_name.eq(of.script.as_str()))
                    .filter(
                        task::serial
                            .eq(of.serial.as_ref().map(Serial::as_str))
                            .or(task::username.eq(of.username.as_ref().map(Username::as_str)))
                            .assume_not_null(),
                    )
                    .filter(attempt::mark.is_not_null())
                    // A mark of an earlier version has no time, and may be later.
                    .filter(
                        attempt::marked_at
                            .ge(since.unwrap_or_default())
                            .or(attempt::marked_at.is_null())
                            .assume_not_null(),
                    )
                    .select(attempt::mark)
                    .load(connection)?;
                Ok(Some(StandingMark { seen, others_since: others.into_iter().flatten().collect() }))
            })
            .await
    }
}
