//! The one connection that writes, on a thread of its own. Operations that wait together are committed together: a commit
//! costs far more than most of what is committed. Each of them still happens whole or not at all, and is durable before
//! its caller hears of it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use diesel::Connection as _;
use diesel::result::Error as DieselError;
use tokio::sync::oneshot;

use crate::address::Address;
use crate::connection::Connection;
use crate::error::{Fault, StorageError, may_pass};

/// How many operations are committed together at most.
const GROUP: usize = 256;

/// After this long no further operation is taken into a group, so that those already in it are answered.
const GROUP_WITHIN: Duration = Duration::from_millis(20);

pub(crate) struct Writer {
    queue: Option<Sender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
}

/// An operation that waits, runs, and is answered once its commit is known.
trait Job: Send {
    /// Runs the operation. `Err` says why the transaction cannot go on.
    fn run(&mut self, connection: &mut Connection) -> Result<(), String>;
    /// Tells the caller; `lost` says why nothing of the group was committed.
    fn answer(self: Box<Self>, lost: Option<&str>);
    fn effect(&self) -> Effect;
}

/// What an operation may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Something that is listed.
    Listed,
    /// Nothing that a version of the tasks stands for.
    Unlisted,
}

struct Waiting<T, W> {
    operation: &'static str,
    effect: Effect,
    work: Option<W>,
    result: Option<Result<T, StorageError>>,
    /// It was this one that ended the transaction.
    fatal: bool,
    caller: oneshot::Sender<Result<T, StorageError>>,
}

impl Writer {
    /// `committed` is called after each commit that may have changed what is listed, before anyone hears of it.
    pub(crate) fn start(
        address: Address,
        first: Connection,
        committed: impl Fn() + Send + 'static,
    ) -> Result<Self, std::io::Error> {
        let (queue, jobs) = channel();
        let mut desk = Desk { address, connection: Some(first), committed };
        let thread = std::thread::Builder::new()
            .name("tikmatrix-writer".to_owned())
            .spawn(move || desk.serve(&jobs))?;
        Ok(Self { queue: Some(queue), thread: Some(thread) })
    }

    /// Has `work` run in a transaction of its own, as far as anyone can tell. A caller that gives up does not cut it
    /// short.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        operation: &'static str,
        effect: Effect,
        work: impl FnOnce(&mut Connection) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, StorageError> {
        let answer = self.ask(operation, effect, work)?;
        answer.await.map_err(|_dropped| StorageError::CutOff { operation })?
    }

    /// Puts `work` into the queue, in the order of the calls.
    fn ask<T: Send + 'static>(
        &self,
        operation: &'static str,
        effect: Effect,
        work: impl FnOnce(&mut Connection) -> Result<T, Fault> + Send + 'static,
    ) -> Result<oneshot::Receiver<Result<T, StorageError>>, StorageError> {
        let (caller, answer) = oneshot::channel();
        let job =
            Box::new(Waiting { operation, effect, work: Some(work), result: None, fatal: false, caller });
        match self.queue.as_ref().map(|queue| queue.send(job)) {
            Some(Ok(())) => Ok(answer),
            Some(Err(_)) | None => Err(StorageError::CutOff { operation }),
        }
    }
}

impl Drop for Writer {
    /// Waits until everything that was asked for is done: the database is closed afterwards, and not before.
    fn drop(&mut self) {
        drop(self.queue.take());
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has been told where it happened.
            let _ = thread.join();
        }
    }
}

/// What the writer's thread works with.
struct Desk<C> {
    address: Address,
    connection: Option<Connection>,
    committed: C,
}

impl<C: Fn()> Desk<C> {
    fn serve(&mut self, jobs: &Receiver<Box<dyn Job>>) {
        while let Ok(first) = jobs.recv() {
            let group = std::iter::once(first).chain(jobs.try_iter().take(GROUP - 1)).collect();
            // Whoever wrote a job that panics hears that it was cut off; everyone else goes on.
            if catch_unwind(AssertUnwindSafe(|| self.serve_all(group))).is_err() {
                self.connection = None;
            }
        }
    }

    fn serve_all(&mut self, mut waiting: Vec<Box<dyn Job>>) {
        while !waiting.is_empty() {
            let (done, lost) = self.commit_together(&mut waiting);
            if lost.is_some() {
                // It may be in any state, and on PostgreSQL it may lead to a server that is gone.
                self.connection = None;
            }
            if done.iter().any(|job| job.effect() == Effect::Listed) {
                (self.committed)();
            }
            for job in done {
                job.answer(lost.as_deref());
            }
        }
    }

    /// Runs the first operations of `waiting` in one transaction and takes them out; says why it was lost, if it was.
    fn commit_together(&mut self, waiting: &mut Vec<Box<dyn Job>>) -> (Vec<Box<dyn Job>>, Option<String>) {
        let connection = match &mut self.connection {
            Some(connection) => connection,
            none => match self.address.connect() {
                Ok(connection) => none.insert(connection),
                Err(reason) => return (std::mem::take(waiting), Some(reason)),
            },
        };
        if let Err(error) = connection.begin_to_write() {
            return (std::mem::take(waiting), Some(error.to_string()));
        }
        let begun = Instant::now();
        let mut count = 0;
        let mut lost = None;
        for job in waiting.iter_mut() {
            count += 1;
            if let Err(reason) = job.run(connection) {
                lost = Some(reason);
                break;
            }
            if begun.elapsed() > GROUP_WITHIN {
                break;
            }
        }
        let done = waiting.drain(..count).collect();
        if lost.is_none() {
            lost = connection.commit().err().map(|error| error.to_string());
        }
        (done, lost)
    }
}

impl<T: Send, W: FnOnce(&mut Connection) -> Result<T, Fault> + Send> Job for Waiting<T, W> {
    fn run(&mut self, connection: &mut Connection) -> Result<(), String> {
        let Some(work) = self.work.take() else { return Ok(()) };
        // Within the group's transaction this is a savepoint.
        let result = connection.transaction(work);
        let fatal = match &result {
            Err(Fault::Database(error)) if ends_the_transaction(error) => Some(error.to_string()),
            _ => None,
        };
        self.fatal = fatal.is_some();
        self.result = Some(result.map_err(|fault| fault.during(self.operation)));
        fatal.map_or(Ok(()), Err)
    }

    fn effect(&self) -> Effect {
        self.effect
    }

    fn answer(self: Box<Self>, lost: Option<&str>) {
        let operation = self.operation;
        let answer = match (lost, self.result) {
            // What the others came to, a refusal included, they came to in view of changes that are lost now.
            (Some(reason), _) if !self.fatal => {
                Err(StorageError::Database { operation, reason: reason.to_owned(), transient: true })
            }
            (_, Some(result)) => result,
            (_, None) => Err(StorageError::CutOff { operation }),
        };
        // A caller that has gone does not want to know.
        let _ = self.caller.send(answer);
    }
}

/// Whether more than one statement was refused: what may pass, such as a full disk or a lost server, may have ended the
/// transaction already, and so has whatever makes it impossible to go back to a savepoint.
fn ends_the_transaction(error: &DieselError) -> bool {
    match error {
        DieselError::RollbackErrorOnCommit { .. }
        | DieselError::RollbackTransaction
        | DieselError::BrokenTransactionManager
        | DieselError::AlreadyInTransaction
        | DieselError::NotInTransaction => true,
        DieselError::DatabaseError(_, information) if information.message().contains("savepoint") => true,
        other => may_pass(other),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use diesel::connection::SimpleConnection;
    use tempfile::TempDir;

    use super::*;
    use crate::error::Fault;

    struct Fixture {
        writer: Arc<Writer>,
        address: Address,
        commits: Arc<AtomicUsize>,
        _folder: TempDir,
    }

    impl Fixture {
        fn new() -> Self {
            let folder = TempDir::new().unwrap();
            let address = Address::Sqlite(folder.path().join("tasks.db"));
            let mut connection = address.connect().unwrap();
            connection.batch_execute("CREATE TABLE kept (text TEXT PRIMARY KEY)").unwrap();
            let commits = Arc::new(AtomicUsize::new(0));
            let counted = Arc::clone(&commits);
            let committed = move || {
                counted.fetch_add(1, Ordering::SeqCst);
            };
            let writer = Arc::new(Writer::start(address.clone(), connection, committed).unwrap());
            Self { writer, address, commits, _folder: folder }
        }

        /// Asks for `sql` now; the answer comes later.
        fn ask(&self, sql: &'static str) -> oneshot::Receiver<Result<(), StorageError>> {
            self.ask_for(move |connection| Ok(connection.batch_execute(sql)?))
        }

        fn ask_for(
            &self,
            work: impl FnOnce(&mut Connection) -> Result<(), Fault> + Send + 'static,
        ) -> oneshot::Receiver<Result<(), StorageError>> {
            self.writer.ask("test", Effect::Listed, work).unwrap()
        }

        /// Keeps the writer busy until the returned end is dropped, so that everyone else waits together.
        fn hold(&self) -> Sender<()> {
            let (release, held) = channel();
            let (begun, begins) = channel();
            drop(self.ask_for(move |_| {
                begun.send(()).unwrap();
                let _ = held.recv();
                Ok(())
            }));
            begins.recv().unwrap();
            release
        }

        fn kept(&self) -> Vec<String> {
            use diesel::prelude::*;
            use diesel::sql_types::Text;

            #[derive(QueryableByName)]
            struct Line {
                #[diesel(sql_type = Text)]
                text: String,
            }
            let mut connection = self.address.connect().unwrap();
            let query = diesel::sql_query("SELECT text FROM kept ORDER BY text");
            query.load(&mut connection).unwrap().into_iter().map(|line: Line| line.text).collect()
        }
    }

    #[tokio::test]
    async fn what_waits_together_is_committed_together_and_fails_alone() {
        let fixture = Fixture::new();
        let release = fixture.hold();
        let one = fixture.ask("INSERT INTO kept VALUES ('one')");
        let again = fixture.ask("INSERT INTO kept VALUES ('half'); INSERT INTO kept VALUES ('one')");
        let refused = fixture.ask_for(|connection| {
            connection.batch_execute("INSERT INTO kept VALUES ('refused')")?;
            Err(StorageError::NoSuchTask(tikmatrix_domain::TaskId(1)).into())
        });
        let two = fixture.ask("INSERT INTO kept VALUES ('two')");
        drop(release);
        one.await.unwrap().unwrap();
        assert!(!again.await.unwrap().unwrap_err().is_transient());
        assert!(matches!(refused.await.unwrap(), Err(StorageError::NoSuchTask(_))));
        two.await.unwrap().unwrap();
        assert_eq!(fixture.kept(), ["one", "two"]);
        assert_eq!(fixture.commits.load(Ordering::SeqCst), 2, "one for the hold, one for all others");
    }

    #[tokio::test]
    async fn a_full_disk_loses_the_group_whole_and_passes() {
        let fixture = Fixture::new();
        let release = fixture.hold();
        let before = fixture.ask("INSERT INTO kept VALUES ('before')");
        let full = fixture.ask(
            "PRAGMA max_page_count = 1; WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 1000)
             INSERT INTO kept SELECT hex(randomblob(1000)) FROM n",
        );
        drop(release);
        for answer in [before, full] {
            let error = answer.await.unwrap().unwrap_err();
            assert!(error.is_transient() && error.to_string().contains("full"), "{error}");
        }
        assert_eq!(fixture.kept(), Vec::<String>::new());
        fixture.ask("INSERT INTO kept VALUES ('after')").await.unwrap().unwrap();
        assert_eq!(fixture.kept(), ["after"]);
    }

    #[tokio::test]
    async fn a_database_that_was_read_only_is_written_again() {
        let fixture = Fixture::new();
        let refused = fixture.ask("PRAGMA query_only = ON; INSERT INTO kept VALUES ('lost')");
        assert!(refused.await.unwrap().unwrap_err().is_transient());
        fixture.ask("INSERT INTO kept VALUES ('after')").await.unwrap().unwrap();
        assert_eq!(fixture.kept(), ["after"]);
    }

    #[tokio::test]
    async fn an_operation_that_panics_is_cut_off_and_no_other_after_it() {
        let fixture = Fixture::new();
        let broken = fixture.ask_for(|_| panic!("made on purpose"));
        assert!(broken.await.is_err());
        fixture.ask("INSERT INTO kept VALUES ('after')").await.unwrap().unwrap();
        assert_eq!(fixture.kept(), ["after"]);
    }
}
