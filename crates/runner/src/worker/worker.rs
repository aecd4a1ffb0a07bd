//! The worker of one device: waits until its phone is connected and a task is due, claims it, runs it, and stores the
//! result.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tikmatrix_device::phone::Phone;
use tikmatrix_domain::{
    Backoff, Clock, DEFAULT_RETRY_BACKOFF, FailedAttempt, LeaseId, Outcome, StandardFailure, Task,
};
use tikmatrix_storage::StorageError;
use tokio::sync::watch;

use crate::context::RunnerContext;
use crate::devices::KnownDevice;
use crate::retry::retry_until_done;
use crate::worker::attempt::{Attempt, Conclusion};
use crate::worker::claim::{Claimed, claim};
use crate::worker::recovery::{LeftoverCleanup, until_it_answers};
use crate::worker::running_tasks::StopHandle;

/// The delay before the next claim after the database failed.
const ERROR_DELAY: Duration = Duration::from_secs(5);
/// Timers count only the time that the machine is awake, while the wall clock may be set and continues when the machine
/// sleeps, so the clock is read this often.
const CLOCK_INTERVAL: Duration = Duration::from_secs(30);

/// Runs the device's tasks until the runner stops.
pub(crate) async fn run(context: Arc<RunnerContext>, device: Arc<KnownDevice>) {
    let mut wakes = context.wakes.subscribe();
    let mut phones = device.phone.subscribe();
    let mut cleanup = LeftoverCleanup::default();
    loop {
        let phone = tokio::select! {
            biased;
            () = context.stop.cancelled() => return,
            phone = ready_phone(&mut phones) => phone,
        };
        if device.is_quarantined() {
            tokio::select! {
                () = context.stop.cancelled() => return,
                answers = until_it_answers(&phone, &mut phones) => device.set_quarantined(!answers),
            }
            continue;
        }
        tokio::select! {
            () = context.stop.cancelled() => return,
            () = cleanup.clean_idle(&context, &phone) => {}
        }
        // Before the claim: a wake-up that comes during it is seen after it.
        wakes.mark_unchanged();
        let next_due = match claim(&context, &device.serial, &phone).await {
            Ok(Claimed::Task(task, lease)) => {
                cleanup.clean(&phone).await;
                let has_account = task.username.is_some();
                run_task(&context, &device, *task, lease, phone).await;
                context.slots.release();
                // A task that waits for a retry waits on the device to which its account may have moved.
                if has_account {
                    context.wake();
                }
                continue;
            }
            Ok(Claimed::Cancelled) => continue,
            Ok(Claimed::Nothing(next_due)) => next_due,
            Err(error) => {
                log::error!("phone {}: {error}; retrying in {ERROR_DELAY:?}", device.serial);
                tokio::select! {
                    () = context.stop.cancelled() => return,
                    () = tokio::time::sleep(ERROR_DELAY) => continue,
                }
            }
        };
        tokio::select! {
            () = context.stop.cancelled() => return,
            _ = wakes.changed() => {}
            _ = phones.changed() => {}
            _ = phone.connection().closed() => {}
            () = sleep_until(context.clock.as_ref(), next_due) => {}
        }
    }
}

/// Waits until `clock` shows `moment` or later, or was set back, after which other moments count; forever, if `moment` is
/// `None`.
async fn sleep_until(clock: &dyn Clock, moment: Option<DateTime<Utc>>) {
    let Some(moment) = moment else { return std::future::pending().await };
    let mut before = clock.now();
    // An error means that the moment is past.
    while let Ok(left) = (moment - before).to_std()
        && !left.is_zero()
    {
        tokio::time::sleep(left.min(CLOCK_INTERVAL)).await;
        let now = clock.now();
        if now < before {
            return;
        }
        before = now;
    }
}

/// Waits for an open connection to the device. A closed one is skipped: the registry notices it and publishes the next
/// one.
async fn ready_phone(phones: &mut watch::Receiver<Option<Phone>>) -> Phone {
    loop {
        let phone = phones.borrow_and_update().clone();
        if let Some(phone) = phone
            && !is_closed(&phone).await
        {
            return phone;
        }
        if phones.changed().await.is_err() {
            return std::future::pending().await;
        }
    }
}

async fn is_closed(phone: &Phone) -> bool {
    tokio::select! {
        biased;
        _ = phone.connection().closed() => true,
        () = std::future::ready(()) => false,
    }
}

async fn run_task(
    context: &Arc<RunnerContext>,
    device: &KnownDevice,
    task: Task,
    lease: LeaseId,
    phone: Phone,
) {
    // If the runner or the connection ended after the claim, or another phone reported the serial, nothing was done on the
    // phone that a user has to check.
    let conflict = context.devices.is_in_conflict(&device.serial);
    if context.stop.is_cancelled() || conflict || is_closed(&phone).await {
        let release = || context.store.attempts().release(task.id, lease.clone(), context.clock.now());
        if let Err(error) = retry_until_done(&context.stop, release).await {
            log::error!("task {} could not be released: {error}", task.id);
        }
        return;
    }
    log::info!("phone {}: task {} ({}) begins", device.serial, task.id, task.script);
    let stop_handle = Arc::new(StopHandle::new(&context.stop));
    // Until the result is stored: a stop waits for that.
    let _registration = context.running.register(task.id, Arc::clone(&stop_handle));
    // Dropped before the registration: when a stop returns, the device is free.
    let _busy = device.mark_busy();
    let attempt = Attempt::new(Arc::clone(context), &task, lease.clone(), Arc::clone(&stop_handle));
    let Conclusion { finish, is_transient, released_phone } = attempt.run(task.clone(), phone).await;
    log::info!("phone {}: task {} {}: {}", device.serial, task.id, finish.outcome.as_str(), finish.remark);
    device.set_quarantined(!released_phone);
    // A task that a user stopped is not retried, even if it failed at that very moment.
    let is_transient = is_transient && !stop_handle.is_by_user();
    let max_retries = task.options.max_retries;
    let failed = FailedAttempt { is_transient, retry_count: task.retry_count, max_retries };
    let retry_delay = failed.retry_delay(retry_backoff(context).await, rand::random());
    let retry_delay = retry_delay.and_then(|delay| TimeDelta::from_std(delay).ok());
    let retry_at = retry_delay.and_then(|delay| finish.at.checked_add_signed(delay));
    let write = async || match retry_at {
        _ if finish.outcome == Outcome::Interrupted => {
            context.store.attempts().interrupt(task.id, lease.clone(), finish.clone()).await
        }
        Some(at) => context.store.attempts().postpone(task.id, lease.clone(), finish.clone(), at).await,
        None => context.store.attempts().finish(task.id, lease.clone(), finish.clone()).await,
    };
    let written = retry_until_done(&context.stop, write).await;
    let is_lost = matches!(written, Err(StorageError::Illegal { .. }));
    let counted = if is_lost { Some(StandardFailure::LeaseLost.into()) } else { finish.failure_code };
    context.failed_attempts.count(counted, 1);
    if let Err(error) = written {
        log::error!(
            "the result of task {} ({}: {}) is lost: {error}",
            task.id,
            finish.outcome.as_str(),
            finish.remark
        );
    }
}

/// Reads the retry delays from the settings; the default ones if the database does not answer.
async fn retry_backoff(context: &RunnerContext) -> Backoff {
    match context.store.settings().load().await {
        Ok(settings) => settings.retry_backoff,
        Err(error) => {
            log::warn!("the default delays are used for a retry: {error}");
            DEFAULT_RETRY_BACKOFF
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, Ordering};

    use chrono::TimeDelta;
    use tokio::time::Instant;

    use super::*;

    /// A clock that follows tokio's time and can be set forward and back, by seconds.
    struct SettableClock {
        begun: Instant,
        set_forward: AtomicI64,
    }

    impl SettableClock {
        fn start() -> Arc<Self> {
            Arc::new(Self { begun: Instant::now(), set_forward: AtomicI64::new(0) })
        }

        /// Sets the clock in the middle of the sleep for an hour, and returns after how long the sleep ends.
        async fn set_during_sleep(seconds: i64) -> Duration {
            let clock = Self::start();
            let due = clock.now() + TimeDelta::hours(1);
            let sleeper = tokio::spawn({
                let clock = Arc::clone(&clock);
                async move { sleep_until(clock.as_ref(), Some(due)).await }
            });
            tokio::time::sleep(Duration::from_secs(70)).await;
            let set = Instant::now();
            clock.set_forward.store(seconds, Ordering::Relaxed);
            sleeper.await.unwrap();
            set.elapsed()
        }
    }

    impl Clock for SettableClock {
        fn now(&self) -> DateTime<Utc> {
            let elapsed = TimeDelta::from_std(self.begun.elapsed()).unwrap();
            DateTime::UNIX_EPOCH + elapsed + TimeDelta::seconds(self.set_forward.load(Ordering::Relaxed))
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_clock_that_is_set_is_noticed_within_half_a_minute() {
        for seconds in [3_600, -60, -3_600] {
            let after = SettableClock::set_during_sleep(seconds).await;
            assert!(after <= Duration::from_secs(30), "set by {seconds} s: {after:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_moment_on_a_clock_that_runs_is_met_to_the_millisecond() {
        let clock = SettableClock::start();
        sleep_until(clock.as_ref(), Some(clock.now() + TimeDelta::seconds(100))).await;
        assert!(clock.begun.elapsed() < Duration::from_millis(100_010), "{:?}", clock.begun.elapsed());
    }
}
