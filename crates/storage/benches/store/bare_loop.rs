//! What SQLite gives at best: rusqlite's prepared statements on the same schema, with the same indexes, triggers and
//! pragmas, and nothing around them.

use std::time::{Duration, Instant};

use rusqlite::params;
use tempfile::TempDir;
use tikmatrix_storage::Store;

use crate::bench_database::file;

pub(crate) const CONFIG: &str = "{\"content_type\":0,\"captions\":\"Check out my new video! #viral #fyp\"}";

const INSERT: &str =
    "INSERT INTO task (id, serial, username, app, script_name, script_config, source, status,
    start_time, due_at, progress, attempt_count, created_at, updated_at, priority, max_retries, time_limit)
    VALUES (?1, ?2, NULL, 'tiktok', 'post', ?3, 'api', 0, NULL, ?4, 0, 0, ?4, ?4, 0, 0, NULL)";

/// A database with our schema that only the bare loop works on.
pub(crate) struct BareLoop {
    connection: rusqlite::Connection,
    next: i64,
    _folder: TempDir,
}

impl BareLoop {
    pub(crate) fn new() -> Self {
        let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let path = file(folder.path());
        drop(Store::open(&path).unwrap());
        let connection = rusqlite::Connection::open(path).unwrap();
        let pragmas = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;";
        connection.execute_batch(pragmas).unwrap();
        Self { connection, next: 1, _folder: folder }
    }

    /// Inserts `count` tasks in one transaction, and gives the time that it took.
    pub(crate) fn insert(&mut self, count: usize) -> Duration {
        let begun = Instant::now();
        let transaction = self.connection.transaction().unwrap();
        {
            let mut statement = transaction.prepare_cached(INSERT).unwrap();
            for index in 0..count {
                statement.execute(params![self.next, phone(index), CONFIG, 1_780_000_000_000_i64]).unwrap();
                self.next += 1;
            }
        }
        transaction.commit().unwrap();
        begun.elapsed()
    }
}

/// The phone of a request's task at this place.
pub(crate) fn phone(index: usize) -> String {
    format!("phone-{}", index % 10)
}
