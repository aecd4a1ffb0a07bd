//! The ways to a phone besides its address: an adb server that is there or not, and what phones announce.

use std::time::Duration;

use serde_json::{Value, json};
use tikmatrix_device::registry::{Announcement, Discovery};
use tikmatrix_virtual_phone::{Farm, FarmOptions};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use crate::played_server::{Listed, PlayedServer};
use crate::support::Api;

async fn farm() -> Farm {
    Farm::start(FarmOptions { count: 1, first_port: None, seed: 1 }).await.unwrap()
}

/// The only phone, once it is in a state; the server is asked until it says so.
async fn phone_when(api: &Api, state: &str) -> Value {
    let mut last = Value::Null;
    let asking = async {
        loop {
            last = api.get("/api/v1/device").await.body["data"]["devices"].take();
            if last[0]["state"] == state {
                assert_eq!(last.as_array().unwrap().len(), 1, "{last:#}");
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    let found = tokio::time::timeout(Duration::from_secs(60), asking).await;
    found.unwrap_or_else(|_| panic!("the phone never was {state}: {last:#}"));
    last[0].take()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_of_an_adb_server_is_used_by_it_for_as_long_as_both_are_there() {
    let (farm, server) = (farm().await, PlayedServer::start().await);
    let phone = |state: &'static str| Listed {
        serial: "virtual-1",
        port: "usb:1-7",
        state,
        transport_id: 7,
        address: farm.phones()[0].address().to_string(),
    };
    let followed = server.server();
    let address = followed.to_string();
    let api = Api::start_with(|config| config.adb_server = Some(followed)).await;
    server.list(vec![phone("offline")]);
    let offline = phone_when(&api, "offline").await;
    assert!(offline["reason"].is_string(), "{offline:#}");
    assert_eq!(offline["ways"][0]["state"], "offline");

    server.list(vec![phone("device")]);
    let ready = phone_when(&api, "ready").await;
    assert_eq!((&ready["serial"], &ready["address"]), (&json!("virtual-1"), &Value::Null));
    let way = json!({
        "by": "adb_server", "address": address, "name": "virtual-1", "state": "ready", "reason": null, "in_use": true
    });
    assert_eq!(ready["ways"], json!([way]));

    server.stop();
    assert_eq!(phone_when(&api, "absent").await["ways"], json!([]));
    let server = PlayedServer::start_at(&address).await;
    server.list(vec![phone("device")]);
    phone_when(&api, "ready").await;
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_announces_itself_is_used_by_its_name() {
    let farm = farm().await;
    let (sender, announcements) = mpsc::channel(1);
    let api = Api::start_with(|config| config.discovery = Some(Discovery::from_channel(announcements))).await;
    let (instance, address) = ("adb-virtual-1-x1Yz9A".to_owned(), farm.phones()[0].address());
    sender.send(Announcement::At { instance: instance.clone(), address }).await.unwrap();
    let ready = phone_when(&api, "ready").await;
    assert_eq!((&ready["serial"], &ready["address"]), (&json!("virtual-1"), &Value::Null));
    let way = json!({
        "by": "wireless_debugging", "address": null, "name": instance, "state": "ready", "reason": null, "in_use": true
    });
    assert_eq!(ready["ways"], json!([way]));
    api.stop().await;
}

/// It takes connections, and says nothing on them.
#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_never_answers_is_connecting_until_it_is_stalled() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = silent.local_addr().unwrap().to_string();
    let api = Api::start_with(|config| config.phones.push(address.clone())).await;
    let connecting = phone_when(&api, "connecting").await;
    assert_eq!((&connecting["address"], &connecting["reason"]), (&json!(address), &Value::Null));
    let stalled = phone_when(&api, "stalled").await;
    assert!(stalled["reason"].is_string(), "{stalled:#}");
    drop(silent);
    phone_when(&api, "absent").await;
    api.stop().await;
}
