//! Two phones that report one serial, as virtual phones do: what the API shows of them and of their tasks.

use std::time::Duration;

use serde_json::{Value, json};
use tikmatrix_virtual_phone::{Farm, FarmOptions};

use crate::support::Api;

const SERIAL: &str = "0123456789ABCDEF";

/// What `path` answers with once it is as wanted; the server is asked until then.
async fn until(api: &Api, path: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    let mut last = Value::Null;
    let asking = async {
        loop {
            last = api.get(path).await.body["data"].take();
            if wanted(&last) {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    let found = tokio::time::timeout(Duration::from_secs(60), asking).await;
    assert!(found.is_ok(), "{path} never was as wanted: {last:#}");
    last
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_of_a_serial_that_two_phones_report_wait_until_one_is_removed() {
    let farm = Farm::start(FarmOptions { count: 2, first_port: None, seed: 1 }).await.unwrap();
    let addresses: Vec<String> = farm.phones().iter().map(|phone| phone.address().to_string()).collect();
    for phone in farm.phones() {
        phone.report_serial(SERIAL);
    }
    let api = Api::start().await;
    for address in &addresses {
        let added = api.json("POST", "/api/v1/device/address", &json!({"address": address})).await;
        assert_eq!(added.code(), 0, "{added:?}");
    }
    let list = until(&api, "/api/v1/device?state=conflict", |list| list["total"] == 2).await;
    for (shown, other) in [(0, 1), (1, 0)] {
        let phone =
            list["devices"].as_array().unwrap().iter().find(|it| it["address"] == addresses[shown]).unwrap();
        assert_eq!(phone["serial"], SERIAL);
        assert!(phone["reason"].as_str().unwrap().contains(&addresses[other]), "{phone:#}");
    }
    assert_eq!(api.get(&format!("/api/v1/device/{SERIAL}")).await.body["data"]["state"], "conflict");
    let refused = api.delete(&format!("/api/v1/device/{SERIAL}")).await;
    assert_eq!((refused.code(), refused.fields()), (40001, vec!["serial"]));

    let body = json!({"serials": [SERIAL], "script_name": "say", "script_config": {}});
    let created = api.json("POST", "/api/v1/task", &body).await;
    let task = format!("/api/v1/task/{}", created.body["data"]["task_ids"][0]);
    until(&api, &task, |task| task["waiting_reason"] == "device_conflict").await;
    let pending = api.get("/api/v1/task?status=0").await.body["data"]["tasks"][0].clone();
    assert_eq!(pending["waiting_reason"], "device_conflict", "{pending:#}");

    let removed = api.delete(&format!("/api/v1/device/address/{}", addresses[0])).await;
    assert_eq!(removed.code(), 0, "{removed:?}");
    let done = until(&api, &task, |task| task["status_text"] == "completed").await;
    assert_eq!(done["waiting_reason"], Value::Null);
    let list = api.get("/api/v1/device").await.body["data"].clone();
    assert_eq!(
        (&list["total"], &list["devices"][0]["address"]),
        (&json!(1), &json!(addresses[1])),
        "{list:#}"
    );
    api.stop().await;
}
