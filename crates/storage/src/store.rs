//! The database itself: opening it, and the ways in which operations reach a connection. What is read and written is the
//! operations' business.

use std::ffi::OsString;
use std::fmt;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Text;
use tokio::sync::watch;

use crate::database::connection::Connection;
use crate::database::notifications::ChangeNotifications;
use crate::database::read_pool::ReadPool;
use crate::database::url::DatabaseUrl;
use crate::database::write_queue::{Effect, WriteQueue};
use crate::error::{Fault, StorageError};

/// The tasks' database. Clones share it; it closes when the last of them is gone.
#[derive(Clone)]
pub struct Store {
    database: Arc<Database>,
    max_pending: u64,
}

/// In the order in which they are closed.
struct Database {
    location: String,
    writer: WriteQueue,
    readers: ReadPool,
    /// On SQLite only the program that holds the lock changes tasks, and can count the changes itself.
    changes: Option<ChangeCounter>,
    /// ChangeNotifications those who wait for changes.
    commits: watch::Sender<()>,
    /// How many operations the database refused.
    errors: AtomicU64,
    /// Held for as long as a SQLite database is open, so that no second server works on the same tasks. What works
    /// beside a server has none.
    lock: Option<File>,
}

/// In which state all tasks are: two equal versions mean that nothing about any of them has changed in between. The
/// opposite does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Version(String);

#[derive(Clone)]
struct ChangeCounter {
    /// Tells the versions of this opening from those of others.
    opened: u128,
    count: Arc<AtomicU64>,
}

impl Store {
    /// Opens the SQLite database in the file at `path`, makes it if there is none, and brings it up to date. It blocks:
    /// call it before the server begins.
    ///
    /// # Errors
    /// [`StorageError::InUse`] when another server has it open, [`StorageError::Open`] when it cannot be opened.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StorageError> {
        Self::open_address(&DatabaseUrl::Sqlite(path.as_ref().to_owned()))
    }

    /// Opens the database at `url` and brings it up to date: `sqlite://PATH`, or `postgres://…` as libpq takes it. It
    /// blocks. The libpq that is compiled in speaks no TLS: a PostgreSQL on another machine needs a tunnel or a network
    /// that can be trusted.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn open_url(url: &str) -> Result<Self, StorageError> {
        Self::open_address(&address(url)?)
    }

    /// Opens the database as [`Store::open_url`] does or, when servers work on it, beside them: for the short work of a
    /// command line, which changes no tasks. It blocks.
    ///
    /// # Errors
    /// [`StorageError::Open`], also when a server of another version has made its tables.
    pub fn open_url_shared(url: &str) -> Result<Self, StorageError> {
        let address = address(url)?;
        match &address {
            DatabaseUrl::Postgres(_) => Self::connect(&address, None, DatabaseUrl::migrate_if_empty),
            DatabaseUrl::Sqlite(path) => match lock(path) {
                Ok(lock) => Self::connect(&address, Some(lock), DatabaseUrl::migrate),
                Err(StorageError::InUse { .. }) => {
                    Self::connect(&address, None, DatabaseUrl::require_migrated)
                }
                Err(error) => Err(error),
            },
        }
    }

    fn open_address(address: &DatabaseUrl) -> Result<Self, StorageError> {
        let lock = match address {
            DatabaseUrl::Sqlite(path) => Some(lock(path)?),
            DatabaseUrl::Postgres(_) => None,
        };
        Self::connect(address, lock, DatabaseUrl::migrate)
    }

    fn connect(
        address: &DatabaseUrl,
        lock: Option<File>,
        prepare: fn(&DatabaseUrl) -> Result<(), String>,
    ) -> Result<Self, StorageError> {
        let failed = |reason: String| StorageError::Open { database: address.redacted(), reason };
        // A pool tries again and again and then no longer says what was wrong.
        prepare(address).map_err(failed)?;
        let first = address.connect().map_err(failed)?;
        let changes = matches!(address, DatabaseUrl::Sqlite(_)).then(ChangeCounter::new);
        let commits = watch::Sender::new(());
        let (counted, told) = (changes.clone(), commits.clone());
        let committed = move || {
            counted.iter().for_each(ChangeCounter::increment);
            told.send_replace(());
        };
        let writer = WriteQueue::new(address.clone(), first, committed);
        let readers = ReadPool::open(address).map_err(failed)?;
        let database = Database {
            location: address.redacted(),
            writer,
            readers,
            changes,
            commits,
            errors: AtomicU64::new(0),
            lock,
        };
        Ok(Self { max_pending: u64::MAX, database: Arc::new(database) })
    }

    /// The store with a limit on how many tasks may wait; no request makes more. Without it there is none.
    #[must_use]
    pub fn with_max_pending(self, most: u64) -> Self {
        Self { max_pending: most, ..self }
    }

    pub(crate) fn max_pending(&self) -> u64 {
        self.max_pending
    }

    /// How many operations the database refused since it was opened.
    #[must_use]
    pub fn database_errors(&self) -> u64 {
        self.database.errors.load(Ordering::Relaxed)
    }

    /// Where the database is, without the password that its URL may hold.
    #[must_use]
    pub fn location(&self) -> &str {
        &self.database.location
    }

    /// Whether no other server can work on this database as long as it is open here.
    #[must_use]
    pub fn is_exclusive(&self) -> bool {
        self.database.lock.is_some()
    }

    /// The version of the tasks. Ask before reading what it is to stand for: a change in between makes what was read
    /// newer than its version says, which is noticed, while the opposite would not be.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn version(&self) -> Result<Version, StorageError> {
        if let Some(changes) = &self.database.changes {
            return Ok(changes.version());
        }
        self.query("look for changes", |connection| {
            let changes = diesel::select(sql::<Text>("(SELECT changes::text FROM change_count)"));
            Ok(Version(changes.get_result(connection)?))
        })
        .await
    }

    /// Word of every change of what is listed, and of every event, from now on.
    #[must_use]
    pub fn change_notifications(&self) -> ChangeNotifications {
        ChangeNotifications::new(self.database.commits.subscribe(), self.database.changes.is_none())
    }

    /// Runs `work` in a transaction that may write, one at a time.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        operation: &'static str,
        work: impl FnOnce(&mut Connection) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, StorageError> {
        self.count_error(self.database.writer.run(operation, Effect::Listed, work).await)
    }

    /// As [`Store::write`], for what leaves everything as it is that [`Store::version`] stands for.
    pub(crate) async fn write_untracked<T: Send + 'static>(
        &self,
        operation: &'static str,
        work: impl FnOnce(&mut Connection) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, StorageError> {
        self.count_error(self.database.writer.run(operation, Effect::Unlisted, work).await)
    }

    /// Runs `work` in a transaction that only reads and sees one state of the database throughout.
    pub(crate) async fn read_tx<T: Send + 'static>(
        &self,
        operation: &'static str,
        work: impl FnOnce(&mut Connection) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, StorageError> {
        self.query(operation, |connection| {
            connection.begin_read()?;
            let result = work(connection);
            // Nothing was written, so nothing is lost if this fails; the next user of the connection would notice.
            let ended = connection.commit();
            let result = result?;
            ended?;
            Ok(result)
        })
        .await
    }

    /// Runs `work`, which is a single statement that reads: it sees one state of the database without a transaction.
    pub(crate) async fn query<T: Send + 'static>(
        &self,
        operation: &'static str,
        work: impl FnOnce(&mut Connection) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, StorageError> {
        let database = Arc::clone(&self.database);
        let result = self.database.readers.run(operation, move |connection| {
            let result = work(connection);
            // The database stays open until the work is done, whether its caller waits or not.
            drop(database);
            result
        });
        self.count_error(result.await)
    }

    fn count_error<T>(&self, result: Result<T, StorageError>) -> Result<T, StorageError> {
        if matches!(result, Err(StorageError::Database { .. })) {
            self.database.errors.fetch_add(1, Ordering::Relaxed);
        }
        result
    }
}

impl ChangeCounter {
    fn new() -> Self {
        let opened = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
        Self { opened, count: Arc::new(AtomicU64::new(0)) }
    }

    fn increment(&self) {
        self.count.fetch_add(1, Ordering::SeqCst);
    }

    fn version(&self) -> Version {
        Version(format!("{:x}-{:x}", self.opened, self.count.load(Ordering::SeqCst)))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

fn address(url: &str) -> Result<DatabaseUrl, StorageError> {
    DatabaseUrl::parse(url).ok_or_else(|| StorageError::Open {
        // It may hold a password.
        database: "URL".to_owned(),
        reason: "it begins with neither sqlite:// nor postgres://".to_owned(),
    })
}

/// Takes the lock beside the database; the system lets it go when the program ends, however it ends.
fn lock(path: &Path) -> Result<File, StorageError> {
    let database = || path.display().to_string();
    let mut name = OsString::from(path);
    name.push(".lock");
    let failed =
        |error: std::io::Error| StorageError::Open { database: database(), reason: error.to_string() };
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(PathBuf::from(name))
        .map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StorageError::InUse { database: database() }),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

/// A database in memory, for tests that look below the operations.
#[cfg(test)]
pub(crate) fn migrated() -> Connection {
    use diesel::Connection as _;
    use diesel_migrations::MigrationHarness;

    let mut connection = SqliteConnection::establish(":memory:").unwrap();
    connection.run_pending_migrations(crate::database::url::SQLITE_MIGRATIONS).unwrap();
    Connection::Sqlite(connection)
}

#[cfg(test)]
mod tests {
    use diesel::connection::SimpleConnection;

    use super::*;

    #[test]
    fn a_command_keeps_away_from_the_tables_of_a_server_of_another_version() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tasks.db");
        let _store = Store::open(&path).unwrap();
        let newest = "DELETE FROM __diesel_schema_migrations WHERE version =
            (SELECT max(version) FROM __diesel_schema_migrations)";
        DatabaseUrl::Sqlite(path.clone()).connect().unwrap().batch_execute(newest).unwrap();
        let url = format!("sqlite://{}", path.display());
        let error = Store::open_url_shared(&url).map(|_| ()).unwrap_err();
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
            #[diesel(sql_type = Text)]
            journal_mode: String,
        }
        let folder = tempfile::tempdir().unwrap();
        let query =
            "SELECT * FROM pragma_synchronous, pragma_foreign_keys, pragma_busy_timeout, pragma_journal_mode";
        let mut connection = DatabaseUrl::Sqlite(folder.path().join("tasks.db")).connect().unwrap();
        let in_force: InForce = diesel::sql_query(query).get_result(&mut connection).unwrap();
        let wanted =
            InForce { synchronous: 2, foreign_keys: 1, timeout: 2_000, journal_mode: "wal".to_owned() };
        assert_eq!(in_force, wanted);
    }
}
