//! Accounts: on which phone each of them lives.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use tikmatrix_domain::{AppKind, Serial, Status, Username};

use crate::connection::Connection;
use crate::error::{Fault, StorageError};
use crate::rows::{self, millis};
use crate::schema::{account, task};
use crate::store::Store;

impl Store {
    /// Binds an account to a phone, recording it if it is not known, and gives that phone to the pending tasks of the
    /// account that had none. Gives the number of these tasks.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn bind_account(
        &self,
        username: Username,
        app: AppKind,
        serial: Serial,
        now: DateTime<Utc>,
    ) -> Result<usize, StorageError> {
        self.write("bind an account to a phone", move |connection| {
            find_or_record(connection, &username, Some(app), now)?;
            let bound = account::username.eq(username.as_str()).and(account::app.eq(app.as_str()));
            diesel::update(account::table.filter(bound))
                .set(account::serial.eq(serial.as_str()))
                .execute(connection)?;
            let waiting = task::table
                .filter(task::username.eq(username.as_str()).and(task::app.eq(app.as_str())))
                .filter(task::serial.is_null())
                .filter(task::status.eq(i32::from(Status::Pending.code())));
            let released = diesel::update(waiting)
                .set((task::serial.eq(serial.as_str()), task::updated_at.eq(millis(now))))
                .execute(connection)?;
            Ok(released)
        })
        .await
    }
}

/// The app of the account called `username` and the phone that it lives on. Without `app` it is the account that has
/// the name; of several, the one of the default app, else the oldest. An unknown one is recorded without a phone.
pub(super) fn find_or_record(
    connection: &mut Connection,
    username: &Username,
    app: Option<AppKind>,
    now: DateTime<Utc>,
) -> Result<(AppKind, Option<Serial>), Fault> {
    let named: Vec<(String, Option<String>)> = account::table
        .filter(account::username.eq(username.as_str()))
        .order(account::id.asc())
        .select((account::app, account::serial))
        .load(connection)?;
    let of = |app: AppKind| named.iter().find(|(name, _)| name == app.as_str());
    let known = match app {
        Some(app) => of(app),
        None => of(AppKind::default()).or(named.first()),
    };
    if let Some((app, serial)) = known {
        return Ok((rows::app(app)?, serial.as_deref().map(rows::serial).transpose()?));
    }
    let app = app.unwrap_or_default();
    diesel::insert_into(account::table)
        .values((
            account::username.eq(username.as_str()),
            account::app.eq(app.as_str()),
            account::created_at.eq(millis(now)),
            account::updated_at.eq(millis(now)),
        ))
        .execute(connection)?;
    Ok((app, None))
}
