//! The age of the data directory: when it was created, and when a server last worked on it. It is stored beside the tasks,
//! so that neither can be deleted without the other.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::columns::{millis, moment};
use crate::database::connection::Connection;
use crate::error::{Fault, StorageError};
use crate::schema::installation;
use crate::settings::operations::SettingsStore;

/// The id of the one row.
const ID: i32 = 1;

/// The age of a data directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Installation {
    /// When it was created.
    pub made_at: DateTime<Utc>,
    /// The latest time at which a server is known to have worked on it.
    pub last_seen: DateTime<Utc>,
    /// What the clock showed when it was first found to be before that. `None` while it is not.
    pub set_back_at: Option<DateTime<Utc>>,
    /// When the newest of the licences that were in force was issued.
    pub newest_license: Option<DateTime<Utc>>,
}

impl SettingsStore<'_> {
    /// Returns the age of the data directory. One that has none yet is created at `now`.
    ///
    /// # Errors
    /// Of the database, or [`StorageError::Unreadable`].
    pub async fn installation(self, now: DateTime<Utc>) -> Result<Installation, StorageError> {
        self.0
            .write("look up the data directory's age", move |connection| {
                if let Some(known) = read(connection)? {
                    return Ok(known);
                }
                let row = (
                    installation::id.eq(ID),
                    installation::made_at.eq(millis(now)),
                    installation::last_seen.eq(millis(now)),
                );
                diesel::insert_into(installation::table).values(row).execute(connection)?;
                read(connection)?.ok_or(Fault::Database(diesel::result::Error::NotFound))
            })
            .await
    }

    /// Records that a server works on the data at `now`. The recorded time never goes back.
    ///
    /// # Errors
    /// Of the database.
    pub async fn record_seen(self, now: DateTime<Utc>) -> Result<(), StorageError> {
        self.0
            .write("record the time", move |connection| {
                let earlier = installation::table.find(ID).filter(installation::last_seen.lt(millis(now)));
                diesel::update(earlier).set(installation::last_seen.eq(millis(now))).execute(connection)?;
                Ok(())
            })
            .await
    }

    /// Replaces everything that is recorded of the clock, also by an earlier time.
    ///
    /// # Errors
    /// Of the database.
    pub async fn replace_times(self, times: Installation) -> Result<(), StorageError> {
        self.0
            .write("record the clock", move |connection| {
                let times = (
                    installation::last_seen.eq(millis(times.last_seen)),
                    installation::set_back_at.eq(times.set_back_at.map(millis)),
                    installation::newest_license.eq(times.newest_license.map(millis)),
                );
                diesel::update(installation::table.find(ID)).set(times).execute(connection)?;
                Ok(())
            })
            .await
    }
}

fn read(connection: &mut Connection) -> Result<Option<Installation>, Fault> {
    let row: Option<(i64, i64, Option<i64>, Option<i64>)> = installation::table
        .find(ID)
        .select((
            installation::made_at,
            installation::last_seen,
            installation::set_back_at,
            installation::newest_license,
        ))
        .first(connection)
        .optional()?;
    let Some((made_at, last_seen, set_back_at, newest_license)) = row else { return Ok(None) };
    Ok(Some(Installation {
        made_at: moment("installation.made_at", made_at)?,
        last_seen: moment("installation.last_seen", last_seen)?,
        set_back_at: set_back_at.map(|at| moment("installation.set_back_at", at)).transpose()?,
        newest_license: newest_license.map(|at| moment("installation.newest_license", at)).transpose()?,
    }))
}
