//! The other servers on the same database. This server sends heartbeats, interrupts the tasks that a dead server left
//! running, and polls for what other servers request: a check for new work, or a stop of one of its tasks.

use std::time::Duration;

use tikmatrix_domain::{FailureDetector, HEARTBEAT_INTERVAL, HEARTBEAT_TIMEOUT, StandardFailure};
use tikmatrix_storage::{ClusterSignals, InterruptedTask, StorageError};
use tokio::time::{Instant, sleep};

use crate::context::RunnerContext;

/// Short, because a user who stops a task through another server waits for it.
const POLL_INTERVAL: Duration = Duration::from_millis(250);
const ERROR_DELAY: Duration = Duration::from_secs(2);

/// This server's membership among the servers of one database.
pub(crate) struct Cluster {
    detector: FailureDetector,
    joined_at: Instant,
}

impl Cluster {
    /// Sends the first heartbeat. On a database that no other server can use, interrupts everything that is left
    /// running.
    pub(crate) async fn join(context: &RunnerContext) -> Result<Self, StorageError> {
        let timeout =
            if context.store.database().is_exclusive() { Duration::ZERO } else { HEARTBEAT_TIMEOUT };
        let mut cluster = Self { detector: FailureDetector::new(timeout), joined_at: Instant::now() };
        cluster.heartbeat(context).await?;
        Ok(cluster)
    }

    /// Sends heartbeats and polls until it is dropped. A server that is alone does neither.
    pub(crate) async fn run(mut self, context: &RunnerContext) {
        if context.store.database().is_exclusive() {
            return;
        }
        tokio::join!(poll(context), async {
            loop {
                sleep(HEARTBEAT_INTERVAL).await;
                while let Err(error) = self.heartbeat(context).await {
                    log::warn!("{error}; retrying in {ERROR_DELAY:?}");
                    sleep(ERROR_DELAY).await;
                }
            }
        });
    }

    async fn heartbeat(&mut self, context: &RunnerContext) -> Result<(), StorageError> {
        let heartbeats = context.store.cluster().heartbeat(context.server.clone()).await?;
        for dead in self.detector.observe(heartbeats, self.joined_at.elapsed()) {
            let ended = context.store.cluster().interrupt_tasks_of(dead, context.clock.now()).await?;
            for InterruptedTask { task, runs_again } in &ended {
                let consequence = if *runs_again { "it runs again" } else { "it failed as interrupted" };
                log::warn!("task {task} was running when its server ended; {consequence}");
            }
            if !ended.is_empty() {
                let count = u64::try_from(ended.len()).unwrap_or(u64::MAX);
                context.failed_attempts.count(Some(StandardFailure::Interrupted.into()), count);
                // Its device and its slot are free.
                context.wake();
                context.slots.release();
            }
        }
        Ok(())
    }
}

/// Polls for what other servers request.
async fn poll(context: &RunnerContext) {
    let mut known: Option<ClusterSignals> = None;
    loop {
        sleep(POLL_INTERVAL).await;
        let signals = match context.store.cluster().signals().await {
            Ok(signals) => signals,
            Err(error) => {
                log::warn!("{error}; retrying in {ERROR_DELAY:?}");
                sleep(ERROR_DELAY).await;
                continue;
            }
        };
        if known.as_ref() != Some(&signals) {
            context.wake();
            context.cluster_changes.send_replace(());
        }
        if signals.stop_requested {
            match context.store.cluster().stop_requests_for(context.server.clone()).await {
                // A task between its claim and its attempt is not listed yet; the next poll finds it.
                Ok(asked) => asked.into_iter().for_each(|task| context.running.request_stop(task)),
                Err(error) => log::warn!("{error}"),
            }
        }
        known = Some(signals);
    }
}
