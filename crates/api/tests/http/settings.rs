//! `/api/v1/setting`: its defaults, its changes, and what it refuses.

use serde_json::{Value, json};
use tikmatrix_domain::AppId;

use crate::support::Api;

#[tokio::test(flavor = "multi_thread")]
async fn settings_have_defaults_and_change_one_by_one() {
    let api = Api::start().await;
    let defaults = json!({"default_app": "tiktok", "packages": {}, "tiktok_package": null, "instagram_package": null,
        "max_retries": 0, "retry_first_wait": 30, "retry_longest_wait": 900, "random_order": false, "paused": false,
        "max_devices_at_work": null});
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
async fn packages_are_set_by_app_and_under_their_first_names() {
    let api = Api::start().await;
    let change = async |body: Value| api.json("PATCH", "/api/v1/setting", &body).await;
    let both = change(json!({"packages": {"tiktok": "com.clone.one", "instagram": "com.clone.two"}})).await;
    let data = &both.body["data"];
    assert_eq!(
        data["packages"],
        json!({"tiktok": "com.clone.one", "instagram": "com.clone.two"}),
        "{both:?}"
    );
    assert_eq!(
        (&data["tiktok_package"], &data["instagram_package"]),
        (&json!("com.clone.one"), &json!("com.clone.two"))
    );
    let same = json!({"tiktok_package": "com.clone.new", "packages": {"tiktok": "com.clone.new"}});
    assert_eq!(change(same).await.code(), 0);
    let one = change(json!({"packages": {"tiktok": null}})).await;
    assert_eq!(one.body["data"]["packages"], json!({"instagram": "com.clone.two"}), "{one:?}");
    for (body, field, reason) in [
        (
            json!({"tiktok_package": null, "packages": {"tiktok": "com.x.y"}}),
            "tiktok_package",
            "differs from packages.tiktok, which means the same: give one of them",
        ),
        (
            json!({"packages": {"orkut": "com.x.y"}}),
            "packages.orkut",
            "\"orkut\" is not one of tiktok, instagram",
        ),
        (
            json!({"packages": {"tiktok": "com.x; reboot"}}),
            "packages.tiktok",
            "is not a package name: two or more words of letters, digits and _ divided by dots, such as com.example.app",
        ),
    ] {
        let refused = change(body).await;
        assert_eq!(refused.body["data"], json!([{"field": field, "reason": reason}]), "{refused:?}");
    }
    assert_eq!(api.get("/api/v1/setting").await.body, one.body);
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_has_the_apps_of_its_configuration_and_no_others() {
    let apps = ["photos", "tiktok"].map(|name| AppId::new(name).unwrap());
    let api = Api::start_with(|config| config.apps = apps.into()).await;
    assert_eq!(api.get("/api/v1/setting").await.body["data"]["default_app"], "photos");
    api.post(&json!({"serials": ["p1"], "script_name": "say", "script_config": {}})).await;
    assert_eq!(api.get("/api/v1/task/1").await.body["data"]["app"], "photos");
    let account = api.json("POST", "/api/v1/account", &json!({"username": "maker"})).await;
    assert_eq!(account.body["data"]["app"], "photos", "{account:?}");
    let schema = &api.get("/openapi.json").await.body["components"]["schemas"]["App"];
    assert_eq!(schema["enum"], json!(["photos", "tiktok"]));
    let csv = [("Content-Type", "text/csv")];
    let table = b"username,app\nother,instagram\n".to_vec();
    for refused in [
        api.json("POST", "/api/v1/account", &json!({"username": "other", "app": "instagram"})).await,
        api.send("POST", "/api/v1/account/import", &csv, table).await,
        api.get("/api/v1/account?app=instagram").await,
        api.json("PATCH", "/api/v1/setting", &json!({"default_app": "instagram"})).await,
        api.json("PATCH", "/api/v1/setting", &json!({"packages": {"instagram": null}})).await,
        api.json("PATCH", "/api/v1/setting", &json!({"instagram_package": "com.x.y"})).await,
    ] {
        assert_eq!((refused.code(), refused.fields().len()), (40001, 1), "{refused:?}");
        assert!(refused.message().ends_with(" is not one of photos, tiktok"), "{refused:?}");
    }
    let named = json!({"default_app": "tiktok"});
    assert_eq!(api.json("PATCH", "/api/v1/setting", &named).await.code(), 0);
    let account = api.json("POST", "/api/v1/account", &json!({"username": "second"})).await;
    assert_eq!(account.body["data"]["app"], "tiktok", "{account:?}");
    let imported = api.send("POST", "/api/v1/account/import", &csv, b"username\nthird\n".to_vec()).await;
    assert_eq!(imported.code(), 0);
    assert_eq!(api.get("/api/v1/account?username=third").await.body["data"]["accounts"][0]["app"], "tiktok");
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
async fn the_limit_of_phones_at_work_is_set_and_removed() {
    let api = Api::start().await;
    let change = async |limit: Value| {
        api.json("PATCH", "/api/v1/setting", &json!({"max_devices_at_work": limit})).await
    };
    for limit in [json!(2), json!(100_000), Value::Null] {
        let changed = change(limit.clone()).await;
        assert_eq!(changed.body["data"]["max_devices_at_work"], limit, "{changed:?}");
        assert_eq!(api.get("/api/v1/setting").await.body, changed.body);
    }
    for limit in [json!(0), json!(-1), json!(100_001), json!("2"), json!(1.5)] {
        let refused = change(limit).await;
        assert_eq!((refused.code(), refused.fields()), (40001, vec!["max_devices_at_work"]), "{refused:?}");
    }
    assert_eq!(api.get("/api/v1/setting").await.body["data"]["max_devices_at_work"], Value::Null);
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
