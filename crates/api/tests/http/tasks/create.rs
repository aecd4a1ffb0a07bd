//! What `POST /api/v1/task` takes and refuses, over a real server without phones.

use serde_json::{Value, json};

use crate::support::Api;

fn valid() -> Value {
    json!({"serials": ["p1"], "script_name": "say", "script_config": {}})
}

fn with(field: &str, value: Value) -> Value {
    let mut body = valid();
    body[field] = value;
    body
}

fn without(field: &str) -> Value {
    let mut body = valid();
    body.as_object_mut().unwrap().remove(field);
    body
}

#[tokio::test(flavor = "multi_thread")]
async fn devices_come_first_then_targets_and_duplicates_are_folded() {
    let api = Api::start().await;
    let answer = api
        .post(&json!({"serials": ["b", "a", "b"], "script_name": "say", "script_config": {"words": ["x", "y"]}}))
        .await;
    assert_eq!((answer.status, answer.code(), answer.message()), (200, 0, "success"));
    assert_eq!(answer.body["data"]["created_count"], 4);
    assert!(answer.body["data"].get("tasks").is_none());
    let mut made = Vec::new();
    for id in answer.body["data"]["task_ids"].as_array().unwrap() {
        let task = api.get(&format!("/api/v1/task/{id}")).await.body["data"].clone();
        made.push(format!("{} {}", task["serial"].as_str().unwrap(), task["script_config"]["words"][0]));
    }
    assert_eq!(made, [r#"b "x""#, r#"b "y""#, r#"a "x""#, r#"a "y""#]);
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_without_a_phone_are_accepted_and_say_what_they_wait_for() {
    let api = Api::start().await;
    let answer = api
        .post(&json!({"usernames": ["@Maker", "maker"], "script_name": "say", "script_config": {},
            "enable_multi_account": true}))
        .await;
    assert_eq!(answer.body["data"]["created_count"], 1);
    assert!(answer.body["data"]["warnings"][0].as_str().unwrap().contains("enable_multi_account"));
    let id = &answer.body["data"]["task_ids"][0];
    let task = &api.get(&format!("/api/v1/task/{id}")).await.body["data"];
    assert_eq!((&task["username"], &task["serial"]), (&json!("maker"), &Value::Null));
    assert_eq!(task["waiting_reason"], "no_device_for_account");
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_problem_has_its_code_and_names_its_field() {
    let api = Api::start().await;
    let long = vec![json!("w"); 10_001];
    for (body, code, field) in [
        (without("script_name"), 40002, "script_name"),
        (with("script_name", json!("  ")), 40002, "script_name"),
        (with("script_name", Value::Null), 40002, "script_name"),
        (with("script_name", json!("sya")), 40003, "script_name"),
        (with("script_name", json!(7)), 40001, "script_name"),
        (without("serials"), 40001, "serials"),
        (with("serials", json!([])), 40001, "serials"),
        (with("serials", json!("p1")), 40001, "serials"),
        (with("serials", json!(["p1", 2])), 40001, "serials[1]"),
        (with("serials", json!(["p1", " "])), 40001, "serials[1]"),
        (with("serials", json!(["p\u{0}1"])), 40001, "serials[0]"),
        (with("serials", json!(["p\u{202e}1"])), 40001, "serials[0]"),
        (with("usernames", json!(["maker one"])), 40001, "usernames[0]"),
        (with("usernames", json!(["maker", "a, b\u{202e}"])), 40001, "usernames[1]"),
        (with("usernames", json!(["x".repeat(31)])), 40001, "usernames[0]"),
        (with("usernames", json!([" , "])), 40001, "usernames[0]"),
        (without("script_config"), 40001, "script_config"),
        (with("script_config", json!([1])), 40001, "script_config"),
        (with("script_config", json!({"words": 1})), 40001, "script_config.words"),
        (with("script_config", json!({"words": []})), 40001, "script_config"),
        (with("script_config", json!({"words": long})), 40001, "serials"),
        (with("enable_multi_account", json!("yes")), 40001, "enable_multi_account"),
        (with("groups", json!("rack")), 40001, "groups"),
        (with("groups", json!([" "])), 40001, "groups[0]"),
        (with("groups", json!(["rack"])), 40001, "groups[0]"),
        (with("distribute", json!({"count": 2})), 40001, "distribute"),
        (with("start_time", json!("25:00")), 40001, "start_time"),
        (with("start_time", json!(900)), 40001, "start_time"),
        (with("serialz", json!([])), 40001, "serialz"),
        (with("priority", json!(101)), 40001, "priority"),
        (with("priority", json!(-101)), 40001, "priority"),
        (with("priority", json!("high")), 40001, "priority"),
        (with("max_retries", json!(-1)), 40001, "max_retries"),
        (with("max_retries", json!(1.5)), 40001, "max_retries"),
        (with("timeout", json!(0)), 40001, "timeout"),
        (with("timeout", json!(86_401)), 40001, "timeout"),
        (with("timezone", json!("Mars/Olympus")), 40001, "timezone"),
        (with("min_interval", json!(1)), 40001, "max_interval"),
        (with("max_interval", json!(-1)), 40001, "max_interval"),
        (json!([valid()]), 40001, ""),
        (json!("text"), 40001, ""),
    ] {
        let answer = api.post(&body).await;
        assert_eq!((answer.status, answer.code()), (400, code), "{answer:?}");
        assert_eq!(answer.fields().first(), Some(&field), "{answer:?}");
        assert!(answer.message().starts_with(field), "{answer:?}");
    }
    let stats = api.get("/api/v1/task/stats").await;
    assert_eq!(stats.body["data"]["total"], 0, "a refused request makes nothing");
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_problems_are_told_at_once() {
    let api = Api::start().await;
    let answer = api
        .post(&json!({"serials": [1, ""], "script_name": "say", "script_config": {"words": 1},
            "enable_multi_account": 1, "start_time": "noon", "serialz": 1}))
        .await;
    let mut fields = answer.fields();
    fields.sort_unstable();
    assert_eq!(
        fields,
        [
            "enable_multi_account",
            "script_config.words",
            "script_config.words[0]",
            "serials[0]",
            "serials[1]",
            "serialz",
            "start_time"
        ]
    );
    assert!(answer.message().ends_with("(and 6 more problems: see data)"), "{answer:?}");
    assert!(answer.body.to_string().contains("did you mean serials?"), "{answer:?}");
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_bodies_are_refused_and_the_server_is_fine() {
    let api = Api::start().await;
    let deep = [vec![b'['; 200_000], vec![b']'; 200_000]].concat();
    let nested = format!(r#"{{"script_config": {}1{}}}"#, r#"{"a":"#.repeat(5000), "}".repeat(5000));
    for body in [
        b"".to_vec(),
        b"{".to_vec(),
        b"\xff\xfe{}".to_vec(),
        b"\0".to_vec(),
        br#"{"script_name": "\ud83d"}"#.to_vec(),
        br#"{"serials": ["a"], "serials": ["b"]}"#.to_vec(),
        br#"{"start_time": 1e400}"#.to_vec(),
        br#"{"enable_multi_account": 99999999999999999999999999999999}"#.to_vec(),
        deep,
        nested.into_bytes(),
    ] {
        let answer = api.post_bytes(body).await;
        assert_eq!(answer.status, 400, "{answer:?}");
    }
    assert_eq!(api.get("/healthz").await.code(), 0);
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_of_more_fields_than_any_request_has_is_refused_before_it_is_checked() {
    let api = Api::start().await;
    let config: serde_json::Map<String, Value> =
        (0..150_000).map(|number| (format!("unknown{number}"), json!(1))).collect();
    for path in ["/api/v1/task", "/api/v1/task?unknown_fields=warn"] {
        let answer = api.json("POST", path, &with("script_config", json!(config))).await;
        assert_eq!(answer.status, 400);
        assert!(answer.message().contains("an object has more than 1000 fields"), "{answer:?}");
    }
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scheduled_task_says_when_and_that_it_waits() {
    let api = Api::start().await;
    let later = (chrono::Local::now() + chrono::TimeDelta::hours(2)).format("%H:%M").to_string();
    let id = api.post(&with("start_time", json!(later))).await.body["data"]["task_ids"][0].clone();
    let task = api.get(&format!("/api/v1/task/{id}")).await.body["data"].clone();
    assert_eq!(task["waiting_reason"], "scheduled");
    let start = task["start_time"].as_str().unwrap();
    assert!(chrono::DateTime::parse_from_rfc3339(start).is_ok(), "{start}");
    assert!(start.contains(&format!("T{later}:00")), "{start}");
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_would_fill_the_database_is_refused_and_creates_nothing() {
    let api = Api::start().await;
    let serials: Vec<String> = (0..1_000).map(|number| format!("phone-{number}")).collect();
    for (serials, length, wanted) in [
        (vec!["a".to_owned()], 140_000, "script_config: takes 1400"),
        (serials, 70_000, "serials: the configurations of all tasks take 700"),
    ] {
        let config = json!({"words": ["x".repeat(length)]});
        let answer =
            api.post(&json!({"serials": serials, "script_name": "say", "script_config": config})).await;
        let message = answer.body["message"].as_str().unwrap();
        assert_eq!((answer.status, message.starts_with(wanted)), (400, true), "{message}");
    }
    assert_eq!(api.get("/api/v1/task").await.body["data"]["total"], 0);
    api.stop().await;
}
