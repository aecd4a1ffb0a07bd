//! `/api/v1/device`, `/api/v1/group` and `/api/v1/script` on a server without phones.

mod addresses;
mod conflict;
mod discovery;

use serde_json::{Value, json};

use crate::support::Api;

#[tokio::test(flavor = "multi_thread")]
async fn phones_that_tasks_and_accounts_name_are_listed_absent_with_a_reason() {
    let api = Api::start().await;
    api.post(&json!({"serials": ["p2"], "script_name": "say", "script_config": {}})).await;
    api.json("POST", "/api/v1/account", &json!({"username": "maker", "serial": "p1"})).await;
    let list = api.get("/api/v1/device").await.body["data"].clone();
    assert_eq!(
        (&list["total"], &list["devices"][0]["serial"], &list["devices"][1]["serial"]),
        (&json!(2), &json!("p1"), &json!("p2"))
    );
    let phone = api.get("/api/v1/device/p2").await.body["data"].clone();
    assert_eq!(
        (&phone["state"], &phone["busy"], &phone["model"]),
        (&json!("absent"), &json!(false), &Value::Null)
    );
    assert!(phone["reason"].is_string(), "{phone}");
    assert_eq!(api.get("/api/v1/device?state=ready").await.body["data"]["total"], 0);
    let page = api.get("/api/v1/device?state=absent&page=2&page_size=1").await.body["data"].clone();
    assert_eq!(page["devices"][0]["serial"], "p2", "{page}");
    let beyond = api.get("/api/v1/device?page=4294967295&page_size=100").await.body["data"].clone();
    assert_eq!(beyond["devices"], json!([]), "{beyond}");
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_gets_a_name_and_a_group_and_is_deleted_when_nothing_needs_it() {
    let api = Api::start().await;
    api.json("POST", "/api/v1/account", &json!({"username": "maker", "serial": "192.168.0.7:5555"})).await;
    let group = api.json("POST", "/api/v1/group", &json!({"name": " Rack 1 ", "note": "left"})).await;
    assert_eq!((group.code(), &group.body["data"]["name"]), (0, &json!("Rack 1")), "{group:?}");
    let path = "/api/v1/device/192.168.0.7:5555";
    let wrong = api.json("PATCH", path, &json!({"group": "Rack 2"})).await;
    assert_eq!((wrong.code(), wrong.fields()), (40001, vec!["group"]));
    assert!(wrong.message().contains("did you mean Rack 1?"), "{wrong:?}");
    let changed = api.json("PATCH", path, &json!({"name": "Left", "group": "Rack 1"})).await;
    assert_eq!(
        (&changed.body["data"]["name"], &changed.body["data"]["group"]),
        (&json!("Left"), &json!("Rack 1"))
    );
    assert_eq!(api.get("/api/v1/device?group=Rack%201").await.body["data"]["total"], 1);
    assert_eq!(api.get("/api/v1/group").await.body["data"]["groups"][0]["device_count"], 1);

    let needed = api.delete(path).await;
    assert_eq!(needed.code(), 40001);
    assert!(needed.message().contains("1 accounts"), "{needed:?}");
    api.delete("/api/v1/account/1").await;
    assert_eq!(api.delete(path).await.body["data"], json!({"deleted_count": 1}));
    assert_eq!(api.get(path).await.code(), 40401);
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_are_changed_and_deleted_and_give_their_phones_free() {
    let api = Api::start().await;
    api.json("POST", "/api/v1/account", &json!({"username": "maker", "serial": "p1"})).await;
    api.json("POST", "/api/v1/group", &json!({"name": "one"})).await;
    api.json("PATCH", "/api/v1/device/p1", &json!({"group": "one"})).await;
    let changed = api.json("PATCH", "/api/v1/group/1", &json!({"name": "two", "note": "x"})).await;
    assert_eq!((&changed.body["data"]["name"], &changed.body["data"]["note"]), (&json!("two"), &json!("x")));
    assert_eq!(api.get("/api/v1/group/1").await.body["data"], changed.body["data"]);
    let deleted = api.delete("/api/v1/group/1").await;
    assert_eq!(deleted.body["data"], json!({"deleted_count": 1, "released_device_count": 1}));
    assert_eq!(api.get("/api/v1/device/p1").await.body["data"]["group"], Value::Null);
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_told_by_field_and_what_is_not_there_by_name() {
    let api = Api::start().await;
    api.json("POST", "/api/v1/group", &json!({"name": "one"})).await;
    for (method, path, body, code) in [
        ("POST", "/api/v1/group", json!({}), 40001),
        ("POST", "/api/v1/group", json!({"name": "one"}), 40001),
        ("POST", "/api/v1/group", json!({"name": "x\u{0}"}), 40001),
        ("POST", "/api/v1/group", json!({"name": "x".repeat(201)}), 40001),
        ("POST", "/api/v1/group", json!({"name": "two", "colour": 1}), 40001),
        ("PATCH", "/api/v1/group/1", json!({"name": null}), 40001),
        ("PATCH", "/api/v1/group/9", json!({"name": "x"}), 40401),
        ("GET", "/api/v1/group/0", Value::Null, 40001),
        ("DELETE", "/api/v1/group/9", Value::Null, 40401),
        ("PUT", "/api/v1/group", Value::Null, 40501),
        ("GET", "/api/v1/device/nothing", Value::Null, 40401),
        ("GET", "/api/v1/device?state=gone", Value::Null, 40001),
        ("GET", "/api/v1/device?stat=ready", Value::Null, 40001),
        ("PATCH", "/api/v1/device/nothing", json!({"name": "x"}), 40401),
        ("PATCH", "/api/v1/device/nothing", json!({"name": 1, "group": ""}), 40001),
        ("DELETE", "/api/v1/device/nothing", Value::Null, 40401),
        ("POST", "/api/v1/device", json!({}), 40501),
        ("GET", "/api/v1/script/nothing", Value::Null, 40401),
        ("POST", "/api/v1/script", json!({}), 40501),
    ] {
        let answer = api.json(method, path, &body).await;
        assert_eq!(answer.code(), code, "{method} {path} {body}: {answer:?}");
    }
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn scripts_tell_their_name_their_purpose_and_their_schema() {
    let api = Api::start().await;
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "say",
        "description": "Says words",
        "type": "object",
        "additionalProperties": true,
    });
    let say = json!({"name": "say", "description": "Says words", "schema": schema});
    assert_eq!(api.get("/api/v1/script").await.body["data"], json!({"scripts": [say], "total": 1}));
    assert_eq!(api.get("/api/v1/script/say").await.body["data"], say);
    api.stop().await;
}
