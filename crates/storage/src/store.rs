//! The store: opening the database, and the ways in which operations reach a connection.

use std::fmt;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Text;
use tikmatrix_domain::AppId;
use tokio::sync::watch;

use crate::database::connection::Connection;
use crate::database::notifications::ChangeNotifications;
use crate::database::read_pool::ReadPool;
use crate::database::sqlite_file::SqliteFile;
use crate::database::url::DatabaseUrl;
use crate::database::write_queue::WriteQueue;
use crate::error::{Fault, StorageError};
use crate::schema::task_number;

/// A handle to the tasks' database. Clones share it; it is closed when the last of them is dropped.
#[derive(Clone)]
pub struct Store {
    database: Arc<Database>,
    max_pending: u64,
    first_app: AppId,
}

/// The fields are in the order in which they are closed.
struct Database {
    url: DatabaseUrl,
    location: String,
    writer: WriteQueue,
    readers: ReadPool,
    /// On SQLite only: there the program that holds the lock is the only one that changes tasks.
    changes: Option<ChangeCounter>,
    /// Notified of each commit that changed a tracked table.
    commits: watch::Sender<()>,
    /// The number of operations that failed in the database.
    errors: AtomicU64,
    /// Whether the last operation that wrote found that the disk takes no writes.
    disk_full: AtomicBool,
    /// Held while a SQLite database is open, so that no second server works on it. A program that opened the database
    /// beside a server has none.
    lock: Option<File>,
    /// Dropped when all of the above is closed.
    open: watch::Sender<()>,
}

/// A version of all tasks. Two equal versions mean that no task has changed in between; the opposite does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Version(String);

#[derive(Clone)]
struct ChangeCounter {
    /// Distinguishes the versions of this opening from those of others.
    opened: u128,
    count: Arc<AtomicU64>,
}

impl Store {
    /// Opens the SQLite database in the file at `path`, creates it if there is none, and migrates it. It blocks.
    ///
    /// # Errors
    /// [`StorageError::InUse`] when another server has it open, [`StorageError::Open`] when it cannot be opened.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StorageError> {
        Self::open_exclusive(DatabaseUrl::Sqlite(SqliteFile::named(path.as_ref())))
    }

    /// Opens the database at `url`, which is `sqlite://PATH`, or `postgres://…` as libpq takes it, and migrates it. It
    /// blocks. The libpq that the feature `postgres` compiles in has no TLS: a PostgreSQL on another machine needs a tunnel
    /// or a trusted network.
    ///
    /// # Errors
    /// As [`Store::open`]; without the feature `postgres` a `postgres://` URL cannot be opened.
    pub fn open_url(url: &str) -> Result<Self, StorageError> {
        Self::open_exclusive(parse(url)?)
    }

    /// Opens the SQLite database at `path` as [`Store::open_url_shared`] does.
    ///
    /// # Errors
    /// As [`Store::open_url_shared`].
    pub fn open_shared(path: impl AsRef<Path>) -> Result<Self, StorageError> {
        Self::open_beside_servers(DatabaseUrl::Sqlite(SqliteFile::named(path.as_ref())))
    }

    /// Opens the database as [`Store::open_url`] does or, while servers work on it, beside them without migrating it: for
    /// the short work of a command line, which changes no tasks. It blocks.
    ///
    /// # Errors
    /// [`StorageError::Open`], also when the tables are those of another version.
    pub fn open_url_shared(url: &str) -> Result<Self, StorageError> {
        Self::open_beside_servers(parse(url)?)
    }

    fn open_beside_servers(url: DatabaseUrl) -> Result<Self, StorageError> {
        match resolve(url)? {
            (url @ DatabaseUrl::Postgres(_), _) => Self::connect(url, None, DatabaseUrl::migrate_if_empty),
            (url, Some(lock)) => Self::connect(url, Some(lock), DatabaseUrl::migrate),
            (url, None) => Self::connect(url, None, DatabaseUrl::require_migrated),
        }
    }

    fn open_exclusive(url: DatabaseUrl) -> Result<Self, StorageError> {
        match resolve(url)? {
            (url @ DatabaseUrl::Sqlite(_), None) => Err(StorageError::InUse { database: url.redacted() }),
            (url, lock) => Self::connect(url, lock, DatabaseUrl::migrate),
        }
    }

    fn connect(
        url: DatabaseUrl,
        lock: Option<File>,
        prepare: fn(&DatabaseUrl) -> Result<(), String>,
    ) -> Result<Self, StorageError> {
        let location = url.redacted();
        let failed = |reason: String| StorageError::Open { database: location.clone(), reason };
        prepare(&url).map_err(failed)?;
        let url = url.remember_file().map_err(failed)?;
        let changes = matches!(url, DatabaseUrl::Sqlite(_)).then(ChangeCounter::new);
        let commits = watch::Sender::new(());
        let (counter, notifier) = (changes.clone(), commits.clone());
        let on_change = move || {
            counter.iter().for_each(ChangeCounter::increment);
            notifier.send_replace(());
        };
        let failures = Arc::default();
        let writer = WriteQueue::open(&url, &failures, on_change).map_err(failed)?;
        let readers = ReadPool::open(&url, &failures).map_err(failed)?;
        let (errors, disk_full) = (AtomicU64::new(0), AtomicBool::new(false));
        let open = watch::Sender::new(());
        let database =
            Database { url, location, writer, readers, changes, commits, errors, disk_full, lock, open };
        let database = Arc::new(database);
        Ok(Self { max_pending: u64::MAX, first_app: AppId::android(), database })
    }

    /// Limits the number of pending tasks, which no request may exceed. There is no limit by default.
    #[must_use]
    pub fn with_max_pending(self, max: u64) -> Self {
        Self { max_pending: max, ..self }
    }

    pub(crate) fn max_pending(&self) -> u64 {
        self.max_pending
    }

    /// Names the app of tasks that name none while the settings do not say which. It is [`AppId::android`] by default.
    #[must_use]
    pub fn with_first_app(self, app: AppId) -> Self {
        Self { first_app: app, ..self }
    }

    pub(crate) fn first_app(&self) -> AppId {
        self.first_app
    }

    /// Returns the number of operations that failed in the database since it was opened.
    #[must_use]
    pub fn database_errors(&self) -> u64 {
        self.database.errors.load(Ordering::Relaxed)
    }

    /// Returns the location of the database, without the password that its URL may hold.
    #[must_use]
    pub fn location(&self) -> &str {
        &self.database.location
    }

    /// Waits until every handle is dropped and the database is closed, so that it can be opened again. The future is none of
    /// the handles.
    pub fn closed(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut open = self.database.open.subscribe();
        async move { while open.changed().await.is_ok() {} }
    }

    /// Returns the file of a SQLite database, without links in its path.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        match &self.database.url {
            DatabaseUrl::Sqlite(file) => Some(file.path()),
            DatabaseUrl::Postgres(_) => None,
        }
    }

    /// Returns whether the file of a SQLite database was removed, or another one is in its place. Nothing is written then,
    /// since it would be lost.
    #[must_use]
    pub fn is_replaced(&self) -> bool {
        self.database.url.check().is_err()
    }

    /// Returns whether no other server can work on the database while it is open here.
    #[must_use]
    pub fn is_exclusive(&self) -> bool {
        self.database.lock.is_some()
    }

    /// Returns the version of the tasks. Query it before the data that it is to describe: a change in between then makes
    /// the data newer than its version, which the next comparison detects; the other way round it would not.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn version(&self) -> Result<Version, StorageError> {
        if let Some(changes) = &self.database.changes {
            return Ok(changes.version());
        }
        self.query("look up the version of the tasks", |connection| {
            let changes = diesel::select(sql::<Text>("(SELECT changes::text FROM change_count)"));
            Ok(Version(changes.get_result(connection)?))
        })
        .await
    }

    /// Subscribes to notifications of every change of a task and of every event, from now on.
    #[must_use]
    pub fn change_notifications(&self) -> ChangeNotifications {
        ChangeNotifications::new(self.database.commits.subscribe(), self.database.changes.is_none())
    }

    /// Runs `work` in a transaction that may write. There is one such transaction at a time.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        operation: &'static str,
        work: impl FnOnce(&mut Connection) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, StorageError> {
        let result = self.database.writer.run(operation, work).await;
        let result = result.map_err(|error| error.of_file().of_write());
        match &result {
            Ok(_) => self.database.disk_full.store(false, Ordering::Relaxed),
            Err(StorageError::DiskFull { .. }) => self.database.disk_full.store(true, Ordering::Relaxed),
            Err(_) => {}
        }
        self.count_error(result)
    }

    /// Returns whether the last operation that wrote found that the disk takes no writes.
    #[must_use]
    pub fn is_disk_full(&self) -> bool {
        self.database.disk_full.load(Ordering::Relaxed)
    }

    /// Checks, where the last operation found that the disk takes no writes, whether it does now.
    ///
    /// # Errors
    /// [`StorageError::DiskFull`], or what else prevents a write.
    pub async fn check_disk(&self) -> Result<(), StorageError> {
        if !self.is_disk_full() {
            return Ok(());
        }
        self.write("check that the disk takes writes", |connection| {
            diesel::update(task_number::table)
                .set(task_number::last.eq(task_number::last))
                .execute(connection)?;
            Ok(())
        })
        .await
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
            // Nothing was written, so nothing is lost if this fails.
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
        self.count_error(self.database.readers.run(operation, work).await.map_err(StorageError::of_file))
    }

    fn count_error<T>(&self, result: Result<T, StorageError>) -> Result<T, StorageError> {
        if matches!(
            result,
            Err(StorageError::Database { .. }
                | StorageError::DiskFull { .. }
                | StorageError::Replaced { .. })
        ) {
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

fn parse(url: &str) -> Result<DatabaseUrl, StorageError> {
    // The URL may hold a password.
    DatabaseUrl::parse(url).map_err(|reason| StorageError::Open { database: "URL".to_owned(), reason })
}

/// Finds the one path of a SQLite file and takes the lock beside it; no lock means that another server has it.
fn resolve(url: DatabaseUrl) -> Result<(DatabaseUrl, Option<File>), StorageError> {
    let DatabaseUrl::Sqlite(file) = url else { return Ok((url, None)) };
    let failed = |reason| StorageError::Open { database: file.path().display().to_string(), reason };
    let resolved = file.resolve().map_err(failed)?;
    let lock = resolved.lock().map_err(|error| failed(error.to_string()))?;
    Ok((DatabaseUrl::Sqlite(resolved), lock))
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
        DatabaseUrl::Sqlite(SqliteFile::named(&path)).connect().unwrap().batch_execute(newest).unwrap();
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
        let mut connection =
            DatabaseUrl::Sqlite(SqliteFile::named(folder.path().join("tasks.db"))).connect().unwrap();
        let in_force: InForce = diesel::sql_query(query).get_result(&mut connection).unwrap();
        let wanted =
            InForce { synchronous: 2, foreign_keys: 1, timeout: 2_000, journal_mode: "wal".to_owned() };
        assert_eq!(in_force, wanted);
    }
}
