//! The other servers on the same database: this one says again and again that it lives, ends what a dead one left
//! running, and follows what the others tell: that there may be new work, and which of its tasks are to be stopped.

use std::time::Duration;

use tikmatrix_domain::{BEAT_EVERY, LONGEST_SILENCE, Roll, TaskId};
use tikmatrix_storage::{ClusterSignals, StorageError};
use tokio::time::{Instant, sleep};

use crate::context::Shared;

/// How soon what another server tells is heard: a person who stops a task through one server waits for another.
const LISTEN_EVERY: Duration = Duration::from_millis(250);
/// Between two looks at a database that does not answer.
const AFTER_ERROR: Duration = Duration::from_secs(2);

/// What is known of the other servers.
pub(crate) struct Neighbours {
    roll: Roll,
    begun: Instant,
}

impl Neighbours {
    /// Says for the first time that this server lives. Where no other one can, whatever is left running is ended here.
    pub(crate) async fn meet(shared: &Shared) -> Result<Self, StorageError> {
        // On a database of its own every other server is dead.
        let patience = if shared.store.is_exclusive() { Duration::ZERO } else { LONGEST_SILENCE };
        let mut neighbours = Self { roll: Roll::new(patience), begun: Instant::now() };
        neighbours.call(shared).await?;
        Ok(neighbours)
    }

    /// Keeps in touch until it is dropped. A server that is alone has nobody to keep in touch with.
    pub(crate) async fn keep_in_touch(mut self, shared: &Shared) {
        if shared.store.is_exclusive() {
            return;
        }
        tokio::join!(listen(shared), async {
            loop {
                sleep(BEAT_EVERY).await;
                while let Err(error) = self.call(shared).await {
                    log::warn!("{error}; trying again in {AFTER_ERROR:?}");
                    sleep(AFTER_ERROR).await;
                }
            }
        });
    }

    async fn call(&mut self, shared: &Shared) -> Result<(), StorageError> {
        let heartbeats = shared.store.heartbeat(shared.server.clone()).await?;
        for silent in self.roll.call(heartbeats, self.begun.elapsed()) {
            let ended = shared.store.interrupt_tasks_of(silent, shared.clock.now()).await?;
            for task in &ended {
                log::warn!("task {task} was running when its server ended; it is now failed as interrupted");
            }
            if !ended.is_empty() {
                // Its phone and its place are free.
                shared.wake();
                shared.places.give_up_one();
            }
        }
        Ok(())
    }
}

/// Follows what other servers tell.
async fn listen(shared: &Shared) {
    let mut known: Option<ClusterSignals> = None;
    loop {
        sleep(LISTEN_EVERY).await;
        let news = match shared.store.cluster_signals().await {
            Ok(news) => news,
            Err(error) => {
                log::warn!("{error}; trying again in {AFTER_ERROR:?}");
                sleep(AFTER_ERROR).await;
                continue;
            }
        };
        if known.as_ref() != Some(&news) {
            shared.wake();
            shared.news.send_replace(());
        }
        if news.stop_requested {
            match shared.store.stop_requests_for(shared.server.clone()).await {
                Ok(asked) => stop(shared, &asked),
                Err(error) => log::warn!("{error}"),
            }
        }
        known = Some(news);
    }
}

/// One that is between its claim and its first step is not found yet: it is asked for again.
fn stop(shared: &Shared, asked: &[TaskId]) {
    for task in asked {
        shared.at_work.tell_to_stop(*task);
    }
}
