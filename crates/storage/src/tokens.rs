//! Access tokens. Only their hashes are stored.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::dsl::exists;
use diesel::prelude::*;
use tikmatrix_domain::{AccessToken, Patch, TokenName};

use crate::columns::{millis, moment, unreadable};
use crate::database::connection::Connection;
use crate::database::open_database::Database;
use crate::error::{Fault, StorageError};
use crate::schema::access_token;
use crate::store::Store;

#[derive(Insertable, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = access_token, treat_none_as_null = true)]
struct TokenRow {
    id: String,
    name: String,
    hash: Vec<u8>,
    created_at: i64,
    last_used_at: Option<i64>,
    role: String,
    expires_at: Option<i64>,
    rotated_at: Option<i64>,
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
    /// Stores `token`. Returns `false`, and stores nothing, when another one that was not rotated has its name.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn create(self, token: AccessToken) -> Result<bool, StorageError> {
        self.0.write("store a token", move |connection| insert(connection, &token)).await
    }

    /// Stores `secret`, which takes the place of the token with its name as [`AccessToken::succeeded_by`] says. All earlier
    /// secrets of that name are valid for `grace` at most; without any they are deleted. Returns the token as it is stored;
    /// `None` if there is no token with the name.
    ///
    /// # Errors
    /// Of the database, or [`StorageError::Unreadable`].
    pub async fn rotate(
        self,
        secret: AccessToken,
        expiry: Patch<DateTime<Utc>>,
        grace: TimeDelta,
    ) -> Result<Option<AccessToken>, StorageError> {
        self.0.write("rotate a token", move |connection| rotate(connection, secret, expiry, grace)).await
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

    /// Deletes the tokens with this name, earlier secrets included, or, if none has it, the one with this id. Returns those
    /// that it deleted.
    ///
    /// # Errors
    /// Of the database, or [`StorageError::Unreadable`].
    pub async fn revoke(self, name_or_id: String) -> Result<Vec<AccessToken>, StorageError> {
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
    delete_expired_secrets(connection, token.created_at)?;
    let named = access_token::table
        .filter(access_token::name.eq(token.name.as_str()))
        .filter(access_token::rotated_at.is_null());
    if diesel::select(exists(named)).get_result(connection)? {
        return Ok(false);
    }
    diesel::insert_into(access_token::table).values(TokenRow::new(token)).execute(connection)?;
    Ok(true)
}

fn rotate(
    connection: &mut Connection,
    secret: AccessToken,
    expiry: Patch<DateTime<Utc>>,
    grace: TimeDelta,
) -> Result<Option<AccessToken>, Fault> {
    let now = secret.created_at;
    let named = with_name(connection, secret.name.as_str())?;
    let Some(current) = named.iter().find(|token| token.rotated_at.is_none()) else { return Ok(None) };
    let token = current.succeeded_by(secret, expiry);
    for earlier in named {
        if grace > TimeDelta::zero() {
            let row = TokenRow::new(&earlier.superseded(now, grace));
            diesel::update(access_token::table.find(row.id.clone())).set(row).execute(connection)?;
        } else {
            diesel::delete(access_token::table.find(earlier.id)).execute(connection)?;
        }
    }
    delete_expired_secrets(connection, now)?;
    diesel::insert_into(access_token::table).values(TokenRow::new(&token)).execute(connection)?;
    Ok(Some(token))
}

/// Deletes the secrets that were rotated and whose time of grace is over. A token that expired stays, to be told by its name.
fn delete_expired_secrets(connection: &mut Connection, now: DateTime<Utc>) -> Result<(), Fault> {
    let over = access_token::table
        .filter(access_token::rotated_at.is_not_null())
        .filter(access_token::expires_at.le(millis(now)));
    diesel::delete(over).execute(connection)?;
    Ok(())
}

fn all(connection: &mut Connection) -> Result<Vec<AccessToken>, Fault> {
    let rows: Vec<TokenRow> = access_token::table
        .order((access_token::created_at, access_token::name, access_token::id))
        .select(TokenRow::as_select())
        .load(connection)?;
    Ok(rows.into_iter().map(TokenRow::into_token).collect::<Result<_, _>>()?)
}

fn find(connection: &mut Connection, id: &str) -> Result<Option<AccessToken>, Fault> {
    let row = access_token::table.find(id).select(TokenRow::as_select()).first(connection).optional()?;
    Ok(row.map(TokenRow::into_token).transpose()?)
}

fn with_name(connection: &mut Connection, name: &str) -> Result<Vec<AccessToken>, Fault> {
    let rows: Vec<TokenRow> = access_token::table
        .filter(access_token::name.eq(name))
        .order((access_token::created_at, access_token::id))
        .select(TokenRow::as_select())
        .load(connection)?;
    Ok(rows.into_iter().map(TokenRow::into_token).collect::<Result<_, _>>()?)
}

fn revoke(connection: &mut Connection, name_or_id: &str) -> Result<Vec<AccessToken>, Fault> {
    let mut tokens = with_name(connection, name_or_id)?;
    if tokens.is_empty() {
        tokens.extend(find(connection, name_or_id)?);
    }
    for token in &tokens {
        diesel::delete(access_token::table.find(&token.id)).execute(connection)?;
    }
    Ok(tokens)
}

impl TokenRow {
    fn new(token: &AccessToken) -> Self {
        Self {
            id: token.id.clone(),
            name: token.name.as_str().to_owned(),
            hash: token.hash.to_vec(),
            created_at: millis(token.created_at),
            last_used_at: token.last_used_at.map(millis),
            role: token.role.as_str().to_owned(),
            expires_at: token.expires_at.map(millis),
            rotated_at: token.rotated_at.map(millis),
        }
    }

    fn into_token(self) -> Result<AccessToken, StorageError> {
        Ok(AccessToken {
            name: TokenName::new(&self.name).map_err(|_| unreadable("access_token.name", &self.name))?,
            role: self.role.parse().map_err(|_| unreadable("access_token.role", &self.role))?,
            hash: self.hash.try_into().map_err(|_| unreadable("access_token.hash of token", &self.id))?,
            created_at: moment("access_token.created_at", self.created_at)?,
            expires_at: self.expires_at.map(|at| moment("access_token.expires_at", at)).transpose()?,
            rotated_at: self.rotated_at.map(|at| moment("access_token.rotated_at", at)).transpose()?,
            last_used_at: self.last_used_at.map(|at| moment("access_token.last_used_at", at)).transpose()?,
            id: self.id,
        })
    }
}
