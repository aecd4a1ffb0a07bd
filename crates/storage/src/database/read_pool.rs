//! The connections that only read: a few, pooled. Callers queue in order and without occupying a thread; as many threads
//! for blocking work as there are connections serve the queue until it is empty. So a busy server does not wake a thread
//! for each operation, which costs more than most of them.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use diesel::r2d2::{ManageConnection, NopErrorHandler, Pool, R2D2Connection};
use tokio::sync::oneshot;

use crate::database::connection::Connection;
use crate::database::url::DatabaseUrl;
use crate::error::{Fault, StorageError};

/// ReadPool and the writer work side by side on both engines.
const READERS: u32 = 4;

/// Callers wait here only while the database is gone; then they should hear of it soon.
const CONNECT_WITHIN: Duration = Duration::from_secs(2);

pub(crate) struct ReadPool {
    line: Arc<Line>,
}

/// Who waits, and what they wait for.
struct Line {
    pool: Pool<Connector>,
    losses: Arc<AtomicU64>,
    waiting: Mutex<Queue>,
}

#[derive(Default)]
struct Queue {
    jobs: VecDeque<Job>,
    /// How many threads serve it.
    served_by: u32,
}

/// An operation that waits: runs, and tells its caller.
type Job = Box<dyn FnOnce(&Line) + Send>;

/// One thread's duty to serve the line; it ends even if the runtime ends before it was taken up.
struct Duty {
    line: Arc<Line>,
    is_done: bool,
}

/// Makes connections for the pool, and knows which of them to doubt.
struct Connector {
    address: DatabaseUrl,
    /// How often the database was found to be gone. A connection from before the last time is tried before it is used.
    losses: Arc<AtomicU64>,
}

struct Reader {
    connection: Connection,
    losses: u64,
    /// Something went wrong on it that another connection may not suffer from.
    suspect: bool,
}

#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct ConnectError(String);

impl ReadPool {
    pub(crate) fn open(address: &DatabaseUrl) -> Result<Self, String> {
        let losses = Arc::new(AtomicU64::new(0));
        let pool = Pool::builder()
            .max_size(READERS)
            .min_idle(Some(1))
            .connection_timeout(CONNECT_WITHIN)
            // Whoever asks for a connection is told what is wrong; the pool would say it again for each of its own tries.
            .error_handler(Box::new(NopErrorHandler))
            .build(Connector { address: address.clone(), losses: Arc::clone(&losses) })
            .map_err(|error| error.to_string())?;
        Ok(Self { line: Arc::new(Line { pool, losses, waiting: Mutex::default() }) })
    }

    /// Has `work` run on a connection of its own. A caller that gives up does not cut it short.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        operation: &'static str,
        work: impl FnOnce(&mut Connection) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, StorageError> {
        let (caller, answer) = oneshot::channel();
        self.ask(Box::new(move |line| {
            // Nobody may be waiting any more.
            let _ = caller.send(line.work(operation, work));
        }));
        answer.await.map_err(|_dropped| StorageError::CutOff { operation })?
    }

    fn ask(&self, job: Job) {
        let mut waiting = self.line.waiting();
        waiting.jobs.push_back(job);
        if waiting.served_by < READERS {
            waiting.served_by += 1;
            drop(waiting);
            let duty = Duty { line: Arc::clone(&self.line), is_done: false };
            drop(tokio::task::spawn_blocking(move || duty.serve()));
        }
    }
}

impl Line {
    fn work<T>(
        &self,
        operation: &'static str,
        work: impl FnOnce(&mut Connection) -> Result<T, Fault>,
    ) -> Result<T, StorageError> {
        let gone = |reason: String| StorageError::Database { operation, reason, transient: true };
        let mut reader = self.pool.get().map_err(|error| gone(error.to_string()))?;
        work(&mut reader.connection).map_err(|fault| {
            let error = fault.during(operation);
            if error.is_transient() {
                reader.suspect = true;
                self.losses.fetch_add(1, Ordering::Relaxed);
            }
            error
        })
    }

    fn waiting(&self) -> MutexGuard<'_, Queue> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Duty {
    fn serve(mut self) {
        while let Some(job) = self.next() {
            // Whoever asked for work that panics hears that it was cut off; everyone else goes on.
            let _ = catch_unwind(AssertUnwindSafe(|| job(&self.line)));
        }
    }

    /// The next job; with none the duty is done.
    fn next(&mut self) -> Option<Job> {
        let job = self.line.waiting().jobs.pop_front();
        if job.is_some() {
            return job;
        }
        // On a busy machine others have their turn now, and often ask for more in it.
        std::thread::yield_now();
        let mut waiting = self.line.waiting();
        let job = waiting.jobs.pop_front();
        if job.is_none() {
            waiting.served_by -= 1;
            self.is_done = true;
        }
        job
    }
}

impl Drop for Duty {
    fn drop(&mut self) {
        if self.is_done {
            return;
        }
        // The runtime has ended: nobody will come for those who wait. They hear of it when their jobs are dropped.
        let abandoned = {
            let mut waiting = self.line.waiting();
            waiting.served_by -= 1;
            std::mem::take(&mut waiting.jobs)
        };
        drop(abandoned);
    }
}

impl ManageConnection for Connector {
    type Connection = Reader;
    type Error = ConnectError;

    fn connect(&self) -> Result<Reader, ConnectError> {
        let losses = self.losses.load(Ordering::Relaxed);
        let connection = self.address.connect().map_err(ConnectError)?;
        Ok(Reader { connection, losses, suspect: false })
    }

    fn is_valid(&self, reader: &mut Reader) -> Result<(), ConnectError> {
        let losses = self.losses.load(Ordering::Relaxed);
        if reader.losses != losses {
            reader.connection.ping().map_err(|error| ConnectError(error.to_string()))?;
            reader.losses = losses;
        }
        Ok(())
    }

    fn has_broken(&self, reader: &mut Reader) -> bool {
        reader.suspect || reader.connection.is_broken() || std::thread::panicking()
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

    fn readers() -> (ReadPool, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let readers = ReadPool::open(&DatabaseUrl::Sqlite(folder.path().join("any.db"))).unwrap();
        (readers, folder)
    }

    fn one(connection: &mut Connection) -> Result<i32, Fault> {
        Ok(diesel::select(sql::<Integer>("1")).get_result(connection)?)
    }

    #[tokio::test]
    async fn whoever_waits_behind_work_that_panics_is_served() {
        let (readers, _folder) = readers();
        for _ in 0..2 * READERS {
            let failed = readers.run("panic", |_| -> Result<(), Fault> { panic!("on purpose") });
            let (failed, served) = tokio::join!(failed, readers.run("read", one));
            assert!(matches!(failed, Err(StorageError::CutOff { operation: "panic" })), "{failed:?}");
            assert_eq!(served.unwrap(), 1);
        }
    }

    #[tokio::test]
    async fn as_many_read_at_once_as_there_are_connections_and_then_everyone_who_waited() {
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
        for _ in 0..READERS {
            let (end, ended) = std::sync::mpsc::channel();
            ends.push(end);
            ask(&mut results, Some(ended));
        }
        for _ in 0..READERS {
            has_begun.recv().await.unwrap();
        }
        (0..100).for_each(|_| ask(&mut results, None));
        drop(ends);
        assert_eq!(results.join_all().await.into_iter().sum::<i32>(), 104);
    }
}
