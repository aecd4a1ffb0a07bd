//! The rows of accounts, and their conversion to domain types.

use std::collections::HashMap;

use diesel::prelude::*;
use tikmatrix_domain::{Account, AccountId, Tag};

use crate::columns::{Read, app, moment, package, serial, unreadable, username};
use crate::database::connection::{Connection, Engine};
use crate::error::Fault;
use crate::schema::{self, account_tag};

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

/// Converts `rows`, in their order.
pub(crate) fn with_tags(connection: &mut Connection, rows: Vec<AccountRow>) -> Result<Vec<Account>, Fault> {
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let all: Vec<(i64, String)> = account_tag::table
        .filter(account_tag::account_id.eq_any(ids))
        .select((account_tag::account_id, account_tag::tag))
        .load(connection)?;
    let mut tags: HashMap<i64, Vec<Tag>> = HashMap::new();
    for (id, text) in all {
        let tag = Tag::as_found(&text).map_err(|_| unreadable("account_tag.tag", &text))?;
        tags.entry(id).or_default().push(tag);
    }
    // The engines differ in how they sort texts.
    tags.values_mut().for_each(|tags| tags.sort_unstable());
    let accounts = rows.into_iter().map(|row| {
        let tags = tags.remove(&row.id).unwrap_or_default();
        row.into_account(tags)
    });
    Ok(accounts.collect::<Result<_, _>>()?)
}

impl AccountRow {
    fn into_account(self, tags: Vec<Tag>) -> Read<Account> {
        Ok(Account {
            id: AccountId(self.id),
            username: username(&self.username)?,
            app: app(&self.app)?,
            package: self.package.as_deref().map(package).transpose()?,
            serial: self.serial.as_deref().map(serial).transpose()?,
            enabled: self.enabled,
            note: self.note,
            tags,
            created_at: moment("account.created_at", self.created_at)?,
            updated_at: moment("account.updated_at", self.updated_at)?,
        })
    }
}
