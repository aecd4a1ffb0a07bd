//! How the phones of a server are doing.

use std::time::Duration;

use serde_json::Value;
use tikmatrix_client::api::devices::DeviceQuery;

use super::{Server, wait_for};

/// For a phone to be as it is wanted, on a machine that is busy with other tests.
const SOON: Duration = Duration::from_secs(120);

/// The only phone, once it is in a state.
pub(crate) fn phone_when(server: &Server, state: &str) -> Value {
    wait_for(&format!("the phone to be {state}"), SOON, || {
        let list = server.get("/api/v1/device").body["data"]["devices"].clone();
        let phones = list.as_array().unwrap();
        phones.iter().find(|phone| phone["state"] == state).cloned()
    })
}

/// Waits until so many phones have told their serials.
pub(crate) fn phones_ready(server: &Server, count: usize) {
    wait_for(&format!("{count} phones"), SOON, || {
        let phones = server.client.devices().list(&DeviceQuery::default()).unwrap().devices;
        (phones.iter().filter(|phone| phone.serial.is_some()).count() == count).then_some(())
    });
}
