//! The dispatcher: queues what happens for the webhooks that want it, sends what is due, and retries what failed. All of
//! its state is in the database, so that nothing is lost with a server, and several servers share the work.

use std::collections::HashMap;
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use actix_web::web::Data;
use chrono::{DateTime, TimeDelta, Utc};
use tikmatrix_domain::{Clock, WebhookId};
use tikmatrix_storage::{ChangeNotifications, ClaimedDelivery, StorageError, Store, Subscription};
use tokio::task::{Id, JoinSet};
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use super::attempt::attempt;
use super::queue::queue;
use super::sending::sender::Webhooks;

/// How many requests to one webhook are under way at once. Each webhook has its own, so that a slow one delays no other.
const MAX_UNDER_WAY: usize = 4;
/// Between two reads of the events: however much happens, the webhooks cost the database no more than this.
const READ_INTERVAL: Duration = Duration::from_millis(100);
/// How often the clock is checked while a retry is waited for: it may be set.
const CLOCK_INTERVAL: Duration = Duration::from_secs(1);
/// After the database could not be read or written.
const RETRY_DELAY: Duration = Duration::from_secs(5);
const CLEANUP_INTERVAL: Duration = Duration::from_secs(60 * 60);
/// How long the log keeps what was delivered or given up.
const RETENTION: TimeDelta = TimeDelta::days(3);

/// What the dispatcher works with.
#[derive(Clone)]
pub(crate) struct Dispatcher {
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) webhooks: Data<Webhooks>,
}

/// The requests that are under way, each with its webhook and its claim.
#[derive(Default)]
struct UnderWay {
    attempts: JoinSet<()>,
    claims: HashMap<Id, (WebhookId, String)>,
}

impl Dispatcher {
    /// Runs until `stopping` is cancelled. Requests that are under way then are cut off, and repeated after the next start.
    pub(crate) async fn run(self, stopping: CancellationToken) {
        let mut under_way = UnderWay::default();
        // Before the first read: what happens from here on is noticed.
        let mut changes = self.store.database().change_notifications();
        tokio::select! {
            () = stopping.cancelled() => {}
            () = self.work(&mut under_way, &mut changes) => {}
        }
        for claim in under_way.cut_off().await {
            if let Err(error) =
                self.store.webhooks().deliveries().release(Some(claim), self.clock.now()).await
            {
                log::warn!("{error}");
            }
        }
    }

    async fn work(&self, under_way: &mut UnderWay, changes: &mut ChangeNotifications) {
        // No other server is at work: what is claimed was cut off by the end of the last one.
        if self.store.database().is_exclusive()
            && let Err(error) = self.store.webhooks().deliveries().release(None, self.clock.now()).await
        {
            log::warn!("{error}");
        }
        let mut cleanup = Instant::now();
        loop {
            if Instant::now() >= cleanup {
                cleanup = Instant::now() + CLEANUP_INTERVAL;
                if let Err(error) = self.store.webhooks().log().prune(self.clock.now() - RETENTION).await {
                    log::warn!("{error}");
                }
            }
            let next_due = match self.step(under_way).await {
                Ok(next_due) => next_due,
                Err(error) => {
                    log::warn!("webhooks wait: {error}");
                    sleep(RETRY_DELAY).await;
                    continue;
                }
            };
            let not_before = Instant::now() + READ_INTERVAL;
            tokio::select! {
                () = changed(changes, not_before) => {}
                () = self.webhooks.wakeup.notified() => {}
                () = under_way.next_end() => {}
                () = self.reach(next_due) => {}
                () = sleep_until(cleanup) => {}
            }
        }
    }

    /// Queues what has happened, starts what is due, and returns when the next attempt is.
    async fn step(&self, under_way: &mut UnderWay) -> Result<Option<DateTime<Utc>>, StorageError> {
        loop {
            let subscriptions = self.store.webhooks().subscriptions().list().await?;
            let mut is_done = true;
            for subscription in &subscriptions {
                is_done &= !queue(&self.store, &*self.clock, subscription).await?;
            }
            if !is_done {
                continue;
            }
            let (mut next_due, mut started) = (None, false);
            for Subscription { webhook, next_due: due, .. } in subscriptions {
                let free = MAX_UNDER_WAY.saturating_sub(under_way.count(webhook));
                match due {
                    // The end of one of its attempts starts the next.
                    Some(_) if free == 0 => {}
                    Some(due) if due <= self.clock.now() => {
                        started |= self.start(webhook, free, under_way).await?;
                    }
                    Some(due) => next_due = Some(next_due.map_or(due, |next: DateTime<Utc>| next.min(due))),
                    None => {}
                }
            }
            if !started {
                return Ok(next_due);
            }
        }
    }

    /// Starts at most `max` attempts for a webhook, and returns whether there were any.
    async fn start(
        &self,
        webhook: WebhookId,
        max: usize,
        under_way: &mut UnderWay,
    ) -> Result<bool, StorageError> {
        let claim = format!("{:032x}", rand::random::<u128>());
        let max = u32::try_from(max).unwrap_or(u32::MAX);
        let claimed = self.store.webhooks().deliveries().claim(webhook, max, claim, self.clock.now()).await?;
        let any = !claimed.is_empty();
        for claimed in claimed {
            under_way.start(self.clone(), claimed);
        }
        Ok(any)
    }

    /// Waits until the clock shows `moment`; forever if it is `None`.
    async fn reach(&self, moment: Option<DateTime<Utc>>) {
        let Some(moment) = moment else { return pending().await };
        // An error means that the moment is past.
        while let Ok(left) = (moment - self.clock.now()).to_std()
            && !left.is_zero()
        {
            sleep(left.min(CLOCK_INTERVAL)).await;
        }
    }
}

impl UnderWay {
    fn count(&self, webhook: WebhookId) -> usize {
        self.claims.values().filter(|(of, _)| *of == webhook).count()
    }

    fn start(&mut self, dispatcher: Dispatcher, claimed: ClaimedDelivery) {
        let entry = (claimed.delivery.webhook, claimed.claim.clone());
        let attempt =
            self.attempts.spawn(attempt(dispatcher.store, dispatcher.clock, dispatcher.webhooks, claimed));
        self.claims.insert(attempt.id(), entry);
    }

    /// Waits for the end of an attempt; forever while none is under way.
    async fn next_end(&mut self) {
        let id = match self.attempts.join_next_with_id().await {
            Some(Ok((id, ()))) => id,
            Some(Err(error)) => {
                log::error!("an attempt of a webhook was cut off: {error}");
                error.id()
            }
            None => return pending().await,
        };
        self.claims.remove(&id);
    }

    /// Cuts off all attempts, and returns their claims.
    async fn cut_off(mut self) -> Vec<String> {
        self.attempts.shutdown().await;
        let mut claims: Vec<String> = self.claims.into_values().map(|(_, claim)| claim).collect();
        claims.sort_unstable();
        claims.dedup();
        claims
    }
}

/// Waits until something may have changed, and not before `not_before`.
async fn changed(changes: &mut ChangeNotifications, not_before: Instant) {
    sleep_until(not_before).await;
    changes.changed().await;
}
