//! Polls each connected phone for its model, its display and its battery, beside its tasks.

use std::sync::Arc;
use std::time::Duration;

use tikmatrix_device::android;
use tikmatrix_device::phone::{Deadline, Phone};
use tikmatrix_domain::DeviceFacts;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use crate::context::RunnerContext;
use crate::devices::KnownDevice;

/// For all questions of one poll together.
const POLL_TIMEOUT: Duration = Duration::from_secs(20);
/// Long, because little changes while a phone is connected but its battery.
const POLL_INTERVAL: Duration = Duration::from_secs(10 * 60);
/// For a phone that connects again and again, as on a loose cable.
const MIN_POLL_INTERVAL: Duration = Duration::from_secs(60);

/// Polls one device until the runner stops.
pub(crate) async fn run(context: Arc<RunnerContext>, device: Arc<KnownDevice>) {
    let stop = context.stop.clone();
    let context = &context;
    let polling = poll_each(device.phone.subscribe(), |phone| async move { poll(context, &phone).await });
    stop.run_until_cancelled(polling).await;
}

/// Calls `poll` at each new connection and at intervals, until the sender of `phones` is gone.
async fn poll_each<P, F>(mut phones: watch::Receiver<Option<P>>, mut poll: impl FnMut(P) -> F)
where
    P: Clone,
    F: Future<Output = ()>,
{
    let mut not_before = Instant::now();
    loop {
        let phone = phones.borrow_and_update().clone();
        let mut next = POLL_INTERVAL;
        if let Some(phone) = phone {
            if not_before <= Instant::now() {
                poll(phone).await;
                not_before = Instant::now() + MIN_POLL_INTERVAL;
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

async fn poll(context: &RunnerContext, phone: &Phone) {
    let facts = android::facts(phone, Deadline::after(POLL_TIMEOUT)).await.unwrap_or_else(|error| {
        log::info!("phone {}: its model and battery are not known: {error}", phone.serial());
        DeviceFacts::default()
    });
    let stored = if facts == DeviceFacts::default() {
        context.store.devices().register_seen(phone.serial().clone(), context.clock.now()).await
    } else {
        context.store.devices().record_facts(phone.serial().clone(), facts, context.clock.now()).await
    };
    if let Err(error) = stored {
        log::warn!("phone {}: {error}", phone.serial());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The moments at which a phone was polled, in seconds, while `connect` ran for `seconds`.
    async fn polled(seconds: u64, connect: impl AsyncFnOnce(&watch::Sender<Option<()>>)) -> Vec<u64> {
        let phones = watch::Sender::new(None);
        let (start, mut moments) = (Instant::now(), Vec::new());
        let polling = poll_each(phones.subscribe(), |()| {
            moments.push(start.elapsed().as_secs());
            std::future::ready(())
        });
        let doing = async {
            connect(&phones).await;
            tokio::time::sleep_until(start + Duration::from_secs(seconds)).await;
        };
        tokio::select! {
            () = polling => {}
            () = doing => {}
        }
        moments
    }

    #[tokio::test(start_paused = true)]
    async fn a_phone_that_stays_is_polled_at_once_and_every_ten_minutes() {
        let moments = polled(1300, async |phones| {
            sleep(Duration::from_secs(5)).await;
            phones.send_replace(Some(()));
        });
        assert_eq!(moments.await, [5, 605, 1205]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_phone_that_comes_and_goes_is_polled_once_a_minute_at_most() {
        let moments = polled(200, async |phones| {
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
