//! The connections that only read: a few threads that serve one queue, each with a connection of its own. Callers wait
//! without occupying a thread.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crossbeam_channel::Receiver;
use tokio::sync::oneshot;

use crate::database::connection::Connection;
use crate::database::job_queue::JobQueue;
use crate::database::url::DatabaseUrl;
use crate::error::{Fault, StorageError};

/// Readers and the writer work side by side on both engines.
const POOL_SIZE: usize = 4;

/// The queue of operations that only read.
pub(crate) struct ReadPool {
    jobs: JobQueue<Job>,
    failures: Arc<AtomicU64>,
}

/// An operation: runs on the connection, or fails with the reason why there is none.
type Job = Box<dyn FnOnce(Result<&mut Connection, String>) + Send>;

/// One thread's part of the pool.
struct Worker {
    url: DatabaseUrl,
    connection: Option<Connection>,
    jobs: Receiver<Job>,
    /// How often the database failed. A connection from before the last failure is replaced before it is used.
    failures: Arc<AtomicU64>,
    failures_seen: u64,
}

impl ReadPool {
    /// Starts the threads; each connects when it takes its first operation. `failures` is how often the database failed,
    /// here or in the write queue, in a way that other connections may suffer from too.
    pub(crate) fn open(url: &DatabaseUrl, failures: &Arc<AtomicU64>) -> Result<Self, String> {
        let jobs = JobQueue::start("storage-read", POOL_SIZE, |jobs| {
            let (url, failures) = (url.clone(), Arc::clone(failures));
            let mut worker = Worker { url, connection: None, jobs, failures, failures_seen: 0 };
            move || worker.run()
        });
        Ok(Self { jobs: jobs.map_err(|error| error.to_string())?, failures: Arc::clone(failures) })
    }

    /// Runs `work` on one of the connections. It runs to its end even when the caller is dropped.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        operation: &'static str,
        work: impl FnOnce(&mut Connection) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, StorageError> {
        let (caller, answer) = oneshot::channel();
        let failures = Arc::clone(&self.failures);
        self.jobs.push(Box::new(move |connection| {
            let result = match connection {
                Ok(connection) => work(connection).map_err(|fault| fault.during(operation)),
                Err(reason) => Err(StorageError::Database { operation, reason, transient: true }),
            };
            // Counted before the answer, so that whatever the caller asks next gets a new connection.
            if result.as_ref().is_err_and(StorageError::is_transient) {
                failures.fetch_add(1, Ordering::Relaxed);
            }
            // The caller may have been dropped.
            let _ = caller.send(result);
        }));
        answer.await.map_err(|_dropped| StorageError::CutOff { operation })?
    }
}

impl Worker {
    fn run(&mut self) {
        while let Ok(job) = self.jobs.recv() {
            // A panic cuts off its own caller and no other; it may have left the connection in any state.
            if catch_unwind(AssertUnwindSafe(|| job(self.connection()))).is_err() {
                self.connection = None;
            }
        }
    }

    fn connection(&mut self) -> Result<&mut Connection, String> {
        let failures = self.failures.load(Ordering::Relaxed);
        if std::mem::replace(&mut self.failures_seen, failures) != failures {
            self.connection = None;
        }
        match &mut self.connection {
            Some(connection) => Ok(connection),
            none => Ok(none.insert(self.url.connect()?)),
        }
    }
}

#[cfg(test)]
mod tests {
    use diesel::RunQueryDsl;
    use diesel::dsl::sql;
    use diesel::sql_types::Integer;
    use tokio::sync::mpsc;
    use tokio::task::JoinSet;

    use super::*;
    use crate::database::url::sqlite_file::SqliteFile;

    fn readers() -> (ReadPool, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::Sqlite(SqliteFile::named(folder.path().join("any.db")));
        // As the writer does before there are readers: only one connection at a time can turn a new file to WAL.
        drop(url.connect().unwrap());
        (ReadPool::open(&url, &Arc::default()).unwrap(), folder)
    }

    fn one(connection: &mut Connection) -> Result<i32, Fault> {
        Ok(diesel::select(sql::<Integer>("1")).get_result(connection)?)
    }

    #[tokio::test]
    async fn an_operation_that_panics_is_cut_off_and_no_other_after_it() {
        let (readers, _folder) = readers();
        for _ in 0..2 * POOL_SIZE {
            let failed = readers.run("panic", |_| -> Result<(), Fault> { panic!("on purpose") });
            let (failed, served) = tokio::join!(failed, readers.run("read", one));
            assert!(matches!(failed, Err(StorageError::CutOff { operation: "panic" })), "{failed:?}");
            assert_eq!(served.unwrap(), 1);
        }
    }

    #[tokio::test]
    async fn as_many_read_at_once_as_there_are_connections_and_then_all_that_waited() {
        let (readers, _folder) = readers();
        let readers = Arc::new(readers);
        let (begun, mut has_begun) = mpsc::unbounded_channel();
        let (mut ends, mut results) = (Vec::new(), JoinSet::new());
        let ask = |results: &mut JoinSet<_>, ended: Option<std::sync::mpsc::Receiver<()>>| {
            let (readers, begun) = (Arc::clone(&readers), begun.clone());
            results.spawn(async move {
                let work = move |connection: &mut _| {
                    if let Some(ended) = ended {
                        begun.send(()).unwrap();
                        // Until the test drops the other end.
                        let _ = ended.recv();
                    }
                    one(connection)
                };
                readers.run("read", work).await.unwrap()
            });
        };
        for _ in 0..POOL_SIZE {
            let (end, ended) = std::sync::mpsc::channel();
            ends.push(end);
            ask(&mut results, Some(ended));
        }
        for _ in 0..POOL_SIZE {
            has_begun.recv().await.unwrap();
        }
        (0..100).for_each(|_| ask(&mut results, None));
        drop(ends);
        assert_eq!(results.join_all().await.into_iter().sum::<i32>(), 104);
    }
}
