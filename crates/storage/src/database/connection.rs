//! One connection type over both engines, and the ways in which transactions begin on each.
//!
//! `MultiConnection` has diesel build every query for the engine that a connection has at run time, so that each
//! operation is written once, in the same DSL. It knows no `ON CONFLICT`; an operation that needs one, or what one engine
//! alone can do, matches on [`Connection`] for that statement.

use diesel::QueryResult;
use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};

/// A connection to either engine.
pub(crate) type Connection = either::EitherConnection;

/// What rows and boxed queries are made for: whichever engine the connection has.
pub(crate) type Engine = either::MultiBackend;

/// The derive macro imports everything around it, and diesel's own `Connection`.
mod either {
    use diesel::{PgConnection, SqliteConnection};

    #[derive(diesel::MultiConnection)]
    pub(crate) enum EitherConnection {
        Sqlite(SqliteConnection),
        Postgres(PgConnection),
    }
}

/// Held by the one transaction that writes, over all servers on a PostgreSQL database. The counts are rows that nearly
/// every change touches, so writers would queue anyway, in an order in which they deadlock; and a reader that saw one
/// change sees all that came before it.
const WRITE_LOCK: i64 = 0x7469_6b6d_6174;

/// Held by the server that brings the schema up to date.
const MIGRATION_LOCK: i64 = WRITE_LOCK + 1;

impl either::EitherConnection {
    /// Begins the transaction in which everything written stands or falls together.
    pub(crate) fn begin_write(&mut self) -> QueryResult<()> {
        match self {
            // One that begins as a reader and then writes can fail with "busy" at once, whatever the timeout.
            Self::Sqlite(connection) => {
                AnsiTransactionManager::begin_transaction_sql(connection, "BEGIN IMMEDIATE")
            }
            Self::Postgres(connection) => AnsiTransactionManager::begin_transaction_sql(
                connection,
                &format!("BEGIN; SELECT pg_advisory_xact_lock({WRITE_LOCK})"),
            ),
        }
    }

    /// Begins a transaction that sees one state of the database throughout.
    pub(crate) fn begin_read(&mut self) -> QueryResult<()> {
        match self {
            Self::Sqlite(connection) => AnsiTransactionManager::begin_transaction_sql(connection, "BEGIN"),
            Self::Postgres(connection) => AnsiTransactionManager::begin_transaction_sql(
                connection,
                "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            ),
        }
    }

    /// Counts, in the transaction that changes something that is listed, that it does.
    pub(crate) fn count_change(&mut self) -> QueryResult<()> {
        match self {
            // The one server that may change anything counts in its memory.
            Self::Sqlite(_) => Ok(()),
            Self::Postgres(connection) => {
                connection.batch_execute("UPDATE change_count SET changes = changes + 1")
            }
        }
    }

    pub(crate) fn commit(&mut self) -> QueryResult<()> {
        <Self as TransactionManager<Self>>::commit_transaction(self)
    }

    /// Keeps other servers from changing the schema for as long as this connection lives.
    pub(crate) fn lock_schema(&mut self) -> QueryResult<()> {
        match self {
            // The lock file beside the database does.
            Self::Sqlite(_) => Ok(()),
            Self::Postgres(connection) => {
                connection.batch_execute(&format!("SELECT pg_advisory_lock({MIGRATION_LOCK})"))
            }
        }
    }
}
