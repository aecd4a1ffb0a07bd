//! An open database: its lock, and the ways in which operations reach a connection.

use std::fmt;
use std::fs::File;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Text;
use tokio::sync::watch;

use crate::database::connection::Connection;
use crate::database::notifications::ChangeNotifications;
use crate::database::read_pool::ReadPool;
use crate::database::url::DatabaseUrl;
use crate::database::write_queue::WriteQueue;
use crate::error::{Fault, StorageError};
use crate::schema::task_number;

/// An open database. The fields are in the order in which they are closed.
pub struct Database {
    url: DatabaseUrl,
    location: String,
    writer: WriteQueue,
    readers: ReadPool,
    /// On SQLite only: there the program that holds the lock is the only one that changes tasks.
    changes: Option<ChangeCounter>,
    /// Notified of each commit that changed a tracked table.
    commits: watch::Sender<()>,
    health: DatabaseHealth,
    /// Takes no operation: keeps SQLite from removing its `-wal` file while the other connections are replaced. The lock lets
    /// threads share the database.
    _keeper: Option<Mutex<Connection>>,
    /// Held while a SQLite database is open, so that no second server works on it. A program that opened the database
    /// beside a server has none.
    lock: Option<File>,
    /// Dropped when all of the above is closed.
    open: watch::Sender<()>,
}

/// How the operations on a database fare.
#[derive(Debug, Default)]
pub struct DatabaseHealth {
    errors: AtomicU64,
    disk_full: AtomicBool,
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

/// Opens the database for a server, which works on a SQLite database alone, and migrates it.
pub(crate) fn open(url: DatabaseUrl) -> Result<Database, StorageError> {
    match resolve(url)? {
        (url @ DatabaseUrl::Sqlite(_), None) => Err(StorageError::InUse { database: url.redacted() }),
        (url, lock) => connect(url, lock, DatabaseUrl::migrate),
    }
}

/// Opens the database as [`open`] does or, while servers work on it, beside them without migrating it.
pub(crate) fn open_shared(url: DatabaseUrl) -> Result<Database, StorageError> {
    match resolve(url)? {
        (url @ DatabaseUrl::Postgres(_), _) => connect(url, None, DatabaseUrl::migrate_if_empty),
        (url, Some(lock)) => connect(url, Some(lock), DatabaseUrl::migrate),
        (url, None) => connect(url, None, DatabaseUrl::require_migrated),
    }
}

fn connect(
    url: DatabaseUrl,
    lock: Option<File>,
    prepare: fn(&DatabaseUrl) -> Result<(), String>,
) -> Result<Database, StorageError> {
    let location = url.redacted();
    let failed = |reason: String| StorageError::Open { database: location.clone(), reason };
    prepare(&url).map_err(failed)?;
    let (url, keeper) = url.remember_files().map_err(failed)?;
    let changes = matches!(url, DatabaseUrl::Sqlite(_)).then(ChangeCounter::new);
    let commits = watch::Sender::new(());
    let failures = Arc::default();
    let announce = announcement(changes.clone(), commits.clone());
    let writer = WriteQueue::open(&url, &failures, announce).map_err(failed)?;
    let readers = ReadPool::open(&url, &failures).map_err(failed)?;
    let health = DatabaseHealth::default();
    let open = watch::Sender::new(());
    let _keeper = keeper.map(Mutex::new);
    Ok(Database { url, location, writer, readers, changes, commits, health, _keeper, lock, open })
}

impl Database {
    /// Returns the location of the database, without the password that its URL may hold.
    #[must_use]
    pub fn location(&self) -> &str {
        &self.location
    }

    /// Waits until every handle is dropped and the database is closed, so that it can be opened again. The future is none of
    /// the handles.
    pub fn closed(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut open = self.open.subscribe();
        async move { while open.changed().await.is_ok() {} }
    }

    /// Returns the file of a SQLite database, without links in its path.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        match &self.url {
            DatabaseUrl::Sqlite(file) => Some(file.path()),
            DatabaseUrl::Postgres(_) => None,
        }
    }

    /// Returns whether the file of a SQLite database or its `-wal` file was removed, or another one is in its place. Nothing is
    /// written then, since it would be lost.
    #[must_use]
    pub fn is_replaced(&self) -> bool {
        self.url.check().is_err()
    }

    /// Returns whether no other server can work on the database while it is open here.
    #[must_use]
    pub fn is_exclusive(&self) -> bool {
        self.lock.is_some()
    }

    /// Returns the version of the tasks. Query it before the data that it is to describe: a change in between then makes
    /// the data newer than its version, which the next comparison detects; the other way round it would not.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn version(&self) -> Result<Version, StorageError> {
        if let Some(changes) = &self.changes {
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
        ChangeNotifications::new(self.commits.subscribe(), self.changes.is_none())
    }

    /// Returns how the operations on the database fare.
    #[must_use]
    pub fn health(&self) -> &DatabaseHealth {
        &self.health
    }

    /// Checks, where the last operation found that the disk takes no writes, whether it does now.
    ///
    /// # Errors
    /// [`StorageError::DiskFull`], or what else prevents a write.
    pub async fn check_disk(&self) -> Result<(), StorageError> {
        if !self.health.is_disk_full() {
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

    /// Runs `work` in a transaction that may write. There is one such transaction at a time.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        operation: &'static str,
        work: impl FnOnce(&mut Connection) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, StorageError> {
        let result = self.writer.run(operation, work).await;
        let result = result.map_err(|error| error.of_file().of_write());
        self.health.record_write(&result);
        result
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
        let result = self.readers.run(operation, work).await.map_err(StorageError::of_file);
        self.health.record(&result);
        result
    }
}

/// What follows a commit that changed a tracked table.
fn announcement(counter: Option<ChangeCounter>, commits: watch::Sender<()>) -> impl Fn() {
    move || {
        counter.iter().for_each(ChangeCounter::increment);
        commits.send_replace(());
    }
}

impl DatabaseHealth {
    /// Returns the number of operations that failed in the database since it was opened.
    #[must_use]
    pub fn errors(&self) -> u64 {
        self.errors.load(Ordering::Relaxed)
    }

    /// Returns whether the last operation that wrote found that the disk takes no writes.
    #[must_use]
    pub fn is_disk_full(&self) -> bool {
        self.disk_full.load(Ordering::Relaxed)
    }

    fn record_write<T>(&self, result: &Result<T, StorageError>) {
        match result {
            Ok(_) => self.disk_full.store(false, Ordering::Relaxed),
            Err(StorageError::DiskFull { .. }) => self.disk_full.store(true, Ordering::Relaxed),
            Err(_) => {}
        }
        self.record(result);
    }

    fn record<T>(&self, result: &Result<T, StorageError>) {
        if matches!(
            result,
            Err(StorageError::Database { .. }
                | StorageError::DiskFull { .. }
                | StorageError::Replaced { .. })
        ) {
            self.errors.fetch_add(1, Ordering::Relaxed);
        }
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

/// Finds the one path of a SQLite file and takes the lock beside it; no lock means that another server has it.
fn resolve(url: DatabaseUrl) -> Result<(DatabaseUrl, Option<File>), StorageError> {
    let DatabaseUrl::Sqlite(file) = url else { return Ok((url, None)) };
    let failed = |reason| StorageError::Open { database: file.path().display().to_string(), reason };
    let resolved = file.resolve().map_err(failed)?;
    let lock = resolved.lock().map_err(|error| failed(error.to_string()))?;
    Ok((DatabaseUrl::Sqlite(resolved), lock))
}
