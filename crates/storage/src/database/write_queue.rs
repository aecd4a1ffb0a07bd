//! The one connection that writes, on one thread for blocking work at a time. Operations that wait together are
//! committed together: a commit costs far more than most of what is committed. Each of them still happens whole or not
//! at all, and is durable before its caller hears of it.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use diesel::Connection as _;
use diesel::result::Error as DieselError;
use tokio::sync::oneshot;

use crate::database::connection::Connection;
use crate::database::url::DatabaseUrl;
use crate::error::{Fault, StorageError, in_one_line, may_pass};

/// How many operations are committed together at most.
const GROUP: usize = 256;

/// After this long no further operation is taken into a group, so that those already in it are answered.
const GROUP_WITHIN: Duration = Duration::from_millis(20);

pub(crate) struct WriteQueue {
    line: Arc<Line>,
}

/// Who waits, and whoever serves them.
struct Line {
    waiting: Mutex<Queue>,
    desk: Mutex<Desk>,
    emptied: Condvar,
}

#[derive(Default)]
struct Queue {
    jobs: VecDeque<Box<dyn Job>>,
    is_served: bool,
}

/// The duty to serve the line; it ends even if the runtime ends before it was taken up.
struct Duty {
    line: Arc<Line>,
    is_done: bool,
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

impl WriteQueue {
    /// `committed` is called after each commit that may have changed what is listed, before anyone hears of it.
    pub(crate) fn new(
        address: DatabaseUrl,
        first: Connection,
        committed: impl Fn() + Send + 'static,
    ) -> Self {
        let desk = Desk { address, connection: Some(first), committed: Box::new(committed) };
        let waiting = Mutex::default();
        Self { line: Arc::new(Line { waiting, desk: Mutex::new(desk), emptied: Condvar::new() }) }
    }

    /// Has `work` run in a transaction of its own, as far as anyone can tell. A caller that gives up does not cut it
    /// short.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        operation: &'static str,
        effect: Effect,
        work: impl FnOnce(&mut Connection) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, StorageError> {
        let answer = self.ask(operation, effect, work);
        answer.await.map_err(|_dropped| StorageError::CutOff { operation })?
    }

    /// Puts `work` into the queue, in the order of the calls.
    fn ask<T: Send + 'static>(
        &self,
        operation: &'static str,
        effect: Effect,
        work: impl FnOnce(&mut Connection) -> Result<T, Fault> + Send + 'static,
    ) -> oneshot::Receiver<Result<T, StorageError>> {
        let (caller, answer) = oneshot::channel();
        let job =
            Box::new(Waiting { operation, effect, work: Some(work), result: None, fatal: false, caller });
        let mut waiting = lock(&self.line.waiting);
        waiting.jobs.push_back(job);
        if !std::mem::replace(&mut waiting.is_served, true) {
            let duty = Duty { line: Arc::clone(&self.line), is_done: false };
            drop(tokio::task::spawn_blocking(move || duty.serve()));
        }
        answer
    }
}

impl Drop for WriteQueue {
    /// Waits until everything that was asked for is done: the database is closed afterwards, and not before.
    fn drop(&mut self) {
        let mut waiting = lock(&self.line.waiting);
        while waiting.is_served {
            waiting = self.line.emptied.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Duty {
    fn serve(mut self) {
        let line = Arc::clone(&self.line);
        let mut desk = lock(&line.desk);
        loop {
            let group: Vec<_> = {
                let mut waiting = lock(&line.waiting);
                if waiting.jobs.is_empty() {
                    waiting.is_served = false;
                    self.is_done = true;
                    line.emptied.notify_all();
                    return;
                }
                let count = waiting.jobs.len().min(GROUP);
                waiting.jobs.drain(..count).collect()
            };
            // Whoever wrote a job that panics hears that it was cut off; everyone else goes on.
            if catch_unwind(AssertUnwindSafe(|| desk.serve_all(group))).is_err() {
                desk.connection = None;
            }
        }
    }
}

impl Drop for Duty {
    fn drop(&mut self) {
        if self.is_done {
            return;
        }
        // The runtime ended first: whoever still waits is cut off.
        let mut waiting = lock(&self.line.waiting);
        waiting.jobs.clear();
        waiting.is_served = false;
        self.line.emptied.notify_all();
    }
}

/// No job runs under these locks without being caught, so that what they protect is whole even after a panic.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the writer works with.
struct Desk {
    address: DatabaseUrl,
    connection: Option<Connection>,
    committed: Box<dyn Fn() + Send>,
}

impl Desk {
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
        if let Err(error) = connection.begin_write() {
            return (std::mem::take(waiting), Some(in_one_line(&error)));
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
        let done: Vec<Box<dyn Job>> = waiting.drain(..count).collect();
        if lost.is_none() {
            let is_listed = done.iter().any(|job| job.effect() == Effect::Listed);
            let counted = if is_listed { connection.count_change() } else { Ok(()) };
            lost = counted.and_then(|()| connection.commit()).err().map(|error| in_one_line(&error));
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
            Err(Fault::Database(error)) if ends_the_transaction(error) => Some(in_one_line(error)),
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
mod tests;
