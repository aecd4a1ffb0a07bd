//! Webhooks: real receivers on free ports, on a clock that the tests set.

mod receiver;
mod refusals;

use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use tikmatrix_api::open_data;
use tikmatrix_domain::{
    Clock as _, EventSubject, FailureCode, Finish, LeaseId, Outcome, Serial, ServerId, StandardFailure,
    TaskId,
};
use tikmatrix_storage::{Claim, Store};

use self::receiver::{Receiver, Reply};
use crate::support::Api;
use crate::support::clock::SetClock;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A server whose webhooks may call receivers on this machine.
async fn start(directory: &Path, clock: &SetClock) -> Api {
    let clock = clock.clone();
    Api::start_in(directory, move |config| {
        config.webhook_private_targets = true;
        config.clock = Arc::new(clock);
    })
    .await
}

async fn create(api: &Api, receiver: &Receiver, events: &[&str]) -> Value {
    let body = json!({"url": receiver.url(), "events": events, "secret": SECRET});
    let answer = api.json("POST", "/api/v1/webhook", &body).await;
    assert_eq!(answer.code(), 0, "{answer:?}");
    answer.body["data"].clone()
}

fn path(webhook: &Value) -> String {
    format!("/api/v1/webhook/{}", webhook["id"])
}

/// Cancels a new task, which ends it without a phone.
async fn fail_task(api: &Api) -> i64 {
    let task = json!({"serials": ["p1"], "script_name": "say", "script_config": {"words": ["a"]}});
    let id = api.post(&task).await.body["data"]["task_ids"][0].as_i64().unwrap();
    assert_eq!(api.json("POST", &format!("/api/v1/task/{id}/cancel"), &Value::Null).await.code(), 0);
    id
}

/// The log of a webhook, newest first, once it is as wanted.
async fn log_when(api: &Api, webhook: &Value, is_so: impl Fn(&Value) -> bool) -> Value {
    let path = format!("{}/delivery", path(webhook));
    api.get_when(&path, |answer| is_so(&answer.body["data"]["deliveries"])).await.body["data"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_gets_what_it_subscribes_to_signed_and_once() {
    let (directory, clock, mut receiver) =
        (tempfile::tempdir().unwrap(), SetClock::new(), Receiver::start().await);
    let api = start(directory.path(), &clock).await;
    let webhook = create(&api, &receiver, &["task.failed", "device.lost"]).await;
    let other = create(&api, &receiver, &["task.finished"]).await;
    let task = fail_task(&api).await;
    let request = receiver.next().await;
    assert_eq!(request.line, "POST /hook?from=test HTTP/1.1");
    assert_eq!(request.headers["content-type"], "application/json");
    assert_eq!(request.headers["host"], format!("127.0.0.1:{}", receiver.port));
    assert!(request.headers["user-agent"].starts_with("TikMatrix/"), "{request:?}");
    assert_eq!(request.headers["webhook-timestamp"], "1800000000");
    assert!(request.id().starts_with("msg_") && !request.id().contains('.'), "{request:?}");
    assert!(request.is_signed_with(SECRET) && !request.is_signed_with("whsec_AAAA"), "{request:?}");
    let message = request.json();
    assert_eq!(message["type"], "task.failed");
    let data = &message["data"];
    assert_eq!((&data["webhook_id"], data["task_id"].as_i64()), (&webhook["id"], Some(task)));
    assert_eq!((&data["outcome"], &data["failure_code"]), (&json!("cancelled"), &json!("cancelled")));
    assert_eq!(
        (&data["serial"], &data["app"], &data["script_name"]),
        (&json!("p1"), &json!("tiktok"), &json!("say"))
    );
    let log = log_when(&api, &webhook, |log| log[0]["status"] == "delivered").await;
    let logged = &log["deliveries"][0];
    assert_eq!(
        (&logged["attempts"], &logged["http_status"], &logged["error"]),
        (&json!(1), &json!(204), &Value::Null)
    );
    assert_eq!((&log["total"], logged["message_id"].as_str()), (&json!(1), Some(request.id())));
    assert_eq!(log_when(&api, &other, |_| true).await["total"], 0);
    api.stop().await;
    assert!(receiver.is_idle());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_secret_is_shown_once_and_is_generated_unless_it_is_given() {
    let api = Api::start_with(|config| config.webhook_private_targets = true).await;
    let receiver = Receiver::start().await;
    assert_eq!(create(&api, &receiver, &["task.failed"]).await["secret"], SECRET);
    let body = json!({"url": receiver.url(), "events": ["task.failed", "task.failed"]});
    let answer = api.json("POST", "/api/v1/webhook", &body).await;
    let created = &answer.body["data"];
    let secret = created["secret"].as_str().unwrap();
    assert!(secret.starts_with("whsec_") && secret.len() == 50, "{secret}");
    assert_eq!(created["events"], json!(["task.failed"]));
    let shown = api.get(&path(created)).await;
    let list = api.get("/api/v1/webhook").await;
    let change = json!({"secret": SECRET, "description": "d", "enabled": false});
    let changed = api.json("PATCH", &path(created), &change).await;
    for answer in [&shown, &list, &changed] {
        let text = answer.body.to_string();
        assert!(answer.code() == 0 && !text.contains("whsec_") && !text.contains("secret"), "{text}");
    }
    assert_eq!(
        (&changed.body["data"]["description"], &changed.body["data"]["enabled"]),
        (&json!("d"), &json!(false))
    );
    assert_eq!(list.body["data"]["total"], 2);
    assert_eq!(api.delete(&path(created)).await.body["data"]["deleted_count"], 1);
    assert_eq!(api.get(&path(created)).await.code(), 40401);
    assert_eq!(api.get(&format!("{}/delivery", path(created))).await.code(), 40401);
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_delivery_is_retried_for_a_day_and_then_given_up() {
    let (directory, clock, mut receiver) =
        (tempfile::tempdir().unwrap(), SetClock::new(), Receiver::start().await);
    let api = start(directory.path(), &clock).await;
    let webhook = create(&api, &receiver, &["task.failed"]).await;
    receiver.answer([
        Reply::Status(500, ""),
        Reply::Status(302, "location: /elsewhere\r\n"),
        Reply::Status(429, ""),
    ]);
    fail_task(&api).await;
    let first = receiver.next().await;
    let log = log_when(&api, &webhook, |log| log[0]["attempts"] == 1).await;
    let logged = &log["deliveries"][0];
    assert_eq!((&logged["status"], &logged["http_status"]), (&json!("pending"), &json!(500)));
    assert_eq!(logged["error"], "HTTP 500: told [2J");
    let due = |logged: &Value| logged["next_attempt_at"].as_str().unwrap().parse::<DateTime<Utc>>().unwrap();
    let wait = due(logged) - clock.now();
    assert!(wait >= TimeDelta::milliseconds(2500) && wait <= TimeDelta::seconds(5), "{wait}");
    assert!(receiver.is_idle(), "it waits");
    // A retry is the same message, at its own time.
    clock.go_on(TimeDelta::seconds(5));
    let second = receiver.next().await;
    assert_eq!((second.id(), &second.body), (first.id(), &first.body));
    assert_eq!(second.headers["webhook-timestamp"], "1800000005");
    assert!(second.is_signed_with(SECRET));
    let log = log_when(&api, &webhook, |log| log[0]["attempts"] == 2).await;
    assert!(log["deliveries"][0]["error"].as_str().unwrap().contains("redirects are not followed"), "{log}");
    // A day later it is tried for the last time.
    clock.go_on(TimeDelta::hours(25));
    assert_eq!(receiver.next().await.id(), first.id());
    let log = log_when(&api, &webhook, |log| log[0]["status"] == "failed").await;
    let logged = &log["deliveries"][0];
    assert_eq!((&logged["attempts"], &logged["http_status"]), (&json!(3), &json!(429)));
    assert_eq!(logged["next_attempt_at"], Value::Null);
    // A person has it delivered all the same.
    let again = api
        .json("POST", &format!("{}/delivery/{}/redeliver", path(&webhook), logged["id"]), &Value::Null)
        .await;
    assert_eq!(again.body["data"]["status"], "pending", "{again:?}");
    assert_eq!(receiver.next().await.id(), first.id());
    log_when(&api, &webhook, |log| log[0]["status"] == "delivered").await;
    for (query, count) in
        [("?status=delivered", 1), ("?status=failed", 0), ("?page=2", 1), ("?page_size=1", 1)]
    {
        assert_eq!(
            api.get(&format!("{}/delivery{query}", path(&webhook))).await.body["data"]["total"],
            count
        );
    }
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn gone_disables_the_webhook_and_enabling_it_starts_anew() {
    let (directory, clock, mut receiver) =
        (tempfile::tempdir().unwrap(), SetClock::new(), Receiver::start().await);
    let api = start(directory.path(), &clock).await;
    let webhook = create(&api, &receiver, &["task.failed"]).await;
    receiver.answer([Reply::Status(410, "")]);
    fail_task(&api).await;
    receiver.next().await;
    let log = log_when(&api, &webhook, |log| log[0]["status"] == "failed").await;
    let shown = api.get(&path(&webhook)).await.body["data"].clone();
    assert_eq!(shown["enabled"], false);
    assert!(shown["disabled_reason"].as_str().unwrap().contains("410"), "{shown}");
    let redeliver = format!("{}/delivery/{}/redeliver", path(&webhook), log["deliveries"][0]["id"]);
    let refused = api.json("POST", &redeliver, &Value::Null).await;
    assert!(refused.code() == 40001 && refused.message().contains("enable it first"), "{refused:?}");
    fail_task(&api).await;
    let enabled = api.json("PATCH", &path(&webhook), &json!({"enabled": true})).await;
    assert_eq!(
        (&enabled.body["data"]["enabled"], &enabled.body["data"]["disabled_reason"]),
        (&json!(true), &Value::Null)
    );
    let later = fail_task(&api).await;
    assert_eq!(receiver.next().await.json()["data"]["task_id"], later, "not what happened meanwhile");
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_is_answered_with_what_the_receiver_said() {
    let (directory, clock, mut receiver) =
        (tempfile::tempdir().unwrap(), SetClock::new(), Receiver::start().await);
    let api = start(directory.path(), &clock).await;
    let webhook = create(&api, &receiver, &["task.failed"]).await;
    let test = format!("{}/test", path(&webhook));
    let answer = api.json("POST", &test, &Value::Null).await.body["data"].clone();
    let wanted = (&json!(true), &json!(204), &Value::Null);
    assert_eq!((&answer["delivered"], &answer["http_status"], &answer["error"]), wanted, "{answer}");
    let request = receiver.next().await;
    assert!(request.is_signed_with(SECRET));
    assert_eq!(
        (&request.json()["type"], &request.json()["data"]["webhook_id"]),
        (&json!("webhook.test"), &webhook["id"])
    );
    receiver.answer([Reply::Status(410, "")]);
    let answer = api.json("POST", &test, &json!({})).await.body["data"].clone();
    let wanted = (&json!(false), &json!(410), &json!("told [2J"));
    assert_eq!((&answer["delivered"], &answer["http_status"], &answer["answer"]), wanted, "{answer}");
    assert_eq!(api.get(&path(&webhook)).await.body["data"]["enabled"], true, "a test disables nothing");
    assert_eq!(log_when(&api, &webhook, |_| true).await["total"], 0);
    // One that cannot be reached says so.
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let url = json!({"url": format!("http://127.0.0.1:{free}/"), "enabled": false});
    assert_eq!(api.json("PATCH", &path(&webhook), &url).await.code(), 0);
    let answer = api.json("POST", &test, &Value::Null).await.body["data"].clone();
    assert_eq!((&answer["delivered"], &answer["http_status"]), (&json!(false), &Value::Null));
    assert!(answer["error"].as_str().unwrap().contains("cannot be reached"), "{answer}");
    assert_eq!(api.json("POST", "/api/v1/webhook/99/test", &Value::Null).await.code(), 40401);
    api.stop().await;
}

/// Ends a task in the database alone, as a server does that ends before it has told anyone.
async fn end_task(
    store: &Store,
    now: DateTime<Utc>,
    task: TaskId,
    outcome: Outcome,
    failure: Option<StandardFailure>,
) {
    let lease = LeaseId(format!("{}-{}", ServerId::new(1).as_str(), task.0));
    let claimed =
        store.queue().claim(u32::MAX, Serial::new("p1").unwrap(), lease.clone(), now).await.unwrap();
    assert!(matches!(claimed, Claim::Claimed(claimed) if claimed.id == task));
    let failure_code = failure.map(FailureCode::Standard);
    let end = Finish { outcome, failure_code, remark: "as told".to_owned(), at: now };
    store.attempts().finish(task, lease, end).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happened_before_a_server_ended_is_delivered_by_the_next_one() {
    let (directory, mut receiver) = (tempfile::tempdir().unwrap(), Receiver::start().await);
    let clock = SetClock::new();
    let api = start(directory.path(), &clock).await;
    let every = ["task.finished", "task.failed", "device.lost", "device.back", "account.limited"];
    let webhook = create(&api, &receiver, &every).await;
    let task = json!({"serials": ["p1"], "script_name": "say", "script_config": {"words": ["a", "b"]}});
    let ids = api.post(&task).await.body["data"]["task_ids"].clone();
    api.stop().await;
    let store = open_data(directory.path(), None).unwrap();
    end_task(&store, clock.now(), TaskId(ids[0].as_i64().unwrap()), Outcome::Succeeded, None).await;
    let limited = Some(StandardFailure::AccountLimited);
    end_task(&store, clock.now(), TaskId(ids[1].as_i64().unwrap()), Outcome::Failed, limited).await;
    for is_ready in [true, false, true] {
        let state = if is_ready { "ready" } else { "absent" }.to_owned();
        let subject = EventSubject::Device { address: "10.0.0.9:5555".to_owned(), state, reason: None };
        let phone = Serial::new("p1").unwrap();
        store.events().record_device_event(Some(phone), subject, Some(is_ready), clock.now()).await.unwrap();
    }
    let closed = store.database().closed();
    drop(store);
    closed.await;
    let api = start(directory.path(), &clock).await;
    let mut kinds = Vec::new();
    for _ in 0..5 {
        let message = receiver.next().await.json();
        kinds.push(message["type"].as_str().unwrap().to_owned());
        if message["type"] == "device.lost" {
            assert_eq!(
                (&message["data"]["serial"], &message["data"]["state"]),
                (&json!("p1"), &json!("absent"))
            );
        }
        if message["type"] == "account.limited" {
            assert_eq!(message["data"]["failure_code"], "account_limited");
        }
    }
    kinds.sort_unstable();
    assert_eq!(kinds, ["account.limited", "device.back", "device.lost", "task.failed", "task.finished"]);
    let log = log_when(&api, &webhook, |log| {
        log.as_array().unwrap().iter().all(|delivery| delivery["status"] == "delivered")
    });
    assert_eq!(log.await["total"], 5);
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_cut_off_by_the_end_of_the_server_is_repeated_by_the_next_one() {
    let (directory, clock, mut receiver) =
        (tempfile::tempdir().unwrap(), SetClock::new(), Receiver::start().await);
    let api = start(directory.path(), &clock).await;
    let webhook = create(&api, &receiver, &["task.failed"]).await;
    let held = receiver.hold();
    fail_task(&api).await;
    let first = receiver.next().await;
    // The end of the server does not wait for the receiver.
    api.stop().await;
    let api = start(directory.path(), &clock).await;
    let second = receiver.next().await;
    assert_eq!((second.id(), &second.body), (first.id(), &first.body));
    let log = log_when(&api, &webhook, |log| log[0]["status"] == "delivered").await;
    assert_eq!(log["deliveries"][0]["attempts"], 1, "what was cut off does not count");
    drop(held);
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_receiver_delays_no_other_and_can_be_deleted() {
    let (directory, clock) = (tempfile::tempdir().unwrap(), SetClock::new());
    let (mut slow, mut quick) = (Receiver::start().await, Receiver::start().await);
    let api = start(directory.path(), &clock).await;
    let webhook = create(&api, &slow, &["task.failed"]).await;
    create(&api, &quick, &["task.failed"]).await;
    let held: Vec<_> = (0..6).map(|_| slow.hold()).collect();
    for _ in 0..6 {
        let task = fail_task(&api).await;
        assert_eq!(quick.next().await.json()["data"]["task_id"], task);
    }
    for _ in 0..4 {
        slow.next().await;
    }
    let log = log_when(&api, &webhook, |log| log.as_array().unwrap().len() == 6).await;
    let under_way = log["deliveries"].as_array().unwrap().iter().filter(|it| it["next_attempt_at"].is_null());
    assert_eq!(under_way.count(), 4, "no more requests at once: {log}");
    assert!(slow.is_idle());
    // It is deleted while requests are under way: they arrive, and nothing follows.
    assert_eq!(api.delete(&path(&webhook)).await.code(), 0);
    for release in held {
        release.send(()).unwrap();
    }
    let task = fail_task(&api).await;
    assert_eq!(quick.next().await.json()["data"]["task_id"], task);
    assert!(slow.is_idle());
    api.stop().await;
}
