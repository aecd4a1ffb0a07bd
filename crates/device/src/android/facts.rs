//! Facts of a phone, from a few of its own tools, each of which may fail.

use std::str::FromStr;

use tikmatrix_domain::{DeviceFacts, StorageSpace, clean_to};

use super::command::{AndroidError, run_briefly};
use super::package::screen_size;
use crate::deadline::Deadline;
use crate::phone::{AdbCause, Phone};

/// The longest name of a model or version of Android, in characters.
const MAX_FACT: usize = 100;

/// Reads the phone's model, its version of Android, its display, its battery and its storage.
///
/// # Errors
/// [`AndroidError::Adb`] when the phone is gone or does not answer in time. A tool that fails leaves its fact out.
pub async fn facts(phone: &Phone, deadline: Deadline) -> Result<DeviceFacts, AndroidError> {
    let battery = if_reported(run_briefly(phone, "report its battery", "dumpsys battery", deadline).await)?;
    let storage = if_reported(run_briefly(phone, "report its storage", "df -k /data", deadline).await)?;
    Ok(DeviceFacts {
        model: property(phone, "ro.product.model", deadline).await?,
        android_version: property(phone, "ro.build.version.release", deadline).await?,
        screen: if_reported(screen_size(phone, deadline).await)?,
        battery: battery.as_deref().and_then(battery_in),
        battery_temperature: battery.as_deref().and_then(temperature_in),
        storage: storage.as_deref().and_then(storage_in),
    })
}

async fn property(phone: &Phone, name: &str, deadline: Deadline) -> Result<Option<String>, AndroidError> {
    let reported =
        if_reported(run_briefly(phone, "report its properties", &format!("getprop {name}"), deadline).await)?;
    Ok(reported.map(|text| clean_to(&text, MAX_FACT)).filter(|text| !text.is_empty()))
}

fn if_reported<T>(told: Result<T, AndroidError>) -> Result<Option<T>, AndroidError> {
    match told {
        Ok(told) => Ok(Some(told)),
        // A tool that prints without an end says nothing, and its phone is still there.
        Err(AndroidError::Adb(error)) if !matches!(error.cause(), AdbCause::TooMuchOutput(_)) => {
            Err(AndroidError::Adb(error))
        }
        Err(_) => Ok(None),
    }
}

/// Returns the charge in percent from what `dumpsys battery` prints (BatteryService.dumpInternal in AOSP).
fn battery_in(output: &str) -> Option<u8> {
    let level: u32 = value(output, "level:")?;
    let scale = value(output, "scale:").filter(|scale| *scale > 0).unwrap_or(100);
    u8::try_from(level.saturating_mul(100) / scale).ok().filter(|percent| *percent <= 100)
}

/// Returns the battery's temperature in tenths of a degree, as the same tool prints it.
fn temperature_in(output: &str) -> Option<i16> {
    value(output, "temperature:").filter(|tenths| (-500..=1500).contains(tenths))
}

fn value<T: FromStr>(output: &str, label: &str) -> Option<T> {
    output.lines().find_map(|line| line.trim().strip_prefix(label))?.trim().parse().ok()
}

/// Returns the size and free space of the file system in the last line of `df -k`: name, then kibibytes in all, used and
/// free, and more.
fn storage_in(output: &str) -> Option<StorageSpace> {
    let mut fields = output.trim_end().lines().last()?.split_whitespace().skip(1);
    let mut bytes = || fields.next()?.parse::<u64>().ok()?.checked_mul(1024);
    let (total, _used, free) = (bytes()?, bytes()?, bytes()?);
    (free <= total).then_some(StorageSpace { free, total })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn temperature_and_room_are_read_where_they_make_sense() {
        assert_eq!(temperature_in("  level: 87\n  temperature: 284\n"), Some(284));
        assert_eq!(temperature_in("temperature: -2147483648\n"), None);
        let table = "Filesystem     1K-blocks     Used Available Use% Mounted on\n\
                     /dev/block/dm-5 114000000 14000000 100000000  13% /data\n";
        let room = StorageSpace { free: 100_000_000 * 1024, total: 114_000_000 * 1024 };
        assert_eq!(storage_in(table), Some(room));
        for odd in ["", "Filesystem 1K-blocks", "x 1 2 3", "x 18446744073709551615 1 1", "x 3 2 -1"] {
            assert_eq!(storage_in(odd), None, "{odd}");
        }
    }

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
