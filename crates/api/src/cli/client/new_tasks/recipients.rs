//! The phones that `task create` names in other ways than by serial: all of them, or by their display names.

use anyhow::{bail, ensure};
use tikmatrix_api_types::devices::{Device, DeviceQuery};
use tikmatrix_api_types::tasks::NewTasks;
use tikmatrix_client::Client;
use tikmatrix_validation::unknown_name;

/// Adds the serials of every phone that the server has seen, if `all` are meant, and of those called `names`.
///
/// # Errors
/// When there is no such phone, when several have one name, or when the server cannot be asked.
pub(super) fn add(client: &Client, tasks: &mut NewTasks, all: bool, names: &[String]) -> anyhow::Result<()> {
    if !all && names.is_empty() {
        return Ok(());
    }
    let devices: Vec<Device> = client.devices().all(DeviceQuery::default()).collect::<Result<_, _>>()?;
    let mut serials = tasks.serials.take().unwrap_or_default();
    for name in names {
        serials.push(serial_of(name, &devices)?.into());
    }
    if all {
        let seen = devices.iter().filter(|device| !device.never_seen);
        let seen: Vec<&str> = seen.filter_map(|device| device.serial.as_deref()).collect();
        ensure!(!seen.is_empty(), "--all: the server has seen no phone yet; see tikmatrix device list");
        serials.extend(seen.into_iter().map(Into::into));
    }
    tasks.serials = Some(serials);
    Ok(())
}

/// Returns the serial of the one phone that is called `name`.
fn serial_of<'device>(name: &str, devices: &'device [Device]) -> anyhow::Result<&'device str> {
    let called = |device: &&Device| device.name.as_deref() == Some(name.trim());
    let serials: Vec<&str> =
        devices.iter().filter(called).filter_map(|device| device.serial.as_deref()).collect();
    match serials.as_slice() {
        [serial] => Ok(serial),
        [] => {
            let known: Vec<&str> = devices.iter().filter_map(|device| device.name.as_deref()).collect();
            bail!("--name: {name:?} {}", unknown_name("name of a phone", name, &known))
        }
        several => {
            bail!("--name: {name:?} is the name of {} phones; choose one with --serial", several.len())
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn device(serial: Option<&str>, name: Option<&str>) -> Device {
        let nothing = ["address", "group", "reason", "model", "android_version", "size", "battery"];
        let times = ["battery_temperature", "storage", "facts_at", "created_at", "updated_at"];
        let mut device = json!({"serial": serial, "name": name, "ways": [], "state": "ready", "busy": false,
            "never_seen": false, "app_versions": {}});
        for field in nothing.into_iter().chain(times) {
            device[field] = Value::Null;
        }
        serde_json::from_value(device).unwrap()
    }

    #[test]
    fn a_name_is_that_of_one_phone() {
        let named = [("s1", "rack1"), ("s2", "rack2"), ("s3", "twin"), ("s4", "twin")];
        let devices = named.map(|(serial, name)| device(Some(serial), Some(name)));
        assert_eq!(serial_of(" rack2 ", &devices).unwrap(), "s2");
        let told = |name: &str, devices: &[Device]| serial_of(name, devices).unwrap_err().to_string();
        let wrong = "--name: \"rak1\" is not a known name of a phone; did you mean rack1?";
        assert_eq!(told("rak1", &devices), wrong);
        assert_eq!(
            told("twin", &devices),
            "--name: \"twin\" is the name of 2 phones; choose one with --serial"
        );
        let none = "--name: \"a\" is not a known name of a phone; there is none";
        assert_eq!(told("a", &[device(Some("s1"), None), device(None, None)]), none);
    }
}
