//! The display's power and the screen lock.

use super::command::{AndroidError, output_of, run_briefly};
use super::input::{Key, press};
use crate::deadline::Deadline;
use crate::phone::Phone;

/// What `dumpsys window` prints while the lock screen is shown, in the versions of Android from 7 to 15.
const LOCKED: [&str; 4] = [
    "mDreamingLockscreen=true",
    "mShowingLockscreen=true",
    "isStatusBarKeyguard=true",
    "isKeyguardShowing=true",
];

/// Switches the display on, if it is off. Returns whether it was.
///
/// # Errors
/// [`AndroidError`] when the phone is gone or refuses.
pub async fn wake_if_asleep(phone: &Phone, deadline: Deadline) -> Result<bool, AndroidError> {
    // `grep` exits with 1 when it finds nothing.
    let power = output_of(phone, "dumpsys power | grep mWakefulness=", deadline).await?;
    if !is_asleep(&power.stdout_text()) {
        return Ok(false);
    }
    press(phone, Key::WakeUp, deadline).await.map(|()| true)
}

fn is_asleep(power: &str) -> bool {
    ["mWakefulness=Asleep", "mWakefulness=Dozing", "mWakefulness=Dreaming"]
        .iter()
        .any(|state| power.contains(state))
}

/// Dismisses a lock screen that has no secret; one that has a secret asks for it then. Without a lock screen it does
/// nothing, nor on a phone that cannot.
///
/// # Errors
/// [`AndroidError`] when the phone is gone.
pub async fn dismiss_keyguard(phone: &Phone, deadline: Deadline) -> Result<(), AndroidError> {
    output_of(phone, "wm dismiss-keyguard", deadline).await.map(drop)
}

/// Returns whether the lock screen is shown, as far as the phone's tools say.
///
/// # Errors
/// [`AndroidError`] when the phone is gone or refuses.
pub async fn is_locked(phone: &Phone, deadline: Deadline) -> Result<bool, AndroidError> {
    let command = format!("dumpsys window | grep -E '{}' | head -n 1 || true", LOCKED.join("|"));
    Ok(!run_briefly(phone, "report its screen lock", &command, deadline).await?.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_of_being_asleep_is_known() {
        for state in ["Asleep", "Dozing", "Dreaming"] {
            assert!(is_asleep(&format!("  mWakefulness={state}\n")));
        }
        assert!(!is_asleep("  mWakefulness=Awake\n"));
        assert!(!is_asleep(""));
    }
}
