//! The database itself: opening, migrations, and the two ways in which operations reach a connection. What is read and
//! written is the operations' business.

use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use diesel::Connection as _;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::r2d2::{ConnectionManager, CustomizeConnection, Error as PoolError, Pool};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use tokio::sync::Semaphore;

use crate::error::{Fault, StorageError};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/sqlite");

/// WAL lets readers and the writer work side by side; they wait for each other only at checkpoints.
const READERS: usize = 4;

/// The permits below keep callers from ever waiting here, unless a connection has to be opened anew.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);

/// How a connection begins: what SQLite forgets from one connection to the next.
/// `synchronous = FULL` makes every commit of a WAL database survive a loss of power, not only a crash.
const SETTINGS: &str = "PRAGMA busy_timeout = 10000;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;";

pub(crate) type Connection = SqliteConnection;

/// The tasks' database. Clones share it; it closes when the last of them is gone.
#[derive(Clone)]
pub struct Store {
    database: Arc<Database>,
}

struct Database {
    writer: Lane,
    readers: Lane,
    /// Held for as long as the database is open, so that no second server works on the same tasks. What works beside
    /// a server has none.
    _lock: Option<File>,
}

/// Connections, and as many permits: callers queue for a permit, in order and without occupying a thread.
struct Lane {
    pool: Pool<ConnectionManager<Connection>>,
    permits: Arc<Semaphore>,
}

#[derive(Debug)]
struct Settings;

impl CustomizeConnection<Connection, PoolError> for Settings {
    fn on_acquire(&self, connection: &mut Connection) -> Result<(), PoolError> {
        connection.batch_execute(SETTINGS).map_err(PoolError::QueryError)
    }
}

impl Store {
    /// Opens the database in the file at `path`, makes it if there is none, and brings it up to date. It blocks: call
    /// it before the server begins.
    ///
    /// # Errors
    /// [`StorageError::InUse`] when another server has it open, [`StorageError::Open`] when it cannot be opened.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StorageError> {
        let path = path.as_ref();
        let lock = lock(path)?;
        Self::connect(path, Some(lock), bring_up_to_date)
    }

    /// Opens the database as [`Store::open`] does or, when a server has it open, beside that server: for the short work
    /// of a command line, which runs no tasks. It blocks.
    ///
    /// # Errors
    /// [`StorageError::Open`], also when the server is of another version.
    pub fn open_beside(path: impl AsRef<Path>) -> Result<Self, StorageError> {
        match Self::open(&path) {
            Err(StorageError::InUse { path }) => Self::connect(&path, None, must_be_up_to_date),
            settled => settled,
        }
    }

    fn connect(
        path: &Path,
        lock: Option<File>,
        prepare: fn(&str) -> Result<(), String>,
    ) -> Result<Self, StorageError> {
        let failed = |reason: String| StorageError::Open { path: path.to_owned(), reason };
        let url = path.to_str().ok_or_else(|| failed("its path is not valid Unicode".to_owned()))?;
        prepare(url).map_err(failed)?;
        // One writer: SQLite has only one, and its own queue for it is neither fair nor prompt.
        let writer = Lane::open(url, 1).map_err(failed)?;
        let readers = Lane::open(url, READERS).map_err(failed)?;
        Ok(Self { database: Arc::new(Database { writer, readers, _lock: lock }) })
    }

    /// Runs `work` in a transaction that may write, one at a time.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        operation: &'static str,
        work: impl FnOnce(&mut Connection) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, StorageError> {
        // A transaction that begins as a reader and then writes can fail with "busy" at once, whatever the timeout.
        self.off_thread(
            operation,
            |database| &database.writer,
            |connection| connection.immediate_transaction(work),
        )
        .await
    }

    /// Runs `work` in a transaction that only reads and sees one state of the database throughout.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        operation: &'static str,
        work: impl FnOnce(&mut Connection) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, StorageError> {
        self.off_thread(operation, |database| &database.readers, |connection| connection.transaction(work))
            .await
    }

    /// Database calls block, so they run on a thread of their own kind. A caller that gives up does not cut the work
    /// short: permit, connection and database stay with it until it is done.
    async fn off_thread<T: Send + 'static>(
        &self,
        operation: &'static str,
        lane: fn(&Database) -> &Lane,
        work: impl FnOnce(&mut Connection) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, StorageError> {
        let database = Arc::clone(&self.database);
        let permits = Arc::clone(&lane(&database).permits);
        let permit = permits.acquire_owned().await.map_err(|_closed| StorageError::CutOff { operation })?;
        let worked = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let mut connection = lane(&database).pool.get().map_err(|error| StorageError::Database {
                operation,
                reason: error.to_string(),
                transient: true,
            })?;
            work(&mut connection).map_err(|fault| fault.during(operation))
        });
        worked.await.map_err(|_join| StorageError::CutOff { operation })?
    }
}

impl Lane {
    fn open(url: &str, size: usize) -> Result<Self, String> {
        let pool = Pool::builder()
            .max_size(u32::try_from(size).map_err(|error| error.to_string())?)
            .connection_timeout(CONNECT_WITHIN)
            .connection_customizer(Box::new(Settings))
            .build(ConnectionManager::new(url))
            .map_err(|error| error.to_string())?;
        Ok(Self { pool, permits: Arc::new(Semaphore::new(size)) })
    }
}

/// A connection of its own, since a pool tries again and again and then no longer says what was wrong.
fn bring_up_to_date(url: &str) -> Result<(), String> {
    let mut connection = Connection::establish(url).map_err(|error| error.to_string())?;
    connection.batch_execute(SETTINGS).map_err(|error| error.to_string())?;
    connection.run_pending_migrations(MIGRATIONS).map_err(|error| error.to_string())?;
    Ok(())
}

/// The tables of a running server are its own to change.
fn must_be_up_to_date(url: &str) -> Result<(), String> {
    let mut connection = Connection::establish(url).map_err(|error| error.to_string())?;
    connection.batch_execute(SETTINGS).map_err(|error| error.to_string())?;
    if connection.has_pending_migration(MIGRATIONS).map_err(|error| error.to_string())? {
        return Err("the server that has it open is of another version than this command".to_owned());
    }
    Ok(())
}

/// Takes the lock beside the database; the system lets it go when the program ends, however it ends.
fn lock(path: &Path) -> Result<File, StorageError> {
    let mut name = OsString::from(path);
    name.push(".lock");
    let failed =
        |error: std::io::Error| StorageError::Open { path: path.to_owned(), reason: error.to_string() };
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(PathBuf::from(name))
        .map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StorageError::InUse { path: path.to_owned() }),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

/// A database in memory, for tests that look below the operations.
#[cfg(test)]
pub(crate) fn migrated() -> Connection {
    let mut connection = Connection::establish(":memory:").unwrap();
    connection.batch_execute(SETTINGS).unwrap();
    connection.run_pending_migrations(MIGRATIONS).unwrap();
    connection
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every table and index as SQL, without the notes that migrations keep about themselves.
    fn shape(connection: &mut Connection) -> Vec<String> {
        #[derive(QueryableByName)]
        struct Line {
            #[diesel(sql_type = diesel::sql_types::Text)]
            sql: String,
        }
        let query = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL
            AND name NOT LIKE '__diesel%' AND name NOT LIKE 'sqlite_%' ORDER BY name";
        let lines: Vec<Line> = diesel::sql_query(query).load(connection).unwrap();
        lines.into_iter().map(|line| line.sql).collect()
    }

    #[test]
    fn every_migration_can_be_undone_and_done_again() {
        let mut connection = migrated();
        let up = shape(&mut connection);
        assert!(up.iter().any(|sql| sql.starts_with("CREATE TABLE task ")));
        connection.revert_all_migrations(MIGRATIONS).unwrap();
        assert_eq!(shape(&mut connection), Vec::<String>::new());
        connection.run_pending_migrations(MIGRATIONS).unwrap();
        assert_eq!(shape(&mut connection), up);
    }

    #[test]
    fn a_command_keeps_away_from_the_tables_of_a_server_of_another_version() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tasks.db");
        let store = Store::open(&path).unwrap();
        let newest = "DELETE FROM __diesel_schema_migrations WHERE version =
            (SELECT max(version) FROM __diesel_schema_migrations)";
        store.database.writer.pool.get().unwrap().batch_execute(newest).unwrap();
        let error = Store::open_beside(&path).map(|_| ()).unwrap_err();
        assert!(error.to_string().contains("another version"), "{error}");
    }

    #[test]
    fn every_connection_syncs_each_commit_checks_references_and_waits_for_others() {
        #[derive(QueryableByName, PartialEq, Debug)]
        struct InForce {
            #[diesel(sql_type = diesel::sql_types::Integer)]
            synchronous: i32,
            #[diesel(sql_type = diesel::sql_types::Integer)]
            foreign_keys: i32,
            #[diesel(sql_type = diesel::sql_types::Integer)]
            timeout: i32,
            #[diesel(sql_type = diesel::sql_types::Text)]
            journal_mode: String,
        }
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path().join("tasks.db")).unwrap();
        let query =
            "SELECT * FROM pragma_synchronous, pragma_foreign_keys, pragma_busy_timeout, pragma_journal_mode";
        for lane in [&store.database.writer, &store.database.readers] {
            let in_force: InForce =
                diesel::sql_query(query).get_result(&mut lane.pool.get().unwrap()).unwrap();
            let wanted =
                InForce { synchronous: 2, foreign_keys: 1, timeout: 10_000, journal_mode: "wal".to_owned() };
            assert_eq!(in_force, wanted);
        }
    }
}
