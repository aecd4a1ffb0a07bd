//! What phones say of themselves, asked when one becomes ready and every now and then after, and kept in the database.
//! It never stands in the way of a task: it takes no turn, and what it cannot learn it leaves as it was.

use std::sync::Arc;
use std::time::Duration;

use tikmatrix_device::android;
use tikmatrix_device::phone::{Deadline, Phone};
use tikmatrix_domain::PhoneFacts;
use tokio::time::sleep;

use crate::shared::{Shared, Slot};

/// For all that is asked of a phone together.
const ANSWERS_WITHIN: Duration = Duration::from_secs(20);
/// Between two times: what changes while a phone is connected is mostly its battery.
const ASK_AGAIN_AFTER: Duration = Duration::from_secs(10 * 60);

/// Follows one phone until the runner ends.
pub(crate) async fn run(shared: Arc<Shared>, slot: Arc<Slot>) {
    let stop = shared.stop.clone();
    stop.run_until_cancelled(follow(&shared, &slot)).await;
}

async fn follow(shared: &Shared, slot: &Slot) {
    let mut phones = slot.phone.subscribe();
    loop {
        let phone = phones.borrow_and_update().clone();
        if let Some(phone) = phone {
            ask(shared, &phone).await;
        }
        tokio::select! {
            changed = phones.changed() => if changed.is_err() {
                return;
            },
            () = sleep(ASK_AGAIN_AFTER) => {}
        }
    }
}

async fn ask(shared: &Shared, phone: &Phone) {
    let facts = android::facts(phone, Deadline::after(ANSWERS_WITHIN)).await.unwrap_or_else(|error| {
        log::info!("phone {}: what it says of itself is not known: {error}", phone.serial());
        PhoneFacts::default()
    });
    let kept = if facts == PhoneFacts::default() {
        shared.store.remember_device(phone.serial().clone(), shared.clock.now()).await
    } else {
        shared.store.keep_facts(phone.serial().clone(), facts, shared.clock.now()).await
    };
    if let Err(error) = kept {
        log::warn!("phone {}: {error}", phone.serial());
    }
}
