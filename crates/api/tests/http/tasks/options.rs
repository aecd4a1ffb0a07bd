//! What a request for tasks may say beyond the page: when, how urgently, how often, and that it happens once.

use chrono::{DateTime, FixedOffset, TimeDelta};
use serde_json::{Value, json};

use crate::support::Api;

fn request(more: &Value) -> Value {
    let mut body = json!({"serials": ["p1"], "script_name": "say", "script_config": {}});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

fn moment(value: &Value) -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339(value.as_str().unwrap_or_else(|| panic!("{value}"))).unwrap()
}

/// "Optional beyond the page: priority (-100..100, default 0), max_retries, timeout (seconds)."
#[tokio::test(flavor = "multi_thread")]
async fn priority_and_retries_are_what_was_asked_for_or_their_defaults() {
    let api = Api::start().await;
    let full = request(&json!({"priority": -100, "max_retries": 3, "timeout": 86_400}));
    for (body, priority, retries) in [(full, -100, 3), (request(&json!({})), 0, 0)] {
        let answer = api.post(&body).await;
        assert_eq!(answer.code(), 0, "{answer:?}");
        let task = api.task(&answer.body["data"]["task_ids"][0]).await;
        let shown = (&task["priority"], &task["max_retries"], &task["retry_count"]);
        assert_eq!(shown, (&json!(priority), &json!(retries), &json!(0)));
    }
    api.stop().await;
}

/// "start_time is HH:MM, 24 hours, the server's local zone (or timezone, an IANA name): the next time the clock shows
/// it, today or tomorrow."
#[tokio::test(flavor = "multi_thread")]
async fn a_start_time_is_the_next_time_the_clock_of_its_zone_shows_it() {
    let api = Api::start().await;
    let answer = api.post(&request(&json!({"start_time": "06:30", "timezone": "Asia/Kolkata"}))).await;
    let start = moment(&api.task(&answer.body["data"]["task_ids"][0]).await["start_time"]);
    let there = start.with_timezone(&FixedOffset::east_opt(5 * 3600 + 1800).unwrap());
    assert_eq!(there.format("%H:%M:%S").to_string(), "06:30:00");
    let away = start.to_utc() - chrono::Utc::now();
    assert!(away > TimeDelta::minutes(-2) && away <= TimeDelta::hours(24), "{away}");
    let answer = api.post(&request(&json!({"timezone": "UTC"}))).await;
    assert!(answer.body["data"]["warnings"][0].as_str().unwrap().starts_with("timezone"), "{answer:?}");
    api.stop().await;
}

/// "min_interval, max_interval (minutes, both default 0): each following task for the same device starts that much
/// later than the one before, at random between the two."
#[tokio::test(flavor = "multi_thread")]
async fn each_following_task_of_a_device_starts_an_interval_later() {
    let api = Api::start().await;
    let body = json!({"serials": ["p1", "p2"], "script_name": "say", "script_config": {"words": ["x", "y", "z"]},
        "min_interval": 10, "max_interval": 20});
    let answer = api.post(&body).await;
    let ids = answer.body["data"]["task_ids"].as_array().unwrap();
    for of_one_device in ids.chunks(3) {
        let first = api.task(&of_one_device[0]).await;
        assert_eq!(first["start_time"], Value::Null);
        let mut before = moment(&first["created_at"]);
        for id in &of_one_device[1..] {
            let task = api.task(id).await;
            let start = moment(&task["start_time"]);
            let minutes = (start - before).as_seconds_f64() / 60.0;
            assert!((9.99..=20.01).contains(&minutes), "{minutes} minutes");
            assert_eq!(task["waiting_reason"], "scheduled");
            before = start;
        }
    }
    api.stop().await;
}

/// A device without a known account gets one task for the account that is signed in.
#[tokio::test(flavor = "multi_thread")]
async fn multi_account_on_a_device_without_a_known_account_makes_one_task() {
    let api = Api::start().await;
    let answer = api.post(&request(&json!({"enable_multi_account": true}))).await;
    assert_eq!(answer.body["data"]["created_count"], 1, "{answer:?}");
    assert_eq!(api.task(&answer.body["data"]["task_ids"][0]).await["username"], Value::Null);
    api.stop().await;
}

/// The account that is signed in on it would be a disabled one.
#[tokio::test(flavor = "multi_thread")]
async fn multi_account_on_a_device_whose_accounts_are_disabled_makes_no_task_and_says_so() {
    let api = Api::start().await;
    let account = json!({"username": "asleep", "serial": "p1", "enabled": false});
    assert_eq!(api.json("POST", "/api/v1/account", &account).await.code(), 0);
    let body = request(&json!({"serials": ["p1", "p2"], "enable_multi_account": true}));
    let answer = api.post_once("once", &body).await;
    assert_eq!((answer.code(), &answer.body["data"]["created_count"]), (0, &json!(1)), "{answer:?}");
    let made = api.task(&answer.body["data"]["task_ids"][0]).await;
    assert_eq!((&made["serial"], &made["username"]), (&json!("p2"), &Value::Null));
    let warning = "serials: \"p1\" got no task: all of its accounts are disabled; \
        enable one with PATCH /api/v1/account/{account_id}, or name it in usernames";
    assert_eq!(answer.body["data"]["warnings"].as_array().unwrap().last().unwrap(), warning);
    assert_eq!(api.post_once("once", &body).await.body, answer.body);
    api.stop().await;
}

/// "Idempotency-Key (bound to the body's hash …)": the same answer again, and no new tasks.
#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_and_body_give_the_same_answer_without_new_tasks() {
    let api = Api::start().await;
    let body = request(&json!({"timezone": "UTC"}));
    let first = api.post_once("order 66", &body).await;
    assert_eq!((first.code(), &first.body["data"]["created_count"]), (0, &json!(1)), "{first:?}");
    assert!(first.body["data"]["warnings"].is_array());
    assert_eq!(api.post_once("order 66", &body).await.body, first.body);
    assert_eq!(api.get("/api/v1/task/stats").await.body["data"]["total"], 1);
    api.stop().await;
}

/// "40901: an Idempotency-Key reused with another body."
#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_with_another_body_is_a_conflict_and_makes_nothing() {
    let api = Api::start().await;
    api.post_once("order 66", &request(&json!({}))).await;
    let answer = api.post_once("order 66", &request(&json!({"priority": 1}))).await;
    assert_eq!((answer.status, answer.code()), (409, 40901), "{answer:?}");
    assert_eq!(api.post_once(" ", &request(&json!({}))).await.code(), 40001);
    assert_eq!(api.get("/api/v1/task/stats").await.body["data"]["total"], 1);
    api.stop().await;
}

/// Two clients that number their requests get nothing of each other's answers.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_of_one_token_is_not_one_of_another() {
    let folder = tempfile::tempdir().unwrap();
    let (file, one, other) = (folder.path().join("tokens"), "a".repeat(40), "b".repeat(40));
    std::fs::write(&file, format!("{one}\n{other}\n")).unwrap();
    let api = Api::start_with(|config| config.token_file = Some(file)).await;
    let post = async |token: &str, priority: i64| {
        let authorization = format!("Bearer {token}");
        let headers = [
            ("Content-Type", "application/json"),
            ("Idempotency-Key", "1"),
            ("Authorization", &authorization),
        ];
        let body = request(&json!({"priority": priority})).to_string().into_bytes();
        api.send("POST", "/api/v1/task", &headers, body).await
    };
    let first = post(&one, 1).await;
    assert_eq!(first.code(), 0, "{first:?}");
    let second = post(&other, 2).await;
    assert_eq!(second.code(), 0, "another client's key is another key: {second:?}");
    assert_ne!(first.body["data"]["task_ids"], second.body["data"]["task_ids"]);
    assert_eq!(post(&one, 1).await.body, first.body);
    assert_eq!(post(&one, 2).await.code(), 40901);
    api.stop().await;
}

/// A request that was refused has used nothing up: put right, it goes under the same key.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_request_leaves_its_key_free() {
    let api = Api::start().await;
    assert_eq!(api.post_once("one", &request(&json!({"priority": 101}))).await.code(), 40001);
    assert_eq!(api.post_once("one", &request(&json!({"priority": 100}))).await.code(), 0);
    api.stop().await;
}
