//! `/api/v1/device/address` and `/api/v1/device/scan`, with virtual phones at the addresses.

use std::time::Duration;

use serde_json::{Value, json};
use tikmatrix_virtual_phone::{Access, Farm, FarmOptions};
use tokio::io::AsyncWriteExt;

use crate::support::Api;

const ADDRESS: &str = "/api/v1/device/address";
const KEY: &str = include_str!("../../../../device/tests/keys/first.pem");
const SCAN: &str = "/api/v1/device/scan";

async fn farm() -> Farm {
    Farm::start(FarmOptions { count: 1, first_port: None, seed: 1 }).await.unwrap()
}

/// The first phone once it is ready; the server is asked until it says so.
async fn ready(api: &Api) -> Value {
    let asking = async {
        loop {
            let list = api.get("/api/v1/device?state=ready").await.body["data"].clone();
            if list["total"] == 1 {
                return list["devices"][0].clone();
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), asking).await.expect("the phone never became ready")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_connected_at_once_and_after_a_restart_until_it_is_removed() {
    let (farm, directory) = (farm().await, tempfile::tempdir().unwrap());
    let address = farm.phones()[0].address().to_string();
    let api = Api::start_in(directory.path(), |_| {}).await;
    for _ in 0..2 {
        let added = api.json("POST", ADDRESS, &json!({"address": address})).await;
        assert_eq!(added.body["data"], json!({"address": address, "configured": false}), "{added:?}");
    }
    let phone = ready(&api).await;
    assert_eq!((&phone["serial"], &phone["address"]), (&json!("virtual-1"), &json!(address)));
    let way = json!({"by": "tcp", "address": address, "name": null, "state": "ready", "reason": null, "in_use": true});
    assert_eq!(phone["ways"], json!([way]));
    api.stop().await;

    let api = Api::start_in(directory.path(), |_| {}).await;
    ready(&api).await;
    let list = api.get(ADDRESS).await.body["data"].clone();
    assert_eq!(list, json!({"addresses": [{"address": address, "configured": false}], "total": 1}));
    let path = format!("{ADDRESS}/{address}");
    assert_eq!(api.delete(&path).await.body["data"], json!({"deleted_count": 1}));
    assert_eq!(api.delete(&path).await.code(), 40401);
    let phone = api.get("/api/v1/device/virtual-1").await.body["data"].clone();
    assert_eq!((&phone["state"], &phone["ways"]), (&json!("absent"), &json!([])), "{phone}");
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_configured_address_is_shown_and_stays() {
    let api = Api::start_with(|config| config.phones.push("127.0.0.1:1".to_owned())).await;
    let added = api.json("POST", ADDRESS, &json!({"address": "127.0.0.1:1"})).await;
    assert_eq!(added.body["data"]["configured"], true);
    let refused = api.delete(&format!("{ADDRESS}/127.0.0.1:1")).await;
    assert_eq!((refused.code(), refused.fields()), (40001, vec!["address"]));
    assert_eq!(api.get(ADDRESS).await.body["data"]["total"], 1);
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scan_finds_phones_and_adds_them_only_when_it_is_asked_to() {
    let (farm, api) = (farm().await, Api::start().await);
    let address = farm.phones()[0].address();
    let found = json!({
        "address": address.to_string(), "serial": "virtual-1", "state": "ready", "reason": null, "added": false
    });
    let wanted = json!({"network": "127.0.0.0/30", "port": address.port()});
    let scan = api.json("POST", SCAN, &wanted).await;
    assert_eq!(scan.body["data"], json!({"scanned": 2, "phones": [found]}), "{scan:?}");
    assert_eq!(api.get(ADDRESS).await.body["data"]["total"], 0);
    let wanted = json!({"network": "127.0.0.1/32", "port": address.port(), "add": true});
    assert_eq!(api.json("POST", SCAN, &wanted).await.body["data"]["phones"][0]["added"], true);
    ready(&api).await;
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scan_tells_of_a_phone_that_asks_its_owner_first() {
    let (farm, folder) = (farm().await, tempfile::tempdir().unwrap());
    let phone = &farm.phones()[0];
    phone.set_access(Access::Ask);
    let key = folder.path().join("adbkey");
    std::fs::write(&key, KEY).unwrap();
    let api = Api::start_with(|config| config.adb_key = Some(key)).await;
    let wanted = json!({"network": "127.0.0.1/32", "port": phone.address().port()});
    let scan = api.json("POST", SCAN, &wanted).await;
    let found = &scan.body["data"]["phones"][0];
    assert_eq!((&found["serial"], &found["state"]), (&Value::Null, &json!("authorizing")), "{scan:?}");
    assert!(found["reason"].as_str().unwrap().contains("unlock the phone"), "{scan:?}");
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_scan_at_the_same_time_is_turned_away_and_one_after_it_is_not() {
    // Takes connections and says nothing, so that a scan has to wait for it.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let wanted = json!({"network": "127.0.0.1/32", "port": silent.local_addr().unwrap().port()});
    let api = Api::start().await;
    let scanning = async { api.json("POST", SCAN, &wanted).await };
    let meanwhile = async {
        let held = silent.accept().await.unwrap();
        let answer = api.json("POST", SCAN, &wanted).await;
        drop(held);
        answer
    };
    let (scan, refused) = tokio::join!(scanning, meanwhile);
    assert_eq!((refused.status, refused.code()), (429, 42901), "{refused:?}");
    assert_eq!(scan.body["data"], json!({"scanned": 1, "phones": []}), "{scan:?}");
    drop(silent);
    assert_eq!(api.json("POST", SCAN, &wanted).await.code(), 0);
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_no_phones_is_refused_and_a_zone_is_part_of_an_address() {
    let api = Api::start().await;
    for address in [
        "169.254.169.254:80",
        "0.0.0.0:5555",
        "224.0.0.251:5555",
        "255.255.255.255:5555",
        "[::]:5555",
        "[ff02::1]:5555",
        "[fe80::1]:5555",
        "[::ffff:169.254.169.254]:80",
    ] {
        let refused = api.json("POST", ADDRESS, &json!({"address": address})).await;
        assert_eq!((refused.code(), refused.fields()), (40001, vec!["address"]), "{address}: {refused:?}");
    }
    assert_eq!(api.get(ADDRESS).await.body["data"]["total"], 0);
    api.stop().await;

    let networks = ["192.0.2.0/24", "fe80::%lo/10"].map(|network| network.parse().unwrap());
    let api = Api::start_with(|config| config.phone_networks = networks.to_vec()).await;
    for (address, code) in [
        ("192.0.2.7:5555", 0),
        ("[fe80::1%lo]:5555", 0),
        ("127.0.0.1:5555", 40001),
        ("localhost:5555", 40001),
        ("[fe80::1%eth9]:5555", 40001),
    ] {
        let answer = api.json("POST", ADDRESS, &json!({"address": address})).await;
        assert_eq!(answer.code(), code, "{address}: {answer:?}");
    }
    let removed = api.delete(&format!("{ADDRESS}/[fe80::1%25lo]:5555")).await;
    assert_eq!(removed.body["data"], json!({"deleted_count": 1}), "{removed:?}");
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_answers_at_an_address_is_not_quoted() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let api = Api::start().await;
    assert_eq!(api.json("POST", ADDRESS, &json!({"address": address})).await.code(), 0);
    let (mut socket, _) = listener.accept().await.unwrap();
    socket.write_all(b"SECRET of another server, in enough bytes").await.unwrap();
    let asking = async {
        loop {
            let phone = api.get("/api/v1/device").await.body["data"]["devices"][0].take();
            if phone["state"] == "offline" {
                return phone;
            }
            tokio::task::yield_now().await;
        }
    };
    let phone = tokio::time::timeout(Duration::from_secs(30), asking).await.unwrap();
    let reason = phone["reason"].as_str().unwrap();
    assert!(reason.ends_with("what listens there does not speak ADB"), "{reason}");
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_and_networks_that_are_none_are_refused_by_field() {
    let api = Api::start().await;
    for (method, path, body, fields) in [
        ("POST", ADDRESS, json!({}), vec!["address"]),
        ("POST", ADDRESS, json!({"address": 7}), vec!["address"]),
        ("POST", ADDRESS, json!({"address": "10.0.0.1"}), vec!["address"]),
        ("POST", ADDRESS, json!({"address": "10.0.0.1:70000", "x": 1}), vec!["x", "address"]),
        ("DELETE", "/api/v1/device/address/none", Value::Null, vec!["address"]),
        ("POST", SCAN, json!({}), vec!["network"]),
        ("POST", SCAN, json!({"network": "8.8.8.0/24"}), vec!["network"]),
        ("POST", SCAN, json!({"network": "10.0.0.0/8"}), vec!["network"]),
        ("POST", SCAN, json!({"network": "10.0.0.1/32", "port": 0, "add": 1}), vec!["port", "add"]),
    ] {
        let answer = api.json(method, path, &body).await;
        assert_eq!((answer.code(), answer.fields()), (40001, fields), "{method} {path} {body}: {answer:?}");
    }
    assert_eq!(api.get(SCAN).await.code(), 40501);
    assert_eq!(api.json("PUT", ADDRESS, &json!({})).await.code(), 40501);
    api.stop().await;
}
