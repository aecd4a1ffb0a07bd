//! The worker of one phone: waits until the phone is ready and a task is due, takes it, has it run, and looks again.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tikmatrix_device::phone::Phone;
use tikmatrix_domain::{FailedAttempt, LeaseId, RetryPolicy, Task};
use tikmatrix_storage::{Claim, StorageError};
use tokio::sync::watch;

use crate::context::{Shared, Slot};
use crate::retry::insist;
use crate::slots::Turn;
use crate::worker::attempt::{Attempt, Conclusion};
use crate::worker::recovery::Tidied;
use crate::worker::running_tasks::Stopper;
use crate::worker::{clock_sleep, liveness_probe};

/// Between two looks at a database that does not answer.
const AFTER_ERROR: Duration = Duration::from_secs(5);

/// Between two looks for work for a phone that works for another server.
const AFTER_ANOTHER_SERVER: TimeDelta = TimeDelta::seconds(5);

/// What a look for work came to.
enum Look {
    Taken(Box<Task>, LeaseId),
    /// Nothing is due; the next task will be then, if there is one.
    Nothing(Option<DateTime<Utc>>),
    /// The phone went, or the runner is to end, while the phone waited for a place among those that work.
    CutShort,
}

pub(crate) async fn run(shared: Arc<Shared>, slot: Arc<Slot>) {
    let mut wakes = shared.wakes.subscribe();
    let mut phones = slot.phone.subscribe();
    let mut tidied = Tidied::default();
    loop {
        let phone = tokio::select! {
            biased;
            () = shared.stop.cancelled() => return,
            phone = ready_phone(&mut phones) => phone,
        };
        if slot.is_set_aside() {
            tokio::select! {
                () = shared.stop.cancelled() => return,
                answers = liveness_probe::until_it_answers(&phone, &mut phones) => slot.set_aside(!answers),
            }
            continue;
        }
        tokio::select! {
            () = shared.stop.cancelled() => return,
            () = tidied.tidy_idle(&shared, &slot, &phone) => {}
        }
        // Before the look: a wake-up that comes during it is seen after it.
        wakes.mark_unchanged();
        let next_due = match look(&shared, &slot, &phone).await {
            Ok(Look::Taken(task, lease)) => {
                tidied.tidy(&phone).await;
                let has_account = task.username.is_some();
                work(&shared, &slot, *task, lease, phone).await;
                shared.places.give_up_one();
                // A task that waits again waits where its account lives by now.
                if has_account {
                    shared.wake();
                }
                continue;
            }
            Ok(Look::CutShort) => continue,
            Ok(Look::Nothing(next_due)) => next_due,
            Err(error) => {
                log::error!("phone {}: {error}; looking again in {AFTER_ERROR:?}", slot.serial);
                tokio::select! {
                    () = shared.stop.cancelled() => return,
                    () = tokio::time::sleep(AFTER_ERROR) => continue,
                }
            }
        };
        tokio::select! {
            () = shared.stop.cancelled() => return,
            _ = wakes.changed() => {}
            _ = phones.changed() => {}
            _ = phone.closed() => {}
            () = clock_sleep::until(shared.clock.as_ref(), next_due) => {}
        }
    }
}

/// The phone's connection, once it has one that stands. One that broke is not waited for: when the registry has noticed,
/// it says so, and then gives the next one.
async fn ready_phone(phones: &mut watch::Receiver<Option<Phone>>) -> Phone {
    loop {
        let phone = phones.borrow_and_update().clone();
        if let Some(phone) = phone
            && !is_gone(&phone).await
        {
            return phone;
        }
        if phones.changed().await.is_err() {
            return std::future::pending().await;
        }
    }
}

async fn is_gone(phone: &Phone) -> bool {
    tokio::select! {
        biased;
        _ = phone.closed() => true,
        () = std::future::ready(()) => false,
    }
}

/// Looks before it takes: a look costs nothing that other phones wait for, and mostly finds nothing.
async fn look(shared: &Shared, slot: &Slot, phone: &Phone) -> Result<Look, StorageError> {
    loop {
        let next_due = shared.store.next_due(slot.serial.clone()).await?;
        let now = shared.clock.now();
        if next_due.is_none_or(|due| due > now) {
            return Ok(Look::Nothing(next_due));
        }
        let turn = tokio::select! {
            () = shared.stop.cancelled() => return Ok(Look::CutShort),
            _ = phone.closed() => return Ok(Look::CutShort),
            turn = shared.places.turn(&slot.serial) => turn,
        };
        // What was due may have been taken away meanwhile; what is due after it is another look's answer.
        if let Some(look) = take(shared, slot, phone, turn).await? {
            return Ok(look);
        }
    }
}

/// Takes the phone's next task as soon as there is a place for the phone; none if nothing is due by then. The claim
/// itself is never cut short: a task that was taken must reach its worker.
async fn take(
    shared: &Shared,
    slot: &Slot,
    phone: &Phone,
    mut turn: Turn<'_>,
) -> Result<Option<Look>, StorageError> {
    loop {
        let lease = shared.server.lease(rand::random());
        let claim =
            shared.store.claim_within(turn.most(), slot.serial.clone(), lease.clone(), shared.clock.now());
        match claim.await? {
            Claim::Claimed(task) => {
                turn.found();
                return Ok(Some(Look::Taken(task, lease)));
            }
            Claim::NothingDue => {
                turn.found();
                return Ok(None);
            }
            // The other server does not tell when it is done with the phone.
            Claim::DeviceBusyElsewhere => {
                turn.found();
                let again = shared.clock.now() + AFTER_ANOTHER_SERVER;
                return Ok(Some(Look::Nothing(Some(again))));
            }
            Claim::LimitReached => {}
        }
        tokio::select! {
            () = shared.stop.cancelled() => return Ok(Some(Look::CutShort)),
            _ = phone.closed() => return Ok(Some(Look::CutShort)),
            () = turn.place_may_be_free() => {}
        }
    }
}

async fn work(shared: &Arc<Shared>, slot: &Slot, task: Task, lease: LeaseId, phone: Phone) {
    // Between the look and now the server may have been told to end, or the phone may have gone: then nothing was done
    // that anyone would have to check.
    if shared.stop.is_cancelled() || is_gone(&phone).await {
        let release = || shared.store.release(task.id, lease.clone(), shared.clock.now());
        if let Err(error) = insist(&shared.stop, release).await {
            log::error!("task {} could not be given back: {error}", task.id);
        }
        return;
    }
    log::info!("phone {}: task {} ({}) begins", slot.serial, task.id, task.script);
    let stopper = Arc::new(Stopper::new(&shared.stop));
    // Until its end is written: whoever stops it waits for that.
    let _entry = shared.at_work.enter(task.id, Arc::clone(&stopper));
    // Dropped before the entry: who was told that the task has ended sees a phone that is free.
    let _busy = slot.occupy();
    let attempt = Attempt::new(Arc::clone(shared), &task, lease.clone(), Arc::clone(&stopper));
    let Conclusion { finish, is_transient, let_go } = attempt.run(task.clone(), phone).await;
    log::info!("phone {}: task {} {}: {}", slot.serial, task.id, finish.outcome.text(), finish.remark);
    slot.set_aside(!let_go);
    // What a person wanted to end is not begun again, even if it failed by itself at that very moment.
    let is_transient = is_transient && !stopper.is_by_a_person();
    let max_retries = task.options.max_retries;
    let failed = FailedAttempt { is_transient, retry_count: task.retry_count, max_retries };
    let policy = retry_policy(shared).await;
    let retry_at = policy.wait(failed, &mut rand::rng()).and_then(|wait| {
        let wait = TimeDelta::from_std(wait).ok()?;
        finish.at.checked_add_signed(wait)
    });
    let write = async || match retry_at {
        Some(at) => shared.store.postpone(task.id, lease.clone(), finish.clone(), at).await,
        None => shared.store.finish(task.id, lease.clone(), finish.clone()).await,
    };
    if let Err(error) = insist(&shared.stop, write).await {
        log::error!(
            "the end of task {} ({}: {}) is lost: {error}",
            task.id,
            finish.outcome.text(),
            finish.remark
        );
    }
}

/// How long people want failed tasks to wait. Where the database does not say, as long as by default.
async fn retry_policy(shared: &Shared) -> RetryPolicy {
    match shared.store.settings().await {
        Ok(settings) => settings.retry_policy,
        Err(error) => {
            log::warn!("the default waits count for a retry: {error}");
            RetryPolicy::default()
        }
    }
}
