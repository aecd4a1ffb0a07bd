//! The serials and usernames of a request that are not known, each with the known names near it: one of them was probably
//! meant. The names near are those before and after it in the order of an index, so that the lookup costs the same however
//! many devices and accounts there are.

use std::collections::HashSet;

use diesel::prelude::*;
use tikmatrix_domain::{AppId, Serial, Username};

use crate::database::connection::{Connection, Engine};
use crate::database::open_database::Database;
use crate::error::{Fault, StorageError};
use crate::schema::{account, device};
use crate::tasks::claim::TaskQueue;

/// How many names one statement asks about.
const NAMES_PER_STATEMENT: usize = 1000;
/// How many unknown names of a kind are returned with the names near them; the others are counted.
const MAX_LISTED: usize = 10;
/// How many names in each direction are near.
const MAX_NEAR: i64 = 100;

/// A name that is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownName {
    /// The name.
    pub name: String,
    /// The known names near it, without order.
    pub near: Vec<String>,
}

/// The names of a request that are not known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnknownNames {
    /// The first serials of which no phone was ever connected, with serials and device names near.
    pub serials: Vec<UnknownName>,
    /// The number of further serials.
    pub more_serials: usize,
    /// The first usernames that no account has, with usernames near.
    pub usernames: Vec<UnknownName>,
    /// The number of further usernames.
    pub more_usernames: usize,
}

/// The names that requests for tasks use.
#[derive(Clone, Copy)]
#[must_use]
pub struct NameStore<'store>(&'store Database);

impl<'store> TaskQueue<'store> {
    /// Returns the lookup of the names that requests use.
    pub fn names(self) -> NameStore<'store> {
        NameStore(&self.0.database)
    }
}

impl NameStore<'_> {
    /// Returns which of these serials no phone ever had, and which of these usernames no account has, in `app` if it is
    /// named.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn unknown(
        self,
        serials: Vec<Serial>,
        usernames: Vec<Username>,
        app: Option<AppId>,
    ) -> Result<UnknownNames, StorageError> {
        self.0
            .read_tx("look up the names of a request", move |connection| {
                let unknown = unknown(connection, serials, Serial::as_str, seen_serials)?;
                let (serials, more_serials) = listed(connection, &unknown, devices_near)?;
                let known =
                    |connection: &mut Connection, names: &[&str]| known_usernames(connection, names, app);
                let unknown = self::unknown(connection, usernames, Username::as_str, known)?;
                let (usernames, more_usernames) = listed(connection, &unknown, usernames_near)?;
                Ok(UnknownNames { serials, more_serials, usernames, more_usernames })
            })
            .await
    }
}

/// Returns the names that `known` does not return.
fn unknown<Name>(
    connection: &mut Connection,
    mut names: Vec<Name>,
    text: fn(&Name) -> &str,
    known: impl Fn(&mut Connection, &[&str]) -> Result<Vec<String>, Fault>,
) -> Result<Vec<String>, Fault> {
    let mut found = HashSet::new();
    for names in names.chunks(NAMES_PER_STATEMENT) {
        let names: Vec<&str> = names.iter().map(text).collect();
        found.extend(known(connection, &names)?);
    }
    names.retain(|name| !found.contains(text(name)));
    Ok(names.iter().map(|name| text(name).to_owned()).collect())
}

/// Returns the first of `unknown` with the names near them, and the number of the others.
fn listed(
    connection: &mut Connection,
    unknown: &[String],
    near: fn(&mut Connection, &str) -> Result<Vec<String>, Fault>,
) -> Result<(Vec<UnknownName>, usize), Fault> {
    let (first, others) = unknown.split_at(unknown.len().min(MAX_LISTED));
    let listed =
        first.iter().map(|name| Ok(UnknownName { name: name.clone(), near: near(connection, name)? }));
    Ok((listed.collect::<Result<_, Fault>>()?, others.len()))
}

fn seen_serials(connection: &mut Connection, serials: &[&str]) -> Result<Vec<String>, Fault> {
    let seen = device::table.filter(device::serial.eq_any(serials)).filter(device::seen.eq(true));
    Ok(seen.select(device::serial).load(connection)?)
}

fn known_usernames(
    connection: &mut Connection,
    usernames: &[&str],
    app: Option<AppId>,
) -> Result<Vec<String>, Fault> {
    let mut known = account::table.filter(account::username.eq_any(usernames)).into_boxed::<Engine>();
    if let Some(app) = app {
        known = known.filter(account::app.eq(app.to_string()));
    }
    Ok(known.select(account::username).load(connection)?)
}

/// Returns the names around `$name` in the order of `$column`, of the rows of `$query`.
macro_rules! near {
    ($connection:expr, $query:expr, $column:expr, $name:expr) => {{
        let after = $query.filter($column.ge($name)).order($column.asc()).limit(MAX_NEAR);
        let before = $query.filter($column.lt($name)).order($column.desc()).limit(MAX_NEAR);
        let mut near = after.load($connection)?;
        near.append(&mut before.load($connection)?);
        near
    }};
}

fn devices_near(connection: &mut Connection, name: &str) -> Result<Vec<String>, Fault> {
    let seen = device::table.filter(device::seen.eq(true)).select(device::serial);
    let mut near: Vec<String> = near!(connection, seen, device::serial, name);
    let named = device::table.filter(device::name.is_not_null()).select(device::name.assume_not_null());
    let names: Vec<String> = near!(connection, named, device::name, name);
    near.extend(names);
    Ok(near)
}

fn usernames_near(connection: &mut Connection, name: &str) -> Result<Vec<String>, Fault> {
    let all = account::table.select(account::username);
    Ok(near!(connection, all, account::username, name))
}
