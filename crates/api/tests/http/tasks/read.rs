//! Reading tasks, and what every route has in common: the envelope, methods, media types, hosts and origins.

use serde_json::{Value, json};

use crate::support::{Answer, Api};

#[tokio::test(flavor = "multi_thread")]
async fn the_root_links_to_the_pages_that_there_are_and_shows_the_farm() {
    let api = Api::start().await;
    api.post(&json!({"serials": ["p1"], "script_name": "say", "script_config": {"words": ["hello"]}})).await;
    let (media_type, page) = api.text("/").await;
    assert_eq!(media_type, "text/html; charset=utf-8");
    assert!(page.contains("1 pending, 0 running") && page.contains("none connected"), "{page}");
    let links: Vec<&str> = page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(links, ["docs", "openapi.json", "healthz", "metrics"]);
    for link in links {
        assert!(!api.text(&format!("/{link}")).await.1.is_empty(), "{link}");
    }
    assert_eq!(api.send("POST", "/", &[], Vec::new()).await.code(), 40501);
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_has_every_field_of_the_contract() {
    let api = Api::start().await;
    api.post(&json!({"serials": ["p1"], "script_name": "say", "script_config": {"words": ["hello"]}})).await;
    let answer = api.get("/api/v1/task/1").await;
    let task = answer.body["data"].as_object().unwrap();
    for field in "id serial username app app_version script_name script_config script_config_bytes source status status_text \
         waiting_reason start_time \
        started_at finished_at progress step retry_count max_retries priority outcome failure_code remark result created_at updated_at \
        attempts steps"
        .split_whitespace()
    {
        assert!(task.contains_key(field), "{field} is missing in {answer:?}");
    }
    assert_eq!(
        (&task["status"], &task["status_text"], &task["source"]),
        (&json!(0), &json!("pending"), &json!("api"))
    );
    assert_eq!(task["waiting_reason"], "device_offline");
    assert!(chrono::DateTime::parse_from_rfc3339(task["created_at"].as_str().unwrap()).is_ok());
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_newest_first_filtered_and_paged() {
    let api = Api::start().await;
    api.post(&json!({"serials": ["p1", "p2", "p3"], "script_name": "say", "script_config": {}})).await;
    let ids = |answer: &Answer| -> Vec<Value> {
        answer.body["data"]["tasks"].as_array().unwrap().iter().map(|task| task["id"].clone()).collect()
    };
    let all = api.get("/api/v1/task").await;
    assert_eq!(ids(&all), [json!(3), json!(2), json!(1)]);
    assert_eq!(
        (&all.body["data"]["total"], &all.body["data"]["page"], &all.body["data"]["page_size"]),
        (&json!(3), &json!(1), &json!(20))
    );
    assert_eq!(ids(&api.get("/api/v1/task?page=2&page_size=2").await), [json!(1)]);
    assert_eq!(ids(&api.get("/api/v1/task?serial=p2&status=0&source=api&script_name=say").await), [json!(2)]);
    for all in ["status=&serial=&username=&page=&cursor=", "_=1700000000"] {
        let answer = api.get(&format!("/api/v1/task?{all}")).await;
        assert_eq!(ids(&answer), [json!(3), json!(2), json!(1)], "{all}");
    }
    for nothing in
        ["page=9", "page=4294967295", "page=99999999999999999999&page_size=100", "status=2", "source=ui"]
    {
        let answer = api.get(&format!("/api/v1/task?{nothing}")).await;
        assert_eq!((answer.code(), ids(&answer)), (0, Vec::new()), "{nothing}");
        let total = if nothing.starts_with("page") { 3 } else { 0 };
        assert_eq!(answer.body["data"]["total"], total, "{nothing}");
    }
    let stats = api.get("/api/v1/task/stats").await;
    assert_eq!(
        stats.body["data"],
        json!({"total": 3, "pending": 3, "running": 0, "completed": 0, "failed": 0})
    );
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_or_not_allowed_is_told_in_the_envelope() {
    let api = Api::start().await;
    for (method, path, status, code) in [
        ("GET", "/api/v1/task/1", 404, 40401),
        ("GET", "/api/v1/task/99999999999999999999", 404, 40401),
        ("GET", "/api/v1/task/0", 400, 40001),
        ("GET", "/api/v1/task/-1", 400, 40001),
        ("GET", "/api/v1/task/one", 400, 40001),
        ("GET", "/api/v1/task/%00%ff", 400, 40001),
        ("GET", "/api/v1/task/1?colour=red", 400, 40001),
        ("GET", "/api/v1/task/stats?page=1", 400, 40001),
        ("GET", "/api/v1/task?cursor=x", 400, 40001),
        ("GET", "/api/v1/task?serial=a%00", 400, 40001),
        ("GET", "/api/v1/task?username=a%00", 400, 40001),
        ("GET", "/api/v1/task?script_name=a%00", 400, 40001),
        ("GET", "/api/v1/event?serial=a%00", 400, 40001),
        ("GET", "/api/v1/nothing", 404, 40401),
        ("DELETE", "/api/v1/task", 405, 40501),
        ("POST", "/api/v1/task/stats", 405, 40501),
        ("PUT", "/healthz", 405, 40501),
    ] {
        let answer = api.send(method, path, &[], Vec::new()).await;
        assert_eq!((answer.status, answer.code()), (status, code), "{method} {path}: {answer:?}");
        assert!(answer.body.get("data").is_some(), "{answer:?}");
    }
    let answer = api.send("DELETE", "/api/v1/task", &[], Vec::new()).await;
    assert_eq!(answer.allow.as_deref(), Some("GET, HEAD, POST"));
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_must_be_json_and_not_too_large() {
    let api = Api::start().await;
    for headers in
        [&[][..], &[("Content-Type", "text/plain")], &[("Content-Type", "application/x-www-form-urlencoded")]]
    {
        let answer = api.send("POST", "/api/v1/task", headers, b"{}".to_vec()).await;
        assert_eq!((answer.status, answer.code()), (415, 41501), "{answer:?}");
    }
    let utf8 = [("Content-Type", "application/json; charset=utf-8")];
    assert_eq!(api.send("POST", "/api/v1/task", &utf8, b"{}".to_vec()).await.code(), 40002);
    let answer = api.post_bytes(vec![b' '; 5 * 1024 * 1024]).await;
    assert_eq!((answer.status, answer.code()), (413, 41301), "{answer:?}");
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn web_sites_cannot_use_the_server_through_a_browser() {
    let api = Api::start().await;
    let own = api.url();
    for (header, value, code) in [
        ("Host", "evil.example", 40001),
        ("Host", "localhost", 0),
        ("Origin", "http://evil.example", 40001),
        ("Origin", "null", 40001),
        ("Origin", own.as_str(), 0),
    ] {
        let answer = api.send("GET", "/api/v1/task", &[(header, value)], Vec::new()).await;
        assert_eq!(answer.code(), code, "{header}: {value}: {answer:?}");
    }
    api.stop().await;
}
