//! What a phone says of itself: a few of its own tools asked one after the other, each of which may know nothing.

use tikmatrix_domain::PhoneFacts;

use super::command::{AndroidError, run};
use super::package::screen_size;
use crate::deadline::Deadline;
use crate::phone::Phone;

/// Asks the phone for its model, its version of Android, its display and its battery.
///
/// # Errors
/// [`AndroidError::Adb`] when the phone is gone or not done in time. A tool that refuses leaves its fact out.
pub async fn facts(phone: &Phone, deadline: Deadline) -> Result<PhoneFacts, AndroidError> {
    Ok(PhoneFacts {
        model: property(phone, "ro.product.model", deadline).await?,
        android_version: property(phone, "ro.build.version.release", deadline).await?,
        screen: if_told(screen_size(phone, deadline).await)?,
        battery: if_told(run(phone, "tell its battery", "dumpsys battery", deadline).await)?
            .and_then(|output| battery_in(&output)),
    })
}

async fn property(phone: &Phone, name: &str, deadline: Deadline) -> Result<Option<String>, AndroidError> {
    let told = if_told(run(phone, "tell its properties", &format!("getprop {name}"), deadline).await)?;
    Ok(told.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()))
}

fn if_told<T>(told: Result<T, AndroidError>) -> Result<Option<T>, AndroidError> {
    match told {
        Ok(told) => Ok(Some(told)),
        Err(AndroidError::Adb(error)) => Err(AndroidError::Adb(error)),
        Err(_) => Ok(None),
    }
}

/// The charge in percent from what `dumpsys battery` prints (BatteryService.dumpInternal in AOSP).
fn battery_in(output: &str) -> Option<u8> {
    let value = |label: &str| -> Option<u32> {
        output.lines().find_map(|line| line.trim().strip_prefix(label))?.trim().parse().ok()
    };
    let (level, scale) = (value("level:")?, value("scale:").filter(|scale| *scale > 0).unwrap_or(100));
    u8::try_from(level.saturating_mul(100) / scale).ok().filter(|percent| *percent <= 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_charge_counts_on_the_phones_own_scale() {
        assert_eq!(battery_in("Current Battery Service state:\n  level: 87\n  scale: 100\n"), Some(87));
        assert_eq!(battery_in("  level: 100\n  scale: 200\n"), Some(50));
        assert_eq!(battery_in("  level: 55\n"), Some(55));
        for odd in ["", "level: full", "level: 300\nscale: 100", "level: 9\nscale: 0\nlevel"] {
            assert!(battery_in(odd).is_none_or(|percent| percent == 9), "{odd}");
        }
    }
}
