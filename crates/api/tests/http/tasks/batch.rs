//! Operations on many tasks, by their numbers and by filters, on a server without phones. What happens on a phone that is
//! at work is shown by the runner's tests and by those of the whole system.

use serde_json::{Value, json};

use crate::support::{Answer, Api};

const OPERATIONS: [&str; 5] = ["batch-stop", "batch-cancel", "batch-retry", "batch-delete", "batch"];

async fn batch(api: &Api, operation: &str, body: &Value) -> Answer {
    let method = if operation.starts_with("batch?") || operation == "batch" { "DELETE" } else { "POST" };
    api.json(method, &format!("/api/v1/task/{operation}"), body).await
}

/// Four tasks, of which the first two were cancelled, and so have failed.
async fn four_tasks() -> Api {
    let api = Api::start().await;
    let words = json!({"words": ["w", "x", "y", "z"]});
    api.post(&json!({"serials": ["p1"], "script_name": "say", "script_config": words})).await;
    let cancelled = batch(&api, "batch-cancel", &json!({"task_ids": [1, 2]})).await;
    let all = json!({"cancelled_count": 2, "not_found": [], "skipped": []});
    assert_eq!((cancelled.status, &cancelled.body["data"]), (200, &all), "{cancelled:?}");
    api
}

async fn stats(api: &Api) -> Value {
    api.get("/api/v1/task/stats").await.body["data"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_done_with_a_task_is_skipped_with_the_reason_and_the_rest_is_done() {
    let api = four_tasks().await;
    let ids = json!({"task_ids": [3, 2, 77, 1, 2]});
    let stopped = batch(&api, "batch-stop", &ids).await;
    let only = "only a running one can be stopped";
    let instead = "cancel it instead (`tikmatrix task cancel 3`, POST /api/v1/task/3/cancel)";
    let skipped = json!([
        {"id": 3, "reason": format!("task 3 is pending; {only}: {instead}")},
        {"id": 2, "reason": format!("task 2 is failed; {only}")},
        {"id": 1, "reason": format!("task 1 is failed; {only}")},
    ]);
    let wanted = json!({"stopped_count": 0, "not_found": [77], "skipped": skipped});
    assert_eq!((stopped.status, &stopped.body["data"]), (200, &wanted), "{stopped:?}");

    let cancelled = batch(&api, "batch-cancel", &ids).await;
    let only = "only a pending or running one can be cancelled";
    let skipped = json!([
        {"id": 2, "reason": format!("task 2 is failed; {only}")},
        {"id": 1, "reason": format!("task 1 is failed; {only}")},
    ]);
    let wanted = json!({"cancelled_count": 1, "not_found": [77], "skipped": skipped});
    assert_eq!(cancelled.body["data"], wanted, "{cancelled:?}");

    let retried = batch(&api, "batch-retry", &json!({"task_ids": [4, 1]})).await;
    let skipped = json!([{"id": 4, "reason": "task 4 is pending; only a failed one can be retried"}]);
    let wanted = json!({"retried_count": 1, "not_found": [], "skipped": skipped});
    assert_eq!(retried.body["data"], wanted, "{retried:?}");
    assert_eq!(api.task(&json!(1)).await["retry_count"], 1);
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_acts_on_all_that_match_and_that_it_can_change() {
    let api = four_tasks().await;
    api.post(&json!({"serials": ["p2"], "script_name": "say", "script_config": {}})).await;
    let of = |filter: Value| json!({"filter": filter});
    for (operation, filter, count, failed) in [
        ("batch-retry", json!({"serial": "p2"}), "retried_count", (0, 2)),
        ("batch-retry", json!({"status": 0}), "retried_count", (0, 2)),
        ("batch-retry", json!({"failure_code": "cancelled", "serial": "p1"}), "retried_count", (2, 0)),
        ("batch-stop", json!({"all": true}), "stopped_count", (0, 0)),
        ("batch-cancel", json!({"username": "maker"}), "cancelled_count", (0, 0)),
        (
            "batch-cancel",
            json!({"serial": "p1", "source": "api", "app": "tiktok"}),
            "cancelled_count",
            (4, 4),
        ),
        ("batch-cancel", json!({"all": true}), "cancelled_count", (1, 5)),
    ] {
        let answer = batch(&api, operation, &of(filter)).await;
        let (changed, failed) = failed;
        let data = &answer.body["data"];
        assert_eq!((&data[count], &data["skipped"]), (&json!(changed), &json!([])), "{answer:?}");
        assert_eq!(stats(&api).await["failed"], failed, "after {operation}");
    }
    let deleted = batch(&api, "batch", &of(json!({"serial": "p1"}))).await;
    assert_eq!(deleted.body["data"], json!({"deleted_count": 4, "not_found": []}), "{deleted:?}");
    let deleted = batch(&api, "batch-delete", &of(json!({"all": true}))).await;
    assert_eq!(deleted.body["data"], json!({"deleted_count": 1, "not_found": []}), "{deleted:?}");
    assert_eq!(stats(&api).await["total"], 0);
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn more_tasks_than_one_transaction_changes_are_changed() {
    let api = Api::start().await;
    let words: Vec<String> = (0..450).map(|number| number.to_string()).collect();
    api.post(&json!({"serials": ["p1"], "script_name": "say", "script_config": {"words": words}})).await;
    let every = json!({"filter": {"all": true}});
    let cancelled = batch(&api, "batch-cancel", &every).await;
    assert_eq!(cancelled.body["data"]["cancelled_count"], 450, "{cancelled:?}");
    let ids: Vec<i64> = (1..=450).collect();
    let retried = batch(&api, "batch-retry", &json!({"task_ids": ids})).await;
    assert_eq!(retried.body["data"]["retried_count"], 450, "{retried:?}");
    let deleted = batch(&api, "batch-delete", &every).await;
    assert_eq!(deleted.body["data"]["deleted_count"], 450, "{deleted:?}");
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_answers_what_would_be_done_and_changes_nothing() {
    let api = four_tasks().await;
    let before = api.get("/api/v1/task").await.body;
    let counts = ["stopped_count", "cancelled_count", "retried_count", "deleted_count", "deleted_count"];
    for ((operation, count), (of_all, of_ids)) in
        OPERATIONS.iter().zip(counts).zip([(0, 0), (2, 1), (2, 2), (4, 3), (4, 3)])
    {
        let path = format!("{operation}?dry_run=true");
        let all = batch(&api, &path, &json!({"filter": {"all": true}})).await;
        assert_eq!(all.body["data"][count], of_all, "{path}: {all:?}");
        let ids = batch(&api, &path, &json!({"task_ids": [77, 1, 2, 3]})).await;
        assert_eq!(ids.body["data"][count], of_ids, "{path}: {ids:?}");
        assert_eq!(ids.body["data"]["not_found"], json!([77]), "{path}: {ids:?}");
    }
    let retried = batch(&api, "batch-retry?dry_run=true", &json!({"task_ids": [3]})).await;
    let reason = "task 3 is pending; only a failed one can be retried";
    assert_eq!(retried.body["data"]["skipped"], json!([{"id": 3, "reason": reason}]));
    assert_eq!(api.get("/api/v1/task").await.body, before);
    assert_eq!(batch(&api, "batch-stop?dry_run=yes", &json!({"task_ids": [1]})).await.fields(), ["dry_run"]);
    let acted = batch(&api, "batch-retry?dry_run=false", &json!({"task_ids": [1]})).await;
    assert_eq!(acted.body["data"]["retried_count"], 1);
    api.stop().await;
}

/// "A filter without an effective condition is 40001 unless it is exactly {"all": true}; task_ids and filter together are
/// 40001".
#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_does_not_say_which_tasks_is_refused_and_changes_nothing() {
    let api = four_tasks().await;
    let before = stats(&api).await;
    for operation in OPERATIONS {
        for (body, fields) in [
            (json!({}), ["task_ids"]),
            (json!({"filter": null, "task_ids": null}), ["task_ids"]),
            (json!({"task_ids": [1], "filter": {"all": true}}), ["task_ids"]),
            (json!({"filter": {}}), ["filter"]),
            (json!({"filter": {"serial": null, "all": null}}), ["filter"]),
            (json!({"filter": {"serial": ""}}), ["filter.serial"]),
            (json!({"filter": {"all": false}}), ["filter.all"]),
            (json!({"filter": {"all": "true"}}), ["filter.all"]),
            (json!({"filter": {"all": true, "status": 3}}), ["filter.all"]),
            (json!({"filter": {"status": "3"}}), ["filter.status"]),
            (json!({"filter": {"status": 4}}), ["filter.status"]),
            (json!({"filter": {"status": true}}), ["filter.status"]),
            (json!({"filter": {"source": "cli"}}), ["filter.source"]),
            (json!({"filter": {"app": "vine"}}), ["filter.app"]),
            (json!({"filter": {"username": "@"}}), ["filter.username"]),
            (json!({"filter": {"serial": "a\u{1}"}}), ["filter.serial"]),
            (json!({"filter": {"failure_code": "nothing such"}}), ["filter.failure_code"]),
            (json!({"filter": {"statis": 3}}), ["filter.statis"]),
            (json!({"filter": {"page": 1}}), ["filter.page"]),
            (json!({"filter": [3]}), ["filter"]),
        ] {
            let answer = batch(&api, operation, &body).await;
            assert_eq!((answer.code(), answer.fields()), (40001, fields.to_vec()), "{body}: {answer:?}");
        }
    }
    let none = batch(&api, "batch-delete", &json!({"filter": {}})).await;
    assert_eq!(none.message(), "filter: has no condition; every task is {\"all\": true}");
    assert_eq!(stats(&api).await, before);
    api.stop().await;
}
