//! The settings, each stored under its name. One that was never changed is not stored.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use diesel::prelude::*;
use tikmatrix_domain::{
    AppId, Backoff, DEFAULT_RETRY_BACKOFF, PackageName, Settings, SettingsChange, Username,
};

use crate::cluster::signals::bump_wakeup;
use crate::columns::{self, package, unreadable};
use crate::database::connection::Connection;
use crate::database::open_database::Database;
use crate::error::{Fault, StorageError};
use crate::schema::{account, setting};
use crate::store::Store;

const DEFAULT_APP: &str = "default_app";
/// The package of an app is stored under this prefix and the id of the app.
const PACKAGE_PREFIX: &str = "package/";
const MAX_RETRIES: &str = "max_retries";
const RETRY_FIRST_WAIT: &str = "retry_first_wait";
const RETRY_LONGEST_WAIT: &str = "retry_longest_wait";
const RANDOM_ORDER: &str = "random_order";
const PAUSED: &str = "paused";
const MAX_DEVICES_AT_WORK: &str = "max_devices_at_work";

/// The settings.
#[derive(Clone, Copy)]
#[must_use]
pub struct SettingsStore<'store>(pub(crate) &'store Database);

impl Store {
    /// Returns the operations on the settings.
    pub fn settings(&self) -> SettingsStore<'_> {
        SettingsStore(&self.database)
    }
}

impl SettingsStore<'_> {
    /// Loads the settings.
    ///
    /// # Errors
    /// Of the database, or [`StorageError::Unreadable`].
    pub async fn load(self) -> Result<Settings, StorageError> {
        self.0.read_tx("read the settings", load).await
    }

    /// Changes settings, and returns all of them.
    ///
    /// # Errors
    /// Of the database, or [`StorageError::Unreadable`].
    pub async fn change(self, change: SettingsChange) -> Result<Settings, StorageError> {
        self.0
            .write("change the settings", move |connection| {
                if change == SettingsChange::default() {
                    return load(connection);
                }
                let settings = change.apply(load(connection)?);
                store(connection, &settings)?;
                bump_wakeup(connection)?;
                Ok(settings)
            })
            .await
    }

    /// Returns the package of an account's app: the account's own, else that of the settings, else `None`. Without an
    /// account it is that of the settings.
    ///
    /// # Errors
    /// Of the database, or [`StorageError::Unreadable`].
    pub async fn package_for(
        self,
        username: Option<Username>,
        app: AppId,
    ) -> Result<Option<PackageName>, StorageError> {
        self.0
            .read_tx("look up an app's package", move |connection| {
                let own = match username {
                    None => None,
                    Some(username) => own_package(connection, &username, app)?,
                };
                match own {
                    Some(own) => Ok(Some(own)),
                    None => Ok(load(connection)?.packages.remove(&app)),
                }
            })
            .await
    }
}

pub(crate) fn load(connection: &mut Connection) -> Result<Settings, Fault> {
    let rows: Vec<(String, String)> =
        setting::table.select((setting::name, setting::value)).load(connection)?;
    let values: HashMap<String, String> = rows.into_iter().collect();
    let value = |name: &str| values.get(name).map(String::as_str).filter(|value| !value.is_empty());
    let flag = |name: &'static str| match value(name) {
        None => Ok(false),
        Some(text) => text.parse().map_err(|_| unreadable(name, text)),
    };
    let seconds = |name: &'static str, default| match value(name) {
        None => Ok(default),
        Some(text) => text.parse().map(Duration::from_secs).map_err(|_| unreadable(name, text)),
    };
    Ok(Settings {
        default_app: value(DEFAULT_APP).map(columns::app).transpose()?,
        packages: packages(&values)?,
        max_retries: match value(MAX_RETRIES) {
            None => 0,
            Some(text) => text.parse().map_err(|_| unreadable(MAX_RETRIES, text))?,
        },
        retry_backoff: Backoff {
            initial: seconds(RETRY_FIRST_WAIT, DEFAULT_RETRY_BACKOFF.initial)?,
            max: seconds(RETRY_LONGEST_WAIT, DEFAULT_RETRY_BACKOFF.max)?,
        },
        random_order: flag(RANDOM_ORDER)?,
        paused: flag(PAUSED)?,
        max_devices_at_work: value(MAX_DEVICES_AT_WORK)
            .map(|text| text.parse().map_err(|_| unreadable(MAX_DEVICES_AT_WORK, text)))
            .transpose()?,
    })
}

fn packages(values: &HashMap<String, String>) -> Result<BTreeMap<AppId, PackageName>, StorageError> {
    let named = values.iter().filter_map(|(name, value)| Some((name.strip_prefix(PACKAGE_PREFIX)?, value)));
    named.map(|(app, value)| Ok((columns::app(app)?, package(value)?))).collect()
}

fn store(connection: &mut Connection, settings: &Settings) -> Result<(), Fault> {
    let packages = settings.packages.iter();
    let packages = packages.map(|(app, package)| (format!("{PACKAGE_PREFIX}{app}"), package.to_string()));
    let default_app = settings.default_app.map(|app| (DEFAULT_APP.to_owned(), app.to_string()));
    let limit = settings.max_devices_at_work.map(|limit| (MAX_DEVICES_AT_WORK.to_owned(), limit.to_string()));
    let others = [
        (MAX_RETRIES, settings.max_retries.to_string()),
        (RETRY_FIRST_WAIT, settings.retry_backoff.initial.as_secs().to_string()),
        (RETRY_LONGEST_WAIT, settings.retry_backoff.max.as_secs().to_string()),
        (RANDOM_ORDER, settings.random_order.to_string()),
        (PAUSED, settings.paused.to_string()),
    ];
    diesel::delete(setting::table).execute(connection)?;
    for (name, value) in
        packages.chain(default_app).chain(limit).chain(others.map(|(name, value)| (name.to_owned(), value)))
    {
        diesel::insert_into(setting::table)
            .values((setting::name.eq(name), setting::value.eq(value)))
            .execute(connection)?;
    }
    Ok(())
}

fn own_package(
    connection: &mut Connection,
    username: &Username,
    app: AppId,
) -> Result<Option<PackageName>, Fault> {
    let named = account::username.eq(username.as_str()).and(account::app.eq(app.as_str()));
    let own: Option<Option<String>> =
        account::table.filter(named).select(account::package).first(connection).optional()?;
    Ok(own.flatten().as_deref().map(package).transpose()?)
}
