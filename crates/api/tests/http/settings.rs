//! `/api/v1/setting`: its defaults, its changes, and what it refuses.

use serde_json::{Value, json};

use crate::support::Api;

#[tokio::test(flavor = "multi_thread")]
async fn settings_have_defaults_and_change_one_by_one() {
    let api = Api::start().await;
    let defaults = json!({"default_app": "tiktok", "tiktok_package": null, "instagram_package": null,
        "max_retries": 0, "retry_first_wait": 30, "retry_longest_wait": 900, "random_order": false, "paused": false});
    assert_eq!(api.get("/api/v1/setting").await.body["data"], defaults);
    let change = json!({"default_app": "instagram", "tiktok_package": "com.clone.one", "max_retries": 2,
        "retry_first_wait": 1});
    let changed = api.json("PATCH", "/api/v1/setting", &change).await;
    assert_eq!((changed.code(), &changed.body["data"]["max_retries"]), (0, &json!(2)), "{changed:?}");
    assert_eq!(changed.body["data"]["retry_first_wait"], 1);
    assert_eq!(api.get("/api/v1/setting").await.body, changed.body);
    api.post(&json!({"serials": ["p1"], "script_name": "say", "script_config": {}})).await;
    let task = &api.get("/api/v1/task/1").await.body["data"];
    assert_eq!((&task["app"], &task["max_retries"]), (&json!("instagram"), &json!(2)));
    let none = api.json("PATCH", "/api/v1/setting", &json!({"tiktok_package": null})).await;
    assert_eq!(none.body["data"]["tiktok_package"], Value::Null);
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_tasks_say_that_they_are_paused() {
    let api = Api::start().await;
    api.post(&json!({"serials": ["p1"], "script_name": "say", "script_config": {}})).await;
    let reason = async || api.get("/api/v1/task/1").await.body["data"]["waiting_reason"].clone();
    assert_eq!(reason().await, "device_offline");
    api.json("PATCH", "/api/v1/setting", &json!({"paused": true})).await;
    assert_eq!(reason().await, "paused");
    assert_eq!(api.get("/api/v1/task").await.body["data"]["tasks"][0]["waiting_reason"], "paused");
    api.json("PATCH", "/api/v1/setting", &json!({"paused": false})).await;
    assert_eq!(reason().await, "device_offline");
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_with_a_problem_changes_nothing() {
    let api = Api::start().await;
    let before = api.get("/api/v1/setting").await.body;
    let body = json!({"default_app": "orkut", "tiktok_package": "com.x; reboot", "max_retries": -1,
        "retry_longest_wait": 0,        "random_order": "yes", "pausd": true, "paused": true});
    let answer = api.json("PATCH", "/api/v1/setting", &body).await;
    let mut fields = answer.fields();
    fields.sort_unstable();
    assert_eq!(
        fields,
        ["default_app", "max_retries", "pausd", "random_order", "retry_longest_wait", "tiktok_package"]
    );
    assert!(answer.body.to_string().contains("did you mean paused?"), "{answer:?}");
    for (method, body, code) in [("PATCH", json!(1), 40001), ("POST", json!({}), 40501)] {
        assert_eq!(api.json(method, "/api/v1/setting", &body).await.code(), code, "{method} {body}");
    }
    assert_eq!(api.get("/api/v1/setting").await.body, before);
    api.stop().await;
}
