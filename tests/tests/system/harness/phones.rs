//! How the phone of a server is doing.

use std::time::Duration;

use serde_json::Value;

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
