//! Stopping, retrying and deleting, on a server without phones: what each route takes and refuses. What happens on a
//! phone is shown by the runner's tests and by those of the whole system.

use serde_json::{Value, json};

use crate::support::{Answer, Api};

const JSON: &[(&str, &str)] = &[("Content-Type", "application/json")];

async fn three_tasks() -> Api {
    let api = Api::start().await;
    let words = json!({"words": ["x", "y", "z"]});
    api.post(&json!({"serials": ["p1"], "script_name": "say", "script_config": words})).await;
    api
}

async fn send(api: &Api, method: &str, path: &str) -> Answer {
    api.send(method, &format!("/api/v1/task/{path}"), &[], Vec::new()).await
}

async fn batch(api: &Api, method: &str, path: &str, body: &Value) -> Answer {
    api.send(method, &format!("/api/v1/task/{path}"), JSON, body.to_string().into_bytes()).await
}

/// "DELETE /task/{task_id}: … {"deleted_count": 1}", and 40401 for "no such task".
#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_task_is_gone() {
    let api = three_tasks().await;
    let answer = send(&api, "DELETE", "2").await;
    assert_eq!((answer.status, &answer.body["data"]), (200, &json!({"deleted_count": 1})), "{answer:?}");
    for method in ["GET", "DELETE"] {
        let answer = send(&api, method, "2").await;
        assert_eq!((answer.status, answer.code()), (404, 40401), "{answer:?}");
    }
    assert_eq!(api.get("/api/v1/task/stats").await.body["data"]["total"], 2);
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pending_task_is_cancelled_and_not_stopped_as_the_refusal_tells() {
    let api = three_tasks().await;
    let answer = send(&api, "POST", "2/stop").await;
    assert_eq!((answer.status, answer.code()), (400, 40001), "{answer:?}");
    for part in ["task 2 is pending", "cancel it instead", "task cancel 2`", "POST /api/v1/task/2/cancel"] {
        assert!(answer.message().contains(part), "{part:?} is not in {answer:?}");
    }
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_takes_no_body_refuses_every_field_of_one() {
    let api = three_tasks().await;
    for path in ["retry-all", "1/stop", "1/cancel", "1/retry"] {
        let answer = batch(&api, "POST", path, &json!({"filter": {"app": "tiktok"}, "task_ids": [1]})).await;
        assert_eq!((answer.status, answer.code()), (400, 40001), "{path}: {answer:?}");
        assert_eq!(answer.fields(), ["filter", "task_ids"], "{path}: {answer:?}");
        for body in ["[1]", "x", "null", &"x".repeat(5_000_000)] {
            let path = format!("/api/v1/task/{path}");
            let answer = api.send("POST", &path, &[], body.as_bytes().to_vec()).await;
            assert_eq!((answer.status, answer.code()), (400, 40001), "{path}: {answer:?}");
            assert!(answer.message().contains("takes none"), "{answer:?}");
        }
    }
    for body in ["", "{}", " {} "] {
        let answer = api.send("POST", "/api/v1/task/retry-all", &[], body.as_bytes().to_vec()).await;
        assert_eq!(answer.body["data"], json!({"retried_count": 0}), "{answer:?}");
    }
    api.stop().await;
}

/// "DELETE /task/batch with {"task_ids": [...]} (also POST /task/batch-delete): {"deleted_count", "not_found": [ids]}".
#[tokio::test(flavor = "multi_thread")]
async fn several_tasks_are_deleted_at_once_and_the_missing_ones_told() {
    let api = three_tasks().await;
    let answer = batch(&api, "DELETE", "batch", &json!({"task_ids": [1, 77, 1]})).await;
    assert_eq!(answer.body["data"], json!({"deleted_count": 1, "not_found": [77]}), "{answer:?}");
    let answer = batch(&api, "POST", "batch-delete", &json!({"task_ids": [2, 1, 3]})).await;
    assert_eq!(answer.body["data"], json!({"deleted_count": 2, "not_found": [1]}), "{answer:?}");
    assert_eq!(api.get("/api/v1/task/stats").await.body["data"]["total"], 0);
    api.stop().await;
}

/// "at most 1,000 ids"; and whatever is no list of numbers is named by its field.
#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_is_no_list_of_task_numbers_is_refused_and_deletes_nothing() {
    let api = three_tasks().await;
    for (body, field) in [
        (json!({"task_ids": vec![1; 1_001]}), "task_ids"),
        (json!({}), "task_ids"),
        (json!({"task_ids": null}), "task_ids"),
        (json!({"task_ids": 1}), "task_ids"),
        (json!({"task_ids": [1, "2"]}), "task_ids[1]"),
        (json!({"task_ids": [0]}), "task_ids[0]"),
        (json!({"task_ids": [-1]}), "task_ids[0]"),
        (json!({"task_ids": [1.5]}), "task_ids[0]"),
        (json!({"task_ids": [1], "ids": [2]}), "ids"),
        (json!([1]), ""),
    ] {
        let answer = batch(&api, "POST", "batch-delete", &body).await;
        assert_eq!((answer.status, answer.code(), answer.fields()), (400, 40001, vec![field]), "{answer:?}");
    }
    let thousand: Vec<i64> = (1_001..=2_000).collect();
    let answer = batch(&api, "DELETE", "batch", &json!({"task_ids": thousand})).await;
    assert_eq!(answer.body["data"]["not_found"].as_array().unwrap().len(), 1_000);
    assert_eq!(send(&api, "DELETE", "batch").await.code(), 41501);
    assert_eq!(api.get("/api/v1/task/stats").await.body["data"]["total"], 3);
    api.stop().await;
}

/// "POST /task/{task_id}/stop: running only, else 40001"; "POST /task/{task_id}/retry: failed only, else 40001".
#[tokio::test(flavor = "multi_thread")]
async fn a_waiting_task_can_be_neither_stopped_nor_retried() {
    let api = three_tasks().await;
    for change in ["stop", "retry"] {
        let answer = send(&api, "POST", &format!("1/{change}")).await;
        assert_eq!((answer.status, answer.code()), (400, 40001), "{answer:?}");
        assert!(answer.message().contains("task 1 is pending"), "{answer:?}");
        let answer = send(&api, "POST", &format!("77/{change}")).await;
        assert_eq!((answer.status, answer.code()), (404, 40401), "{answer:?}");
        let answer = send(&api, "POST", &format!("one/{change}")).await;
        assert_eq!((answer.status, answer.code()), (400, 40001), "{answer:?}");
    }
    let answer = send(&api, "POST", "retry-all").await;
    assert_eq!(answer.body["data"], json!({"retried_count": 0}), "{answer:?}");
    api.stop().await;
}

/// "POST /task/{task_id}/cancel: any unfinished task. Pending: status 3, outcome cancelled, kept in the history".
#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_task_stays_in_the_history_and_can_be_retried() {
    let api = three_tasks().await;
    let answer = send(&api, "POST", "2/cancel").await;
    let data = &answer.body["data"];
    assert_eq!((answer.status, &data["status"]), (200, &json!(3)), "{answer:?}");
    assert_eq!((&data["outcome"], &data["failure_code"]), (&json!("cancelled"), &json!("cancelled")));
    assert_eq!((&data["started_at"], &data["waiting_reason"]), (&Value::Null, &Value::Null));
    assert_eq!(data["remark"], "it was cancelled before it ran");
    let listed = api.get("/api/v1/task?status=3&failure_code=cancelled").await;
    assert_eq!(listed.body["data"]["total"], 1, "{listed:?}");
    let again = send(&api, "POST", "2/cancel").await;
    assert_eq!((again.status, again.code()), (400, 40001), "{again:?}");
    assert_eq!(again.message(), "task_id: task 2 is failed; only a pending or running one can be cancelled");
    assert_eq!(send(&api, "POST", "77/cancel").await.code(), 40401);
    let retried = send(&api, "POST", "2/retry").await;
    assert_eq!(retried.body["data"]["status_text"], "pending", "{retried:?}");
    api.stop().await;
}

/// "Static paths win over {task_id}", "No GET changes anything", and 40501 for a "wrong method".
#[tokio::test(flavor = "multi_thread")]
async fn words_win_over_numbers_and_no_get_changes_anything() {
    let api = three_tasks().await;
    for (method, path, allow) in [
        ("GET", "batch", "DELETE"),
        ("GET", "batch-delete", "POST"),
        ("GET", "retry-all", "POST"),
        ("GET", "1/stop", "POST"),
        ("GET", "1/cancel", "POST"),
        ("GET", "1/retry", "POST"),
        ("DELETE", "stats", "GET, HEAD"),
        ("POST", "1", "GET, HEAD, DELETE"),
        ("POST", "1/log", "GET, HEAD"),
    ] {
        let answer = send(&api, method, path).await;
        assert_eq!((answer.status, answer.code()), (405, 40501), "{method} {path}: {answer:?}");
        assert_eq!(answer.allow.as_deref(), Some(allow), "{method} {path}");
    }
    assert_eq!(api.get("/api/v1/task/stats").await.body["data"]["pending"], 3);
    api.stop().await;
}

/// "cursor reads on at any depth": every task once, whatever is made and deleted meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_reads_every_task_once_while_others_come_and_go() {
    let api = Api::start().await;
    let words: Vec<Value> = (0..5).map(|word| json!(word)).collect();
    let body = json!({"serials": ["p1"], "script_name": "say", "script_config": {"words": words}});
    api.post(&body).await;
    let mut seen = Vec::new();
    let mut address = "/api/v1/task?serial=p1&page_size=2".to_owned();
    loop {
        let data = api.get(&address).await.body["data"].clone();
        seen.extend(data["tasks"].as_array().unwrap().iter().map(|task| task["id"].as_i64().unwrap()));
        let Some(cursor) = data["next_cursor"].as_str() else { break };
        address = format!("/api/v1/task?serial=p1&page_size=2&cursor={cursor}");
        api.post(&body).await;
        send(&api, "DELETE", &seen[0].to_string()).await;
    }
    assert_eq!(seen, [5, 4, 3, 2, 1]);
    let answer = api.get(&address.replace("p1", "p2")).await;
    assert_eq!((answer.code(), answer.fields()), (40001, vec!["cursor"]), "{answer:?}");
    api.stop().await;
}

/// "GET /api/v1/task/{id}/log and /artifact/…" of tasks that said and kept nothing, or are not there.
#[tokio::test(flavor = "multi_thread")]
async fn a_task_without_a_history_has_an_empty_log_and_no_artifacts() {
    let api = three_tasks().await;
    assert_eq!(send(&api, "GET", "1/log").await.body["data"], json!({"lines": []}));
    for path in ["77/log", "77/artifact/1-screenshot.png", "1/artifact/1-screenshot.png"] {
        let answer = send(&api, "GET", path).await;
        assert_eq!((answer.status, answer.code()), (404, 40401), "{answer:?}");
    }
    for outside in ["..%2f..%2ftikmatrix.sqlite", "%2e%2e", "..%5c..", "%00"] {
        let answer = send(&api, "GET", &format!("1/artifact/{outside}")).await;
        assert_eq!((answer.status, answer.code()), (404, 40401), "{outside}: {answer:?}");
    }
    api.stop().await;
}
