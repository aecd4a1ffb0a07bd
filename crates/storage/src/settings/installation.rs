//! What is known of the data directory itself: since when there is one, and when a server last worked on it. It is kept
//! beside the tasks, so that who forgets the one forgets the other.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::columns::{millis, moment};
use crate::database::connection::Connection;
use crate::error::{Fault, StorageError};
use crate::schema::installation;
use crate::store::Store;

/// The one row.
const ID: i32 = 1;

/// A data directory's age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Installation {
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// The latest time at which a server is known to have worked on it.
    pub last_seen: DateTime<Utc>,
}

impl Store {
    /// The data directory's age; one that has none yet is made at `now`.
    ///
    /// # Errors
    /// Of the database, or [`StorageError::Unreadable`].
    pub async fn installation(&self, now: DateTime<Utc>) -> Result<Installation, StorageError> {
        self.write("look up the data directory's age", move |connection| {
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

    /// Takes note that a server works on the data at `now`. The time that is kept never goes back.
    ///
    /// # Errors
    /// Of the database.
    pub async fn record_seen(&self, now: DateTime<Utc>) -> Result<(), StorageError> {
        self.write_untracked("take note of the time", move |connection| {
            let earlier = installation::table.find(ID).filter(installation::last_seen.lt(millis(now)));
            diesel::update(earlier).set(installation::last_seen.eq(millis(now))).execute(connection)?;
            Ok(())
        })
        .await
    }
}

fn read(connection: &mut Connection) -> Result<Option<Installation>, Fault> {
    let row: Option<(i64, i64)> = installation::table
        .find(ID)
        .select((installation::made_at, installation::last_seen))
        .first(connection)
        .optional()?;
    let Some((made_at, last_seen)) = row else { return Ok(None) };
    let made_at = moment("installation.made_at", made_at)?;
    Ok(Some(Installation { made_at, last_seen: moment("installation.last_seen", last_seen)? }))
}
