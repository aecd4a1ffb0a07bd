//! PostgreSQL's own ways.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use diesel::connection::{AnsiTransactionManager, SimpleConnection};
use diesel::dsl::sql;
use diesel::pg::PgRowByRowLoadingMode;
use diesel::sql_types::Text;
use diesel::{PgConnection, QueryResult, RunQueryDsl};
use diesel_migrations::{EmbeddedMigrations, embed_migrations};

use crate::database::engine::EngineConnection;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// No statement and no wait may block the operations behind it forever; `synchronous_commit` as on SQLite.
const SETTINGS: &str = "SET statement_timeout = '60s';
    SET lock_timeout = '10s';
    SET idle_in_transaction_session_timeout = '60s';
    SET synchronous_commit = on;
    SET client_min_messages = warning;";

/// PostgreSQL takes at most 65,535 values in a statement.
pub(crate) const ROWS_PER_STATEMENT: usize = 1000;

/// The advisory lock of the one transaction that writes, over all servers on a database. Nearly every change updates the
/// same counts, so that writers would queue anyway, in an order in which they deadlock; and a reader that saw one change
/// sees all that came before it.
const WRITE_LOCK: i64 = 0x7469_6b6d_6174;

/// The advisory lock of the server that migrates the schema.
const MIGRATION_LOCK: i64 = WRITE_LOCK + 1;

impl EngineConnection for PgConnection {
    fn settings(&self) -> &'static str {
        SETTINGS
    }

    fn migrations(&self) -> EmbeddedMigrations {
        MIGRATIONS
    }

    fn prepare_migration(&mut self) -> QueryResult<()> {
        self.batch_execute(&format!("SELECT pg_advisory_lock({MIGRATION_LOCK})"))?;
        // The migration of a large table takes long.
        self.batch_execute("SET statement_timeout = 0")
    }

    fn prepare_long_work(&mut self) -> QueryResult<()> {
        self.batch_execute(
            "SET statement_timeout = 0; SET lock_timeout = '30s'; SET idle_in_transaction_session_timeout = 0",
        )
    }

    /// Row by row: the library would hold the whole table otherwise.
    fn each_text(&mut self, query: &str, each: &mut dyn FnMut(String) -> ControlFlow<()>) -> QueryResult<()> {
        for row in sql::<Text>(query).load_iter::<String, PgRowByRowLoadingMode>(self)? {
            if each(row?).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn begin_write(&mut self) -> QueryResult<()> {
        let begin = format!("BEGIN; SELECT pg_advisory_xact_lock({WRITE_LOCK})");
        AnsiTransactionManager::begin_transaction_sql(self, &begin)
    }

    fn begin_read(&mut self) -> QueryResult<()> {
        AnsiTransactionManager::begin_transaction_sql(self, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    }

    /// The triggers of a migration mark the transaction.
    fn track_changes(&mut self, _changed: &Arc<AtomicBool>) -> QueryResult<()> {
        Ok(())
    }

    fn take_change(&mut self, _changed: &AtomicBool) -> QueryResult<bool> {
        let count = "UPDATE change_count SET changes = changes + 1
            WHERE current_setting('tikmatrix.changed', true) = '1'";
        Ok(diesel::sql_query(count).execute(self)? > 0)
    }
}
