//! Whether a phone that a script did not let go of can be worked with again.

use std::time::Duration;

use tikmatrix_device::phone::{Deadline, Phone};
use tokio::sync::watch;

/// For one answer.
const TO_ANSWER: Duration = Duration::from_secs(5);
/// Between two questions.
const BETWEEN: Duration = Duration::from_secs(2);

/// Asks the phone until it answers. False when it is reached through another connection meanwhile, or through none.
pub(crate) async fn until_it_answers(phone: &Phone, phones: &mut watch::Receiver<Option<Phone>>) -> bool {
    loop {
        if phone.shell("true", Deadline::after(TO_ANSWER)).await.is_ok() {
            log::info!("phone {} answers again and takes tasks", phone.serial());
            return true;
        }
        tokio::select! {
            _ = phones.changed() => return false,
            () = tokio::time::sleep(BETWEEN) => {}
        }
    }
}
