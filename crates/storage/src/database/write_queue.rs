//! The one connection that writes, owned by one thread. Operations that wait together are committed together, because a
//! commit costs far more than most of what is committed. Each operation still happens whole or not at all, and is
//! durable before its caller is answered.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::Receiver;
use diesel::Connection as _;
use diesel::result::Error as DieselError;
use tokio::sync::oneshot;

use crate::database::connection::Connection;
use crate::database::job_queue::JobQueue;
use crate::database::url::DatabaseUrl;
use crate::error::{Fault, StorageError, in_one_line, is_transient};

/// The maximum number of operations that are committed together.
const MAX_GROUP_SIZE: usize = 256;

/// After this long a group takes no further operation, so that those already in it are answered.
const MAX_GROUP_TIME: Duration = Duration::from_millis(20);

/// The queue of operations that write.
pub(crate) struct WriteQueue {
    jobs: JobQueue<Job>,
}

/// An operation: runs in a transaction, or fails with the reason why there is none.
type Job = Box<dyn FnOnce(Result<Transaction<'_>, &str>) -> Executed + Send>;

/// The transaction that an operation runs in.
struct Transaction<'connection> {
    connection: &'connection mut Connection,
    /// Whether no other operation runs in it, so that what a refused one has done is undone by its end.
    is_own: bool,
}

/// Answers the caller of an operation. The argument is the reason why nothing of its group was committed, if nothing was.
type Answer = Box<dyn FnOnce(Option<&str>)>;

/// An operation that ran and waits for its commit.
struct Executed {
    answer: Answer,
    /// Whether it failed, so that what it has done must not be committed.
    is_refused: bool,
    /// Why the transaction cannot go on after this operation.
    fatal: Option<String>,
}

/// The thread's own part of the queue.
struct Worker {
    url: DatabaseUrl,
    connection: Option<Connection>,
    /// Set by the connection when a tracked table is written.
    changed: Arc<AtomicBool>,
    jobs: Receiver<Job>,
    on_change: Arc<dyn Fn() + Send + Sync>,
    failures: Arc<AtomicU64>,
}

impl WriteQueue {
    /// Opens the connection and starts its thread. `on_change` is called after each commit that wrote a tracked table,
    /// before any caller is answered. `failures` counts, likewise before, what other connections may suffer from too.
    pub(crate) fn open(
        url: &DatabaseUrl,
        failures: &Arc<AtomicU64>,
        on_change: impl Fn() + Send + Sync + 'static,
    ) -> Result<Self, String> {
        let changed = Arc::new(AtomicBool::new(false));
        let mut connection = Some(connect(url, &changed)?);
        let on_change: Arc<dyn Fn() + Send + Sync> = Arc::new(on_change);
        let jobs = JobQueue::start("storage-write", 1, |jobs| {
            let (url, connection) = (url.clone(), connection.take());
            let (changed, on_change) = (Arc::clone(&changed), Arc::clone(&on_change));
            let failures = Arc::clone(failures);
            let mut worker = Worker { url, connection, changed, jobs, on_change, failures };
            move || worker.run()
        });
        Ok(Self { jobs: jobs.map_err(|error| error.to_string())? })
    }

    /// Runs `work` in a transaction of its own, as far as other operations can tell. It runs to its end even when the
    /// caller is dropped.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        operation: &'static str,
        work: impl FnOnce(&mut Connection) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, StorageError> {
        self.push(operation, work).await.map_err(|_dropped| StorageError::CutOff { operation })?
    }

    /// Appends `work` to the queue, in the order of the calls.
    fn push<T: Send + 'static>(
        &self,
        operation: &'static str,
        work: impl FnOnce(&mut Connection) -> Result<T, Fault> + Send + 'static,
    ) -> oneshot::Receiver<Result<T, StorageError>> {
        let (caller, answer) = oneshot::channel();
        self.jobs.push(Box::new(move |transaction| execute(operation, work, transaction, caller)));
        answer
    }
}

fn execute<T: 'static>(
    operation: &'static str,
    work: impl FnOnce(&mut Connection) -> Result<T, Fault>,
    transaction: Result<Transaction<'_>, &str>,
    caller: oneshot::Sender<Result<T, StorageError>>,
) -> Executed {
    let unavailable =
        move |reason: &str| StorageError::Database { operation, reason: reason.to_owned(), transient: true };
    let result = match transaction {
        // While a savepoint is open, SQLite keeps each page once for every statement that changes it: as a savepoint, one
        // request for 1,000 tasks would write 44 MB into a temporary file.
        Ok(Transaction { connection, is_own: true }) => work(connection),
        // Within the group's transaction this is a savepoint.
        Ok(Transaction { connection, is_own: false }) => connection.transaction(work),
        Err(reason) => Err(Fault::Refused(unavailable(reason))),
    };
    let fatal = match &result {
        Err(Fault::Database(error)) if ends_transaction(error) => Some(in_one_line(error)),
        _ => None,
    };
    let is_cause = fatal.is_some();
    let is_refused = result.is_err();
    let result = result.map_err(|fault| fault.during(operation));
    let answer = move |lost: Option<&str>| {
        let answer = match lost {
            // The results of the others, refusals included, were found in view of changes that are lost now.
            Some(reason) if !is_cause => Err(unavailable(reason)),
            _ => result,
        };
        // The caller may have been dropped.
        let _ = caller.send(answer);
    };
    Executed { answer: Box::new(answer), is_refused, fatal }
}

impl Worker {
    fn run(&mut self) {
        while let Ok(first) = self.jobs.recv() {
            // A panic cuts off the callers of its group, and no later ones.
            if catch_unwind(AssertUnwindSafe(|| self.commit_group(first))).is_err() {
                self.connection = None;
            }
        }
    }

    /// Commits `first` and the operations that wait behind it, then answers their callers.
    fn commit_group(&mut self, first: Job) {
        let mut executed = Vec::new();
        let lost = self.execute_group(first, &mut executed).err();
        if lost.is_some() {
            // It may be in any state, and on PostgreSQL it may lead to a server that is gone.
            self.connection = None;
            self.failures.fetch_add(1, Ordering::Relaxed);
        }
        for operation in executed {
            (operation.answer)(lost.as_deref());
        }
    }

    /// Runs a group in one transaction. `Err` is the reason why nothing of it was committed.
    fn execute_group(&mut self, first: Job, executed: &mut Vec<Executed>) -> Result<(), String> {
        let waiting = self.jobs.len().min(MAX_GROUP_SIZE - 1);
        let group = std::iter::once(first).chain(self.jobs.try_iter().take(waiting));
        // The connection still leads to the file that is gone, which takes what is written with it; it stays, since the file
        // may come back.
        if let Err(reason) = self.url.check() {
            executed.extend(group.map(|job| job(Err(&reason))));
            return Ok(());
        }
        let begun = begin(&mut self.connection, &self.url, &self.changed);
        let connection = match begun {
            Ok(connection) => connection,
            Err(reason) => {
                executed.extend(group.map(|job| job(Err(&reason))));
                return Err(reason);
            }
        };
        let started = Instant::now();
        let is_own = waiting == 0;
        for job in group {
            let mut operation = job(Ok(Transaction { connection: &mut *connection, is_own }));
            let fatal = operation.fatal.take();
            let is_undone = is_own && operation.is_refused;
            executed.push(operation);
            if let Some(reason) = fatal {
                return Err(reason);
            }
            if is_undone {
                self.changed.store(false, Ordering::Relaxed);
                return connection.rollback().map_err(|error| in_one_line(&error));
            }
            if started.elapsed() > MAX_GROUP_TIME {
                break;
            }
        }
        let has_changed = connection.take_change(&self.changed);
        let committed = has_changed.and_then(|changed| connection.commit().map(|()| changed));
        // A commit that failed may have happened all the same.
        if *committed.as_ref().unwrap_or(&true) {
            (self.on_change)();
        }
        committed.map(drop).map_err(|error| in_one_line(&error))
    }
}

/// Begins the group's transaction, on a new connection if there is none.
fn begin<'connection>(
    connection: &'connection mut Option<Connection>,
    url: &DatabaseUrl,
    changed: &Arc<AtomicBool>,
) -> Result<&'connection mut Connection, String> {
    let connection = match connection {
        Some(connection) => connection,
        none => none.insert(connect(url, changed)?),
    };
    connection.begin_write().map_err(|error| in_one_line(&error))?;
    Ok(connection)
}

fn connect(url: &DatabaseUrl, changed: &Arc<AtomicBool>) -> Result<Connection, String> {
    let mut connection = url.connect()?;
    connection.track_changes(changed).map_err(|error| in_one_line(&error))?;
    Ok(connection)
}

/// Returns whether more than one statement failed: a transient error, such as a full disk or a lost server, may have ended
/// the transaction already, and so has an error that prevents the rollback to a savepoint.
fn ends_transaction(error: &DieselError) -> bool {
    match error {
        DieselError::RollbackErrorOnCommit { .. }
        | DieselError::RollbackTransaction
        | DieselError::BrokenTransactionManager
        | DieselError::AlreadyInTransaction
        | DieselError::NotInTransaction => true,
        DieselError::DatabaseError(_, information) if information.message().contains("savepoint") => true,
        other => is_transient(other),
    }
}

#[cfg(test)]
mod tests;
