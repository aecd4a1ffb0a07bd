//! The queue between requests and the audit. An entry is not part of the transaction that it reports: who asked, from where
//! and with which result is known to HTTP alone, one request may be several transactions or, refused, none, and a commit for
//! each entry would double what a change costs the disk. So requests leave their entries in a bounded queue, from which one
//! task writes them, many in one transaction. A crash of the machine loses the entries of the last moment; an orderly end
//! loses none. An entry that cannot be stored, because the queue is full or the database stays away until the end, goes to
//! the log.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tikmatrix_domain::{AuditRecord, Clock};
use tikmatrix_storage::{AuditStore, Store};
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};
use tokio_util::sync::CancellationToken;

/// Entries that wait while the database does not answer; those beyond go to the log.
const CAPACITY: usize = 1024;
/// The maximum number of entries that one transaction writes.
const MAX_BATCH: usize = 256;
/// How long the first entry waits for others, so that there are at most ten transactions a second.
const LINGER: Duration = Duration::from_millis(100);
/// How long a reader waits for the entries of before.
const SETTLE_TIMEOUT: Duration = Duration::from_secs(1);
/// After the database could not be written to.
const RETRY_DELAY: Duration = Duration::from_secs(1);
/// Some 60 MB; up to a minute's entries more are stored.
const MAX_ENTRIES: u32 = 250_000;
const CLEANUP_INTERVAL: Duration = Duration::from_secs(60);
/// How long the end of a server waits until the last entries are written.
const CLOSING_TIMEOUT: Duration = Duration::from_secs(5);

/// Takes the entries of requests.
pub(crate) struct AuditRecorder {
    pub(crate) clock: Arc<dyn Clock>,
    queue: mpsc::Sender<AuditRecord>,
    /// How many entries were ever queued.
    queued: AtomicU64,
    /// How many of them are settled.
    settled: watch::Receiver<u64>,
    /// Notified by those who do not want to wait.
    hurry: Arc<Notify>,
}

/// Writes the entries to the database.
pub(crate) struct AuditWriter {
    store: Store,
    queue: mpsc::Receiver<AuditRecord>,
    settled: watch::Sender<u64>,
    hurry: Arc<Notify>,
    closing: CancellationToken,
}

/// A writer that runs.
pub(crate) struct RunningWriter {
    closing: CancellationToken,
    task: JoinHandle<()>,
}

/// Creates both ends of the queue.
pub(crate) fn audit_queue(store: Store, clock: Arc<dyn Clock>) -> (AuditRecorder, AuditWriter) {
    let (sender, receiver) = mpsc::channel(CAPACITY);
    let (written, settled) = watch::channel(0);
    let hurry = Arc::new(Notify::new());
    let recorder =
        AuditRecorder { clock, queue: sender, queued: AtomicU64::new(0), settled, hurry: Arc::clone(&hurry) };
    let closing = CancellationToken::new();
    (recorder, AuditWriter { store, queue: receiver, settled: written, hurry, closing })
}

impl AuditRecorder {
    /// Queues an entry, and never waits.
    pub(crate) fn record(&self, record: AuditRecord) {
        match self.queue.try_reserve() {
            Ok(place) => {
                self.queued.fetch_add(1, Ordering::SeqCst);
                place.send(record);
            }
            Err(_) => log_instead(&record),
        }
    }

    /// Waits until everything that was recorded is stored, or a moment if that cannot be.
    pub(crate) async fn settle(&self) {
        let queued = self.queued.load(Ordering::SeqCst);
        let mut settled = self.settled.clone();
        self.hurry.notify_one();
        // What is stored can be shown all the same.
        let _ = timeout(SETTLE_TIMEOUT, settled.wait_for(|count| *count >= queued)).await;
    }
}

impl AuditWriter {
    /// Runs until [`RunningWriter::close`].
    pub(crate) fn start(self) -> RunningWriter {
        let closing = self.closing.clone();
        RunningWriter { closing, task: tokio::spawn(self.run()) }
    }

    async fn run(mut self) {
        let mut cleanup = interval(CLEANUP_INTERVAL);
        cleanup.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut batch = Vec::with_capacity(MAX_BATCH);
        let closing = self.closing.clone();
        loop {
            tokio::select! {
                received = self.queue.recv_many(&mut batch, MAX_BATCH) => {
                    if received == 0 {
                        return;
                    }
                    self.gather(&mut batch).await;
                    self.write(&batch).await;
                    batch.clear();
                }
                () = closing.cancelled(), if !self.queue.is_closed() => self.queue.close(),
                _ = cleanup.tick(), if !closing.is_cancelled() => {
                    if let Err(error) = AuditStore::of(&self.store).prune(MAX_ENTRIES).await {
                        log::warn!("{error}");
                    }
                }
            }
        }
    }

    /// Adds the entries of the next moment to the first.
    async fn gather(&mut self, batch: &mut Vec<AuditRecord>) {
        let linger = sleep(LINGER);
        tokio::pin!(linger);
        while batch.len() < MAX_BATCH {
            let room = MAX_BATCH - batch.len();
            tokio::select! {
                received = self.queue.recv_many(batch, room) => if received == 0 { return },
                () = &mut linger => return,
                () = self.closing.cancelled() => return,
                () = self.hurry.notified() => {
                    batch.extend(std::iter::from_fn(|| self.queue.try_recv().ok()).take(room));
                    return;
                }
            }
        }
    }

    /// Writes a batch as soon as the database takes it. When the server ends, it gets one more chance.
    async fn write(&mut self, batch: &[AuditRecord]) {
        let mut is_first = true;
        loop {
            let is_last = self.closing.is_cancelled();
            match AuditStore::of(&self.store).record(batch).await {
                Ok(()) => break,
                Err(error) if is_last => {
                    log::warn!("{error}");
                    batch.iter().for_each(log_instead);
                    break;
                }
                Err(error) if is_first => log::warn!("{error}; it is tried again until it succeeds"),
                Err(_) => {}
            }
            is_first = false;
            tokio::select! {
                () = sleep(RETRY_DELAY) => {}
                () = self.closing.cancelled() => {}
            }
        }
        self.settled.send_modify(|count| *count += batch.len() as u64);
    }
}

impl RunningWriter {
    /// Writes what is queued, and ends.
    pub(crate) async fn close(self) {
        self.closing.cancel();
        if timeout(CLOSING_TIMEOUT, self.task).await.is_err() {
            log::warn!("the database did not take the last entries of the audit");
        }
    }
}

/// Leaves in the log what cannot be stored. Names of tokens and ids are the only texts in it that users chose, and both are
/// clean.
fn log_instead(record: &AuditRecord) {
    let AuditRecord { at, actor, operation, subjects, result, .. } = record;
    let about: Vec<String> = subjects.iter().map(|it| format!("{} {}", it.kind, it.ids.join(","))).collect();
    let (at, actor, about) = (at.to_rfc3339(), actor.name(), about.join("; "));
    log::warn!("the audit could not store: {at} {actor}: {operation} {about}: {result:?}");
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use tikmatrix_domain::{Actor, AuditSubject, SystemClock};
    use tikmatrix_storage::{AuditFilter, Page, PageStart};

    use super::*;

    fn entry(number: i64) -> AuditRecord {
        AuditRecord {
            at: DateTime::UNIX_EPOCH,
            actor: Actor::Local,
            address: None,
            operation: "stopTask".to_owned(),
            method: None,
            path: None,
            subjects: vec![AuditSubject::numbered("task", vec![number])],
            changed: None,
            result: None,
        }
    }

    /// The tasks of the newest entries, newest first, and how many entries there are.
    async fn stored(store: &Store) -> (Vec<String>, u64) {
        let page = Page { start: PageStart::Number(1), size: 3 };
        let (entries, total) = AuditStore::of(store).list(AuditFilter::default(), page).await.unwrap();
        (entries.into_iter().map(|entry| entry.record.subjects[0].ids[0].clone()).collect(), total)
    }

    #[tokio::test]
    async fn what_was_recorded_is_there_once_it_is_settled_and_the_end_loses_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path().join("tasks.db")).unwrap();
        let (recorder, writer) = audit_queue(store.clone(), Arc::new(SystemClock));
        let writer = writer.start();
        recorder.settle().await;
        (1..=3).for_each(|number| recorder.record(entry(number)));
        recorder.settle().await;
        assert_eq!(stored(&store).await, (vec!["3".to_owned(), "2".to_owned(), "1".to_owned()], 3));
        (4..=1_000).for_each(|number| recorder.record(entry(number)));
        writer.close().await;
        assert_eq!(
            stored(&store).await,
            (vec!["1000".to_owned(), "999".to_owned(), "998".to_owned()], 1_000)
        );
        // It goes to the log.
        recorder.record(entry(1_001));
        assert_eq!(stored(&store).await.1, 1_000);
    }

    #[tokio::test]
    async fn a_full_queue_holds_no_request_up_and_keeps_what_it_has() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path().join("tasks.db")).unwrap();
        let (recorder, writer) = audit_queue(store.clone(), Arc::new(SystemClock));
        (0..CAPACITY as i64 + 10).for_each(|number| recorder.record(entry(number)));
        writer.start().close().await;
        let newest: Vec<String> = (CAPACITY - 3..CAPACITY).rev().map(|number| number.to_string()).collect();
        assert_eq!(stored(&store).await, (newest, CAPACITY as u64));
    }
}
