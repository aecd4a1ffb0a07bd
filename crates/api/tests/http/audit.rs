//! `GET /api/v1/audit`: who changed what.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::net::TcpStream;

use serde_json::{Value, json};
use tikmatrix_domain::Role;

use crate::materials::{mp4, upload};
use crate::support::endpoints::{endpoints, filled};
use crate::support::form::Form;
use crate::support::{Answer, Api, tokens};

async fn entries(api: &Api, query: &str) -> Vec<Value> {
    let answer = api.get(&format!("/api/v1/audit{query}")).await;
    assert_eq!(answer.code(), 0, "{answer:?}");
    answer.body["data"]["entries"].as_array().unwrap().clone()
}

/// What an entry says of the request, its subjects and its result.
fn told(entry: &Value) -> (String, String, Value, Value) {
    let subject = |it: &Value| {
        let ids: Vec<&str> = it["ids"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
        format!("{} {} ({})", it["kind"].as_str().unwrap(), ids.join(","), it["count"])
    };
    let subjects: Vec<String> = entry["subjects"].as_array().unwrap().iter().map(subject).collect();
    (
        entry["operation"].as_str().unwrap().to_owned(),
        subjects.join("; "),
        entry["changed_count"].clone(),
        json!([entry["status"], entry["code"]]),
    )
}

fn tasks(serials: &[&str]) -> Value {
    json!({"serials": serials, "script_name": "say", "script_config": {"words": ["a secret caption"]}})
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_are_recorded_with_what_they_are_about_and_reads_are_not() {
    let api = Api::start().await;
    api.post(&tasks(&["p1", "p2", "p3"])).await;
    api.get("/api/v1/task").await;
    api.json("DELETE", "/api/v1/task/batch", &json!({"task_ids": [1, 2, 99]})).await;
    api.json("POST", "/api/v1/task/3/stop", &Value::Null).await;
    api.json("POST", "/api/v1/task/3/cancel", &Value::Null).await;
    api.json("POST", "/api/v1/task/retry-all", &Value::Null).await;
    api.json("POST", "/api/v1/account", &json!({"username": "maker", "note": "a secret note"})).await;
    api.json("PATCH", "/api/v1/device/p%201", &json!({"name": "first"})).await;
    api.json("PATCH", "/api/v1/setting", &json!({"max_retries": 1})).await;
    upload(&api, Form::new().file("file", "a.mp4", &mp4("a"))).await;
    let entries = entries(&api, "").await;
    let of = |operation: &str, subjects: &str, changed: Value, status: u16, code: u32| {
        (operation.to_owned(), subjects.to_owned(), changed, json!([status, code]))
    };
    let mut told: Vec<_> = entries.iter().map(told).collect();
    told.reverse();
    assert_eq!(
        told,
        [
            of("createTasks", "task 1-3 (3)", json!(3), 200, 0),
            of("deleteTasks", "task 1,2,99 (3)", json!(2), 200, 0),
            of("stopTask", "task 3 (1)", json!(0), 400, 40001),
            of("cancelTask", "task 3 (1)", json!(1), 200, 0),
            of("retryAllTasks", "", json!(1), 200, 0),
            of("createAccount", "account 1 (1)", json!(1), 200, 0),
            of("changeDevice", "device p 1 (1)", json!(0), 404, 40401),
            of("changeSettings", "", Value::Null, 200, 0),
            of("uploadMaterials", "material 1 (1)", json!(1), 200, 0),
        ]
    );
    let newest = &entries[0];
    assert_eq!((&newest["actor"], &newest["actor_kind"]), (&json!("local"), &json!("local")));
    assert_eq!((&newest["token_id"], &newest["role"]), (&Value::Null, &Value::Null));
    assert_eq!((&newest["method"], &newest["path"]), (&json!("POST"), &json!("/api/v1/material")));
    assert_eq!(newest["address"], "127.0.0.1");
    assert!(!json!(entries).to_string().contains("secret"), "{entries:#?}");
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_that_changes_something_is_recorded_also_where_it_refuses() {
    let api = Api::start().await;
    let document = api.get("/openapi.json").await.body;
    let mut wanted = BTreeSet::new();
    for endpoint in endpoints() {
        let path = format!("{}?nothing=1", filled(endpoint.path, "1"));
        let answer = api.json(endpoint.method, &path, &json!({})).await;
        assert!(answer.status < 500, "{path}: {answer:?}");
        let described = &document["paths"][endpoint.path][endpoint.method.to_lowercase()];
        if endpoint.method != "GET" {
            wanted.insert(described["operationId"].as_str().unwrap().to_owned());
        }
    }
    let entries = entries(&api, "?page_size=100").await;
    assert_eq!(entries.len(), wanted.len());
    assert!(entries.iter().all(|entry| entry["status"].as_u64() >= Some(400)), "{entries:#?}");
    let recorded: BTreeSet<String> = entries.iter().map(|entry| told(entry).0).collect();
    assert_eq!(recorded, wanted);
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_named_and_so_is_a_refusal_of_its_role() {
    let folder = tempfile::tempdir().unwrap();
    let [viewer, operator, admin] = Role::ALL else { panic!("three roles") };
    let mut texts = Vec::new();
    for role in [viewer, operator, admin] {
        texts.push(tokens::make(folder.path(), &format!("the {role}"), *role, None).await);
    }
    let api = Api::start_in(folder.path(), |config| config.require_token = true).await;
    let ask = async |method: &str, path: &str, token: &str, body: &Value| -> Answer {
        let authorization = format!("Bearer {token}");
        let headers = [("Content-Type", "application/json"), ("Authorization", authorization.as_str())];
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        api.send(method, path, &headers, body).await
    };
    assert_eq!(ask("POST", "/api/v1/task", "wrong", &tasks(&["p1"])).await.code(), 40101);
    for text in &texts {
        ask("POST", "/api/v1/task", text, &tasks(&["p1"])).await;
    }
    assert_eq!(ask("GET", "/api/v1/audit", &texts[1], &Value::Null).await.code(), 40302);
    let answer = ask("GET", "/api/v1/audit", &texts[2], &Value::Null).await;
    let entries = answer.body["data"]["entries"].as_array().unwrap();
    let told: Vec<(&str, &str, u64, u64)> = entries
        .iter()
        .map(|entry| {
            let text = |name: &str| entry[name].as_str().unwrap();
            let number = |name: &str| entry[name].as_u64().unwrap();
            (text("actor"), text("role"), number("code"), number("changed_count"))
        })
        .collect();
    assert_eq!(
        told,
        [
            ("the admin", "admin", 0, 1),
            ("the operator", "operator", 0, 1),
            ("the viewer", "viewer", 40302, 0)
        ]
    );
    assert!(texts[0].contains(entries[2]["token_id"].as_str().unwrap()));
    let secrets = texts.iter().map(|text| text.rsplit('_').next().unwrap());
    assert!(secrets.into_iter().all(|secret| !answer.body.to_string().contains(secret)));
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_and_the_cursor_find_entries_and_nothing_is_lost_when_the_server_ends() {
    let folder = tempfile::tempdir().unwrap();
    let api = Api::start_in(folder.path(), |_| {}).await;
    for _ in 0..5 {
        api.post(&tasks(&["p1"])).await;
        api.delete("/api/v1/task/99").await;
    }
    api.stop().await;
    let api = Api::start_in(folder.path(), |_| {}).await;
    assert_eq!(api.get("/api/v1/audit").await.body["data"]["total"], 10);
    let deletions = entries(&api, "?operation=deleteTask&actor=local").await;
    assert_eq!(deletions.len(), 5);
    assert!(deletions.iter().all(|entry| told(entry).0 == "deleteTask"));
    assert_eq!(entries(&api, "?actor=another").await, Vec::<Value>::new());

    let mut read = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = api.get(&format!("/api/v1/audit?operation=deleteTask&page_size=2{cursor}")).await;
        read.extend(page.body["data"]["entries"].as_array().unwrap().clone());
        let Some(next) = page.body["data"]["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(read, deletions);

    let at = |entry: &Value| entry["at"].as_str().unwrap().replace('+', "%2B");
    let since = entries(&api, &format!("?since={}", at(&deletions[0]))).await;
    let until = entries(&api, &format!("?until={}", at(&deletions[0]))).await;
    assert!(since.contains(&deletions[0]) && !until.contains(&deletions[0]));
    assert_eq!(since.len() + until.len(), 10);
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_query_is_told() {
    let api = Api::start().await;
    for (query, message) in [
        (
            "since=yesterday",
            "since: \"yesterday\" is not a moment such as 2026-03-01T14:30:00+02:00 (RFC 3339)",
        ),
        (
            "until=2026-03-01",
            "until: \"2026-03-01\" is not a moment such as 2026-03-01T14:30:00+02:00 (RFC 3339)",
        ),
        ("cursor=1", "cursor: is not a next_cursor of this list"),
        ("who=x", "who: is not a known parameter"),
    ] {
        let answer = api.get(&format!("/api/v1/audit?{query}")).await;
        assert_eq!(answer.code(), 40001);
        assert!(answer.message().starts_with(message), "{answer:?}");
    }
    // As people type it: a `+` is a space to a server.
    assert_eq!(api.get("/api/v1/audit?since=2026-03-01T14:30:00+02:00").await.code(), 0);
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_leaves_before_the_answer_is_recorded() {
    let api = Api::start().await;
    let mut stream = TcpStream::connect(api.authority()).unwrap();
    let head = "POST /api/v1/task HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 100\r\n";
    write!(stream, "{head}Host: {}\r\n\r\n{{", api.authority()).unwrap();
    drop(stream);
    let answer = api.get_when("/api/v1/audit", |answer| answer.body["data"]["total"] == 1).await;
    let entry = &answer.body["data"]["entries"][0];
    assert_eq!((&entry["operation"], &entry["subjects"]), (&json!("createTasks"), &json!([])));
    assert_ne!(entry["status"], 200);
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn asking_what_would_change_is_no_change() {
    let api = Api::start().await;
    api.json("DELETE", "/api/v1/task/batch?dry_run=true", &json!({"task_ids": [1]})).await;
    assert_eq!(entries(&api, "").await, Vec::<Value>::new());
    api.stop().await;
}
