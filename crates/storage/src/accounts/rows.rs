//! The rows of accounts, and their conversion to domain types.

use diesel::prelude::*;
use tikmatrix_domain::{Account, AccountId};

use crate::columns::{Read, app, moment, package, serial, username};
use crate::database::connection::Engine;
use crate::schema;

#[derive(Queryable, Selectable)]
#[diesel(table_name = schema::account, check_for_backend(Engine))]
pub(crate) struct AccountRow {
    id: i64,
    username: String,
    app: String,
    serial: Option<String>,
    created_at: i64,
    package: Option<String>,
    enabled: bool,
    note: String,
    updated_at: i64,
}

impl AccountRow {
    pub(crate) fn into_account(self) -> Read<Account> {
        Ok(Account {
            id: AccountId(self.id),
            username: username(&self.username)?,
            app: app(&self.app)?,
            package: self.package.as_deref().map(package).transpose()?,
            serial: self.serial.as_deref().map(serial).transpose()?,
            enabled: self.enabled,
            note: self.note,
            created_at: moment("account.created_at", self.created_at)?,
            updated_at: moment("account.updated_at", self.updated_at)?,
        })
    }
}
