//! Protects the sentences: a task of an account without a phone waits until the account is bound to one, and then runs;
//! and a phone tells its model, its version of Android, its display and its battery.

use std::time::Duration;

use serde_json::{Value, json};
use tempfile::tempdir;

use crate::harness::{Server, Video, wait_for};

const SOON: Duration = Duration::from_secs(60);

/// The account that is signed in on a virtual phone.
fn signed_in(server: &Server, serial: &str) -> String {
    let phones = server.get("/virtual/phones").body;
    let phone = phones.as_array().unwrap().iter().find(|phone| phone["serial"] == serial).unwrap();
    phone["apps"]["tiktok"]["accounts"][0]["username"].as_str().unwrap().to_owned()
}

#[test]
fn binding_an_account_lets_its_waiting_task_run_on_its_phone() {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 2);
    let video = Video::make(directory.path(), "bound.mp4");
    let username = signed_in(&server, "virtual-2");
    let body = json!({
        "usernames": [username],
        "script_name": "post",
        "script_config": {"content_type": 0, "captions": "now I am home", "material_list": [video.path()]},
    });
    let id = server.post("/api/v1/task", &body).body["data"]["task_ids"][0].as_i64().unwrap();
    assert_eq!(server.task(id)["waiting_reason"], "no_device_for_account");
    let accounts = server.get(&format!("/api/v1/account?username={username}")).body;
    let account = &accounts["data"]["accounts"][0]["id"];
    let bound = server.patch(&format!("/api/v1/account/{account}"), &json!({"serial": "virtual-2"}));
    assert_eq!(bound.body["data"]["serial"], "virtual-2", "{bound:?}");
    server.completed(id);
    assert_eq!(server.posts("virtual-2"), [("now I am home".to_owned(), video.sha256)]);
    assert_eq!(server.posts("virtual-1"), []);
}

#[test]
fn a_phone_tells_what_it_is_how_its_battery_is_and_how_much_room_it_has() {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 1);
    let phone = wait_for("the phone to tell what it is", SOON, || {
        let phone = server.get("/api/v1/device/virtual-1").body["data"].clone();
        phone["facts_at"].is_string().then_some(phone)
    });
    assert_eq!((&phone["state"], &phone["reason"]), (&json!("ready"), &Value::Null), "{phone}");
    assert_eq!((&phone["model"], &phone["android_version"]), (&json!("Virtual Phone"), &json!("13")));
    assert_eq!((&phone["size"], &phone["battery"]), (&json!({"width": 1080, "height": 2400}), &json!(87)));
    assert_eq!(phone["battery_temperature"], 28.4);
    let room = |name: &str| phone["storage"][name].as_u64().unwrap();
    assert!(0 < room("free") && room("free") <= room("total"), "{phone}");
    let refused = server.delete("/api/v1/device/virtual-1");
    assert_eq!(refused.body["code"], 40001, "{refused:?}");
}
