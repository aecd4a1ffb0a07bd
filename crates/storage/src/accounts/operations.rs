//! Accounts, and the device that each is bound to. The pending tasks of an account are on its device: both change in one
//! transaction, and a task that becomes pending again goes there.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use tikmatrix_domain::{
    Account, AccountChange, AccountId, AccountUpsert, AppId, PackageName, Serial, Status, Tag, Task, Username,
};

use crate::accounts::rows::{AccountRow, with_tags};
use crate::cluster::signals;
use crate::columns::{self, millis};
use crate::database::connection::{Connection, Engine};
use crate::database::open_database::Database;
use crate::devices::operations as devices;
use crate::error::{Fault, StorageError};
use crate::page::NumberedPage;
use crate::schema::{account, account_tag, task};
use crate::store::Store;

/// The result of the deletion of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountRemoval {
    /// It is deleted.
    Removed,
    /// There is no such account.
    NotThere,
    /// It is not deleted, because unfinished tasks need it.
    Needed {
        /// The number of these tasks.
        tasks: u64,
    },
}

/// A filter of accounts: each field that is set narrows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountFilter {
    /// Only accounts of this name.
    pub username: Option<Username>,
    /// Only accounts in this app.
    pub app: Option<AppId>,
    /// Only accounts that are bound to this device.
    pub serial: Option<Serial>,
    /// Only accounts that are enabled, or that are not.
    pub enabled: Option<bool>,
    /// Only accounts that carry this tag.
    pub tag: Option<Tag>,
}

/// The accounts.
#[derive(Clone, Copy)]
#[must_use]
pub struct AccountStore<'store>(&'store Database);

impl Store {
    /// Returns the operations on accounts.
    pub fn accounts(&self) -> AccountStore<'_> {
        AccountStore(&self.database)
    }
}

impl AccountStore<'_> {
    /// Creates an account, at `now`. Returns `None`, and changes nothing, when its app has an account of that name already.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn create(
        self,
        wanted: AccountUpsert,
        now: DateTime<Utc>,
    ) -> Result<Option<Account>, StorageError> {
        self.0
            .write("create an account", move |connection| {
                if find(connection, &wanted.username, wanted.app)?.is_some() {
                    return Ok(None);
                }
                upsert(connection, wanted, now)
            })
            .await
    }

    /// Creates or changes each of `wanted`, at `now`: all of them or, on an error, none. Returns the number of new ones.
    ///
    /// # Errors
    /// Of the database, or [`StorageError::Unreadable`].
    pub async fn import(self, wanted: Vec<AccountUpsert>, now: DateTime<Utc>) -> Result<usize, StorageError> {
        self.0
            .write("import accounts", move |connection| {
                let mut new = 0;
                for wanted in wanted {
                    new += usize::from(find(connection, &wanted.username, wanted.app)?.is_none());
                    upsert(connection, wanted, now)?;
                }
                Ok(new)
            })
            .await
    }

    /// Loads an account; `None` if there is none with this id.
    ///
    /// # Errors
    /// Of the database, or [`StorageError::Unreadable`].
    pub async fn find(self, id: AccountId) -> Result<Option<Account>, StorageError> {
        self.0.read_tx("read an account", move |connection| by_id(connection, id)).await
    }

    /// Loads one page of the accounts that match `filter`, oldest first, and counts all that match.
    ///
    /// # Errors
    /// Of the database, or [`StorageError::Unreadable`].
    pub async fn list(
        self,
        filter: AccountFilter,
        page: NumberedPage,
    ) -> Result<(Vec<Account>, u64), StorageError> {
        self.0
            .read_tx("list accounts", move |connection| {
                let total: i64 = matching(&filter).count().get_result(connection)?;
                let rows: Vec<AccountRow> = matching(&filter)
                    .order(account::id)
                    .limit(page.limit())
                    .offset(page.offset())
                    .select(AccountRow::as_select())
                    .load(connection)?;
                Ok((with_tags(connection, rows)?, u64::try_from(total).unwrap_or_default()))
            })
            .await
    }

    /// Changes an account, at `now`. When it is bound to another device, its pending tasks move with it; when it is bound
    /// to none, they wait until it has one again. Returns `None` if there is no such account.
    ///
    /// # Errors
    /// Of the database, or [`StorageError::Unreadable`].
    pub async fn change(
        self,
        id: AccountId,
        change: AccountChange,
        now: DateTime<Utc>,
    ) -> Result<Option<Account>, StorageError> {
        self.0
            .write("change an account", move |connection| {
                let Some(before) = by_id(connection, id)? else { return Ok(None) };
                apply(connection, &before, change, now)?;
                by_id(connection, id)
            })
            .await
    }

    /// Deletes an account that no unfinished task needs. Finished tasks keep its name.
    ///
    /// # Errors
    /// Of the database, or [`StorageError::Unreadable`].
    pub async fn delete(self, id: AccountId) -> Result<AccountRemoval, StorageError> {
        self.0
            .write("delete an account", move |connection| {
                let Some(account) = by_id(connection, id)? else { return Ok(AccountRemoval::NotThere) };
                let tasks = unfinished(connection, &account)?;
                if tasks > 0 {
                    return Ok(AccountRemoval::Needed { tasks });
                }
                diesel::delete(account::table.find(id.0)).execute(connection)?;
                Ok(AccountRemoval::Removed)
            })
            .await
    }
}

/// Finds the app and the device of the account called `username`; `None` if there is none. Without `app`, several accounts
/// may have the name: then it is the one of the `default` app, else the oldest.
pub(crate) fn assignment(
    connection: &mut Connection,
    username: &Username,
    app: Option<AppId>,
    default: AppId,
) -> Result<Option<(AppId, Option<Serial>)>, Fault> {
    let named: Vec<(String, Option<String>)> = account::table
        .filter(account::username.eq(username.as_str()))
        .order(account::id.asc())
        .select((account::app, account::serial))
        .load(connection)?;
    let of = |app: AppId| named.iter().find(|(name, _)| name == app.as_str());
    let known = match app {
        Some(app) => of(app),
        None => of(default).or(named.first()),
    };
    let Some((app, serial)) = known else { return Ok(None) };
    Ok(Some((columns::app(app)?, serial.as_deref().map(columns::serial).transpose()?)))
}

/// Moves `task`, which becomes pending again, to the device of its account, and returns the task's device. The account may
/// have been bound to another device, or to none, in the meantime; one that was deleted is created again, as for a new
/// task.
pub(crate) fn assign_account_device(
    connection: &mut Connection,
    task: &Task,
    now: DateTime<Utc>,
) -> Result<Option<Serial>, Fault> {
    let Some(username) = &task.username else { return Ok(task.serial.clone()) };
    let serial = match assignment(connection, username, Some(task.app), task.app)? {
        Some((_, serial)) => serial,
        None => {
            insert(connection, username, task.app, now)?;
            None
        }
    };
    if serial != task.serial {
        diesel::update(task::table.find(task.id.0))
            .set(task::serial.eq(serial.as_ref().map(Serial::as_str)))
            .execute(connection)?;
        signals::bump_wakeup(connection)?;
    }
    Ok(serial)
}

/// Moves every failed task to the device of its account, as [`assign_account_device`] does.
pub(crate) fn assign_failed_tasks(connection: &mut Connection, now: DateTime<Utc>) -> Result<(), Fault> {
    let failed = Status::Failed.code();
    let account = "FROM account WHERE account.username = task.username AND account.app = task.app";
    let record = format!(
        "INSERT INTO account (username, app, created_at, updated_at)
        SELECT DISTINCT username, app, $1, $2 FROM task
        WHERE status = {failed} AND username IS NOT NULL AND NOT EXISTS (SELECT 1 {account})"
    );
    let record = diesel::sql_query(record).into_boxed::<Engine>();
    record.bind::<BigInt, _>(millis(now)).bind::<BigInt, _>(millis(now)).execute(connection)?;
    let put = format!(
        "UPDATE task SET serial = (SELECT account.serial {account})
        WHERE status = {failed} AND username IS NOT NULL
        AND serial IS DISTINCT FROM (SELECT account.serial {account})"
    );
    diesel::sql_query(put).into_boxed::<Engine>().execute(connection)?;
    Ok(())
}

/// Creates the account if there is none, and changes it to `wanted`.
fn upsert(
    connection: &mut Connection,
    wanted: AccountUpsert,
    now: DateTime<Utc>,
) -> Result<Option<Account>, Fault> {
    let AccountUpsert { username, app, details } = wanted;
    if find(connection, &username, app)?.is_none() {
        insert(connection, &username, app, now)?;
    }
    if let Some(before) = find(connection, &username, app)? {
        apply(connection, &before, details, now)?;
    }
    find(connection, &username, app)
}

/// Creates an account without a device.
pub(crate) fn insert(
    connection: &mut Connection,
    username: &Username,
    app: AppId,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    diesel::insert_into(account::table)
        .values((
            account::username.eq(username.as_str()),
            account::app.eq(app.as_str()),
            account::created_at.eq(millis(now)),
            account::updated_at.eq(millis(now)),
        ))
        .execute(connection)?;
    Ok(())
}

fn by_id(connection: &mut Connection, id: AccountId) -> Result<Option<Account>, Fault> {
    let row = account::table.find(id.0).select(AccountRow::as_select()).first(connection).optional()?;
    Ok(with_tags(connection, row.into_iter().collect())?.pop())
}

fn find(connection: &mut Connection, username: &Username, app: AppId) -> Result<Option<Account>, Fault> {
    let named = account::username.eq(username.as_str()).and(account::app.eq(app.as_str()));
    let row = account::table.filter(named).select(AccountRow::as_select()).first(connection).optional()?;
    Ok(with_tags(connection, row.into_iter().collect())?.pop())
}

fn matching(filter: &AccountFilter) -> account::BoxedQuery<'static, Engine> {
    let mut query = account::table.into_boxed();
    if let Some(username) = &filter.username {
        query = query.filter(account::username.eq(username.as_str().to_owned()));
    }
    if let Some(app) = filter.app {
        query = query.filter(account::app.eq(app.to_string()));
    }
    if let Some(serial) = &filter.serial {
        query = query.filter(account::serial.eq(serial.as_str().to_owned()));
    }
    if let Some(enabled) = filter.enabled {
        query = query.filter(account::enabled.eq(enabled));
    }
    if let Some(tag) = &filter.tag {
        let tagged = account_tag::table
            .filter(account_tag::tag.eq(tag.as_str().to_owned()))
            .select(account_tag::account_id);
        query = query.filter(account::id.eq_any(tagged));
    }
    query
}

/// Changes the account. Its pending tasks move to its device.
fn apply(
    connection: &mut Connection,
    before: &Account,
    change: AccountChange,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    if change == AccountChange::default() {
        return Ok(());
    }
    let package = change.package.apply(before.package.clone());
    let serial = change.serial.apply(before.serial.clone());
    diesel::update(account::table.find(before.id.0))
        .set((
            account::package.eq(package.as_ref().map(PackageName::as_str)),
            account::serial.eq(serial.as_ref().map(Serial::as_str)),
            account::enabled.eq(change.enabled.unwrap_or(before.enabled)),
            account::note.eq(change.note.as_ref().unwrap_or(&before.note)),
            account::updated_at.eq(millis(now)),
        ))
        .execute(connection)?;
    if let Some(tags) = &change.tags {
        diesel::delete(account_tag::table.filter(account_tag::account_id.eq(before.id.0)))
            .execute(connection)?;
        for tag in tags {
            diesel::insert_into(account_tag::table)
                .values((account_tag::account_id.eq(before.id.0), account_tag::tag.eq(tag.as_str())))
                .execute(connection)?;
        }
    }
    if serial == before.serial {
        return Ok(());
    }
    if let Some(serial) = &serial {
        devices::register(connection, [serial], now)?;
    }
    let waiting = task::table
        .filter(task::username.eq(before.username.as_str()).and(task::app.eq(before.app.as_str())))
        .filter(task::status.eq(i32::from(Status::Pending.code())));
    diesel::update(waiting)
        .set((task::serial.eq(serial.as_ref().map(Serial::as_str)), task::updated_at.eq(millis(now))))
        .execute(connection)?;
    signals::bump_wakeup(connection)
}

/// Counts the unfinished tasks of the account.
fn unfinished(connection: &mut Connection, of: &Account) -> Result<u64, Fault> {
    let open = [Status::Pending, Status::Running].map(|status| i32::from(status.code()));
    let count: i64 = task::table
        .filter(task::username.eq(of.username.as_str()).and(task::app.eq(of.app.as_str())))
        .filter(task::status.eq_any(open))
        .count()
        .get_result(connection)?;
    Ok(u64::try_from(count).unwrap_or_default())
}
