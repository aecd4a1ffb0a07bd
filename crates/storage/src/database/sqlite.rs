//! SQLite's own ways.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use diesel::connection::{AnsiTransactionManager, DefaultLoadingMode, SimpleConnection};
use diesel::dsl::sql;
use diesel::sql_types::Text;
use diesel::{QueryResult, RunQueryDsl, SqliteConnection};
use diesel_migrations::{EmbeddedMigrations, embed_migrations};

use crate::database::change_tracking;
use crate::database::engine::EngineConnection;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/sqlite");

/// The settings that SQLite does not store. `synchronous = FULL` makes every commit of a WAL database survive a loss of power, not only a crash.
const SETTINGS: &str = "PRAGMA busy_timeout = 2000;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;";

impl EngineConnection for SqliteConnection {
    fn settings(&self) -> &'static str {
        SETTINGS
    }

    fn migrations(&self) -> EmbeddedMigrations {
        MIGRATIONS
    }

    /// The lock file beside the database keeps other servers away, and no statement has a timeout.
    fn prepare_migration(&mut self) -> QueryResult<()> {
        Ok(())
    }

    /// No statement has a timeout, but a wait for the writer of a busy server has one.
    fn prepare_long_work(&mut self) -> QueryResult<()> {
        self.batch_execute("PRAGMA busy_timeout = 30000")
    }

    fn each_text(&mut self, query: &str, each: &mut dyn FnMut(String) -> ControlFlow<()>) -> QueryResult<()> {
        for row in sql::<Text>(query).load_iter::<String, DefaultLoadingMode>(self)? {
            if each(row?).is_break() {
                break;
            }
        }
        Ok(())
    }

    /// A transaction that starts as a reader and then writes can fail with "busy" at once, whatever the timeout.
    fn begin_write(&mut self) -> QueryResult<()> {
        AnsiTransactionManager::begin_transaction_sql(self, "BEGIN IMMEDIATE")
    }

    fn begin_read(&mut self) -> QueryResult<()> {
        AnsiTransactionManager::begin_transaction_sql(self, "BEGIN")
    }

    fn track_changes(&mut self, changed: &Arc<AtomicBool>) -> QueryResult<()> {
        change_tracking::install(self, changed)
    }

    fn take_change(&mut self, changed: &AtomicBool) -> QueryResult<bool> {
        Ok(changed.swap(false, Ordering::Relaxed))
    }
}
