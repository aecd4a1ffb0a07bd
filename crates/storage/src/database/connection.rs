//! One connection type over the engines that are compiled in: SQLite, and PostgreSQL with the feature `postgres`.
//!
//! `MultiConnection` has diesel build every query for the engine that a connection has at run time, so that each
//! operation is written once, in the same DSL. It has no `ON CONFLICT`. Where a statement has to be built for the engine
//! itself, or differs between them, an operation uses [`on_engine`], [`insert_rows`] or [`Connection::is_sqlite`]: no
//! operation asks which engines are compiled in.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use diesel::QueryResult;
use diesel::connection::TransactionManager;

use crate::database::engine::EngineConnection;

/// A connection to any of the engines.
pub(crate) type Connection = either::EitherConnection;

/// The backend of rows and boxed queries: that of any of the engines.
pub(crate) type Engine = either::MultiBackend;

/// The derive macro imports everything around it, and diesel's own `Connection`.
mod either {
    #[cfg(feature = "postgres")]
    use diesel::PgConnection;
    use diesel::SqliteConnection;

    #[derive(diesel::MultiConnection)]
    pub(crate) enum EitherConnection {
        Sqlite(SqliteConnection),
        #[cfg(feature = "postgres")]
        Postgres(PgConnection),
    }
}

/// Evaluates an expression, such as a query, with `$own` as the engine's own connection. Such a query is cached by the
/// connection, while one for any engine is built for each call.
macro_rules! on_engine {
    ($connection:expr, $own:ident => $work:expr) => {
        match $connection {
            $crate::database::connection::Connection::Sqlite($own) => $work,
            #[cfg(feature = "postgres")]
            $crate::database::connection::Connection::Postgres($own) => $work,
        }
    };
}

/// Inserts a slice of rows into a table, in the way that is fastest on the engine.
macro_rules! insert_rows {
    ($connection:expr, $table:expr, $rows:expr) => {
        match $connection {
            // Where a statement costs no round trip, a prepared statement for each row is fastest.
            $crate::database::connection::Connection::Sqlite(own) => {
                for row in $rows {
                    diesel::insert_into($table).values(row).execute(own)?;
                }
            }
            #[cfg(feature = "postgres")]
            $crate::database::connection::Connection::Postgres(own) => {
                for rows in $rows.chunks($crate::database::postgres::ROWS_PER_STATEMENT) {
                    diesel::insert_into($table).values(rows).execute(own)?;
                }
            }
        }
    };
}

pub(crate) use {insert_rows, on_engine};

impl either::EitherConnection {
    /// Returns whether the engine is SQLite, for a statement that is another one there.
    pub(crate) fn is_sqlite(&self) -> bool {
        matches!(self, Self::Sqlite(_))
    }

    /// Begins a transaction that may write.
    pub(crate) fn begin_write(&mut self) -> QueryResult<()> {
        on_engine!(self, own => own.begin_write())
    }

    /// Begins a transaction that sees one state of the database throughout.
    pub(crate) fn begin_read(&mut self) -> QueryResult<()> {
        on_engine!(self, own => own.begin_read())
    }

    /// Lets transactions and waits for other writers take as long as a whole database needs.
    pub(crate) fn prepare_long_work(&mut self) -> QueryResult<()> {
        on_engine!(self, own => own.prepare_long_work())
    }

    /// Passes the one text of each row of a query to `each` as it arrives, until that breaks off.
    pub(crate) fn each_text(
        &mut self,
        query: &str,
        each: &mut dyn FnMut(String) -> ControlFlow<()>,
    ) -> QueryResult<()> {
        on_engine!(self, own => own.each_text(query, each))
    }

    pub(crate) fn rollback(&mut self) -> QueryResult<()> {
        <Self as TransactionManager<Self>>::rollback_transaction(self)
    }

    pub(crate) fn commit(&mut self) -> QueryResult<()> {
        <Self as TransactionManager<Self>>::commit_transaction(self)
    }

    /// Has the connection find out whether its transactions write a tracked table, by `changed` where it needs it.
    pub(crate) fn track_changes(&mut self, changed: &Arc<AtomicBool>) -> QueryResult<()> {
        on_engine!(self, own => own.track_changes(changed))
    }

    /// Returns, at the end of a transaction, whether it wrote a tracked table, and counts it for other servers.
    pub(crate) fn take_change(&mut self, changed: &AtomicBool) -> QueryResult<bool> {
        on_engine!(self, own => own.take_change(changed))
    }
}
