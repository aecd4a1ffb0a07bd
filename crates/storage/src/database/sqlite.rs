//! SQLite's own ways.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use diesel::connection::AnsiTransactionManager;
use diesel::{QueryResult, SqliteConnection};
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
