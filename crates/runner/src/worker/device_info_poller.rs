//! What phones say of themselves, asked when one becomes ready and every now and then after, and kept in the database.
//! It never stands in the way of a task: it takes no turn, and what it cannot learn it leaves as it was.

use std::sync::Arc;
use std::time::Duration;

use tikmatrix_device::android;
use tikmatrix_device::phone::{Deadline, Phone};
use tikmatrix_domain::PhoneFacts;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use crate::context::{Shared, Slot};

/// For all that is asked of a phone together.
const ANSWERS_WITHIN: Duration = Duration::from_secs(20);
/// Between two times: what changes while a phone is connected is mostly its battery.
const ASK_AGAIN_AFTER: Duration = Duration::from_secs(10 * 60);
/// A phone that comes and goes, as on a loose cable, is asked no more often than this.
const ASK_AT_MOST_EVERY: Duration = Duration::from_secs(60);

/// Follows one phone until the runner ends.
pub(crate) async fn run(shared: Arc<Shared>, slot: Arc<Slot>) {
    let stop = shared.stop.clone();
    let shared = &shared;
    let following = follow(slot.phone.subscribe(), |phone| async move { ask(shared, &phone).await });
    stop.run_until_cancelled(following).await;
}

/// Asks whenever it is time to, until the other side of `phones` is gone.
async fn follow<P, F>(mut phones: watch::Receiver<Option<P>>, mut ask: impl FnMut(P) -> F)
where
    P: Clone,
    F: Future<Output = ()>,
{
    let mut not_before = Instant::now();
    loop {
        let phone = phones.borrow_and_update().clone();
        let mut next = ASK_AGAIN_AFTER;
        if let Some(phone) = phone {
            if not_before <= Instant::now() {
                ask(phone).await;
                not_before = Instant::now() + ASK_AT_MOST_EVERY;
            } else {
                next = not_before.duration_since(Instant::now());
            }
        }
        tokio::select! {
            changed = phones.changed() => if changed.is_err() {
                return;
            },
            () = sleep(next) => {}
        }
    }
}

async fn ask(shared: &Shared, phone: &Phone) {
    let facts = android::facts(phone, Deadline::after(ANSWERS_WITHIN)).await.unwrap_or_else(|error| {
        log::info!("phone {}: what it says of itself is not known: {error}", phone.serial());
        PhoneFacts::default()
    });
    let kept = if facts == PhoneFacts::default() {
        shared.store.register_device(phone.serial().clone(), shared.clock.now()).await
    } else {
        shared.store.record_device_facts(phone.serial().clone(), facts, shared.clock.now()).await
    };
    if let Err(error) = kept {
        log::warn!("phone {}: {error}", phone.serial());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The moments at which a phone was asked, in seconds, while it did `what` for `seconds`.
    async fn asked(seconds: u64, what: impl AsyncFnOnce(&watch::Sender<Option<()>>)) -> Vec<u64> {
        let phones = watch::Sender::new(None);
        let (begun, mut moments) = (Instant::now(), Vec::new());
        let following = follow(phones.subscribe(), |()| {
            moments.push(begun.elapsed().as_secs());
            std::future::ready(())
        });
        let doing = async {
            what(&phones).await;
            tokio::time::sleep_until(begun + Duration::from_secs(seconds)).await;
        };
        tokio::select! {
            () = following => {}
            () = doing => {}
        }
        moments
    }

    #[tokio::test(start_paused = true)]
    async fn a_phone_that_stays_is_asked_at_once_and_every_ten_minutes() {
        let moments = asked(1300, async |phones| {
            sleep(Duration::from_secs(5)).await;
            phones.send_replace(Some(()));
        });
        assert_eq!(moments.await, [5, 605, 1205]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_phone_that_comes_and_goes_is_asked_once_a_minute_at_most() {
        let moments = asked(200, async |phones| {
            for _ in 0..50 {
                phones.send_replace(Some(()));
                sleep(Duration::from_secs(2)).await;
                phones.send_replace(None);
                sleep(Duration::from_secs(1)).await;
            }
        });
        assert_eq!(moments.await, [0, 60, 120]);
    }
}
