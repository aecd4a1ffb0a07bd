//! One connection type over both engines, and the ways in which transactions begin on each.
//!
//! `MultiConnection` has diesel build every query for the engine that a connection has at run time, so that each
//! operation is written once, in the same DSL. It has no `ON CONFLICT`; an operation that needs one, or what one engine
//! alone can do, matches on [`Connection`] for that statement.

use diesel::QueryResult;
use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};

/// A connection to either engine.
pub(crate) type Connection = either::EitherConnection;

/// The backend of rows and boxed queries: that of either engine.
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

/// The advisory lock of the one transaction that writes, over all servers on a PostgreSQL database. Nearly every change
/// updates the same counts, so that writers would queue anyway, in an order in which they deadlock; and a reader that saw
/// one change sees all that came before it.
const WRITE_LOCK: i64 = 0x7469_6b6d_6174;

/// The advisory lock of the server that migrates the schema.
const MIGRATION_LOCK: i64 = WRITE_LOCK + 1;

impl either::EitherConnection {
    /// Begins a transaction that may write.
    pub(crate) fn begin_write(&mut self) -> QueryResult<()> {
        match self {
            // A transaction that starts as a reader and then writes can fail with "busy" at once, whatever the timeout.
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

    pub(crate) fn commit(&mut self) -> QueryResult<()> {
        <Self as TransactionManager<Self>>::commit_transaction(self)
    }

    /// Prevents other servers from changing the schema while this connection is open.
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
