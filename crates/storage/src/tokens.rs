//! Access tokens. Only their hashes are stored.

use chrono::{DateTime, Utc};
use diesel::dsl::exists;
use diesel::prelude::*;
use tikmatrix_domain::{AccessToken, TokenName};

use crate::columns::{millis, moment};
use crate::database::connection::Connection;
use crate::database::open_database::Database;
use crate::error::{Fault, StorageError};
use crate::schema::access_token;
use crate::store::Store;

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = access_token)]
struct TokenRow {
    id: String,
    name: String,
    hash: Vec<u8>,
    created_at: i64,
    last_used_at: Option<i64>,
}

/// The access tokens.
#[derive(Clone, Copy)]
#[must_use]
pub struct TokenStore<'store>(&'store Database);

impl Store {
    /// Returns the operations on access tokens.
    pub fn tokens(&self) -> TokenStore<'_> {
        TokenStore(&self.database)
    }
}

impl TokenStore<'_> {
    /// Stores `token`. Returns `false`, and stores nothing, when another one has its name.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn create(self, token: AccessToken) -> Result<bool, StorageError> {
        self.0.write("store a token", move |connection| insert(connection, &token)).await
    }

    /// Lists all tokens, oldest first.
    ///
    /// # Errors
    /// Of the database, or [`StorageError::Unreadable`].
    pub async fn list(self) -> Result<Vec<AccessToken>, StorageError> {
        self.0.read_tx("list the tokens", all).await
    }

    /// Loads a token; `None` if there is none with this `id`.
    ///
    /// # Errors
    /// Of the database, or [`StorageError::Unreadable`].
    pub async fn find(self, id: String) -> Result<Option<AccessToken>, StorageError> {
        self.0.read_tx("find a token", move |connection| find(connection, &id)).await
    }

    /// Deletes the token with this name or, if none has it, with this id, and returns it.
    ///
    /// # Errors
    /// Of the database, or [`StorageError::Unreadable`].
    pub async fn revoke(self, name_or_id: String) -> Result<Option<AccessToken>, StorageError> {
        self.0.write("revoke a token", move |connection| revoke(connection, &name_or_id)).await
    }

    /// Records that a request carried the token at `now`. Nothing is recorded of a token that was revoked in the meantime.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn record_use(self, id: String, now: DateTime<Utc>) -> Result<(), StorageError> {
        self.0
            .write("record the use of a token", move |connection| {
                diesel::update(access_token::table.find(&id))
                    .set(access_token::last_used_at.eq(millis(now)))
                    .execute(connection)?;
                Ok(())
            })
            .await
    }
}

fn insert(connection: &mut Connection, token: &AccessToken) -> Result<bool, Fault> {
    let named = access_token::table.filter(access_token::name.eq(token.name.as_str()));
    if diesel::select(exists(named)).get_result(connection)? {
        return Ok(false);
    }
    let row = TokenRow {
        id: token.id.clone(),
        name: token.name.as_str().to_owned(),
        hash: token.hash.to_vec(),
        created_at: millis(token.created_at),
        last_used_at: token.last_used_at.map(millis),
    };
    diesel::insert_into(access_token::table).values(row).execute(connection)?;
    Ok(true)
}

fn all(connection: &mut Connection) -> Result<Vec<AccessToken>, Fault> {
    let rows: Vec<TokenRow> = access_token::table
        .order((access_token::created_at, access_token::name))
        .select(TokenRow::as_select())
        .load(connection)?;
    Ok(rows.into_iter().map(TokenRow::into_token).collect::<Result<_, _>>()?)
}

fn find(connection: &mut Connection, id: &str) -> Result<Option<AccessToken>, Fault> {
    let row = access_token::table.find(id).select(TokenRow::as_select()).first(connection).optional()?;
    Ok(row.map(TokenRow::into_token).transpose()?)
}

fn revoke(connection: &mut Connection, name_or_id: &str) -> Result<Option<AccessToken>, Fault> {
    let named: Option<String> = access_token::table
        .filter(access_token::name.eq(name_or_id))
        .select(access_token::id)
        .first(connection)
        .optional()?;
    let id = named.as_deref().unwrap_or(name_or_id);
    let token = find(connection, id)?;
    diesel::delete(access_token::table.find(id)).execute(connection)?;
    Ok(token)
}

impl TokenRow {
    fn into_token(self) -> Result<AccessToken, StorageError> {
        let unreadable = |what, value: &str| StorageError::Unreadable { what, value: value.to_owned() };
        Ok(AccessToken {
            name: TokenName::new(&self.name).map_err(|_| unreadable("access_token.name", &self.name))?,
            hash: self.hash.try_into().map_err(|_| unreadable("access_token.hash of token", &self.id))?,
            created_at: moment("access_token.created_at", self.created_at)?,
            last_used_at: self.last_used_at.map(|at| moment("access_token.last_used_at", at)).transpose()?,
            id: self.id,
        })
    }
}
