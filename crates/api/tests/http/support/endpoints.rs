//! The one list of everything that the server answers, for tests that ask all of it. A route that is missing here makes
//! a test fail.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::support::Api;

/// What an endpoint takes as its body.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Body {
    /// None; what is sent all the same is not looked at.
    None,
    /// JSON such as this, every field of which is known.
    Json(Value),
    /// A body of another media type.
    Other(&'static str),
}

/// One method of one address.
#[derive(Debug, Clone)]
pub(crate) struct Endpoint {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) body: Body,
}

/// All of them.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    let of = |method, path, body| Endpoint { method, path, body };
    let get = |path| of("GET", path, Body::None);
    let task = json!({"serials": ["p1"], "groups": [], "usernames": [], "distribute": null, "script_name": "say", "script_config": {"words": ["a"]},
        "enable_multi_account": false, "start_time": "12:00", "min_interval": 0, "max_interval": 0, "priority": 0,
        "max_retries": 0, "timeout": 60, "timezone": "UTC"});
    let account = json!({"username": "maker", "app": "tiktok", "package": null, "serial": "p1", "enabled": true,
        "note": "n", "tags": ["a"]});
    let account_change =
        json!({"package": null, "serial": "p1", "enabled": true, "note": "n", "tags": ["a"]});
    let group = json!({"name": "rack", "note": "n"});
    let material = json!({"tags": ["a"], "caption": "c", "username": null, "sort": 1, "used": false});
    let device = json!({"name": "first", "group": null});
    let scan = json!({"network": "127.0.0.1/32", "port": 1, "add": false});
    let settings = json!({"default_app": "tiktok", "packages": {"tiktok": null}, "tiktok_package": null, "instagram_package": null,
        "max_retries": 0, "retry_first_wait": 30, "retry_longest_wait": 900, "random_order": false, "paused": false,
        "max_devices_at_work": null});
    let webhook = json!({"url": "https://8.8.8.8/hook", "events": ["task.failed"], "enabled": false,
        "description": "d", "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"});
    let ids = || Body::Json(json!({"task_ids": [1, 2]}));
    vec![
        get("/healthz"),
        get("/metrics"),
        get("/api/v1/task"),
        of("POST", "/api/v1/task", Body::Json(task)),
        get("/api/v1/task/stats"),
        of("DELETE", "/api/v1/task/batch", ids()),
        of("POST", "/api/v1/task/batch-delete", ids()),
        of("POST", "/api/v1/task/batch-stop", ids()),
        of("POST", "/api/v1/task/batch-cancel", ids()),
        of("POST", "/api/v1/task/batch-retry", ids()),
        of("POST", "/api/v1/task/retry-all", Body::None),
        get("/api/v1/task/{task_id}"),
        of("DELETE", "/api/v1/task/{task_id}", Body::None),
        of("POST", "/api/v1/task/{task_id}/stop", Body::None),
        of("POST", "/api/v1/task/{task_id}/cancel", Body::None),
        of("POST", "/api/v1/task/{task_id}/retry", Body::None),
        get("/api/v1/task/{task_id}/log"),
        get("/api/v1/task/{task_id}/artifact/{name}"),
        get("/api/v1/event"),
        get("/api/v1/account"),
        of("POST", "/api/v1/account", Body::Json(account)),
        get("/api/v1/accounts"),
        get("/api/v1/account/export"),
        of("POST", "/api/v1/account/import", Body::Other("text/csv")),
        get("/api/v1/account/{account_id}"),
        of("PATCH", "/api/v1/account/{account_id}", Body::Json(account_change)),
        of("DELETE", "/api/v1/account/{account_id}", Body::None),
        get("/api/v1/device"),
        get("/api/v1/device/address"),
        of("POST", "/api/v1/device/address", Body::Json(json!({"address": "127.0.0.1:1"}))),
        of("DELETE", "/api/v1/device/address/{address}", Body::None),
        of("POST", "/api/v1/device/scan", Body::Json(scan)),
        get("/api/v1/device/{serial}"),
        of("PATCH", "/api/v1/device/{serial}", Body::Json(device)),
        of("DELETE", "/api/v1/device/{serial}", Body::None),
        get("/api/v1/group"),
        of("POST", "/api/v1/group", Body::Json(group.clone())),
        get("/api/v1/group/{group_id}"),
        of("PATCH", "/api/v1/group/{group_id}", Body::Json(group)),
        of("DELETE", "/api/v1/group/{group_id}", Body::None),
        get("/api/v1/material"),
        of("POST", "/api/v1/material", Body::Other("multipart/form-data")),
        get("/api/v1/material/{material_id}"),
        of("PATCH", "/api/v1/material/{material_id}", Body::Json(material)),
        of("DELETE", "/api/v1/material/{material_id}", Body::None),
        get("/api/v1/material/{material_id}/content"),
        get("/api/v1/material/{material_id}/thumbnail"),
        get("/api/v1/script"),
        get("/api/v1/script/{script_name}"),
        get("/api/v1/setting"),
        of("PATCH", "/api/v1/setting", Body::Json(settings)),
        get("/api/v1/license/check"),
        get("/api/v1/audit"),
        get("/api/v1/webhook"),
        of("POST", "/api/v1/webhook", Body::Json(webhook.clone())),
        get("/api/v1/webhook/{webhook_id}"),
        of("PATCH", "/api/v1/webhook/{webhook_id}", Body::Json(webhook)),
        of("DELETE", "/api/v1/webhook/{webhook_id}", Body::None),
        of("POST", "/api/v1/webhook/{webhook_id}/test", Body::None),
        get("/api/v1/webhook/{webhook_id}/delivery"),
        of("POST", "/api/v1/webhook/{webhook_id}/delivery/{delivery_id}/redeliver", Body::None),
    ]
}

/// `path` with `value` for everything that it leaves open.
pub(crate) fn filled(path: &str, value: &str) -> String {
    let parts = path.split('/').map(|part| if part.starts_with('{') { value } else { part });
    parts.collect::<Vec<_>>().join("/")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_and_every_method_of_it_is_in_the_list() {
    let mut listed: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for endpoint in endpoints() {
        let methods = listed.entry(endpoint.path).or_default();
        methods.insert(endpoint.method);
        if endpoint.method == "GET" {
            methods.insert("HEAD");
        }
    }
    let api = Api::start().await;
    // The one path of the document that is not in the form of the API; `openapi.rs` beside this tests it.
    let document = api.get("/openapi.json").await.body;
    let documented = document["paths"].as_object().unwrap().keys().map(String::as_str);
    let documented: BTreeSet<&str> = documented.filter(|path| *path != "/openapi.json").collect();
    assert_eq!(listed.keys().copied().collect::<BTreeSet<_>>(), documented);
    for (path, methods) in listed {
        let answer = api.send("TRACE", &filled(path, "1"), &[], Vec::new()).await;
        assert_eq!((answer.status, answer.code()), (405, 40501), "{path}: {answer:?}");
        let allowed = answer.allow.unwrap();
        assert_eq!(allowed.split(", ").collect::<BTreeSet<_>>(), methods, "{path}");
    }
    api.stop().await;
}
