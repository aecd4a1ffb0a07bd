//! `GET /metrics`: how the server is doing, for those who watch over it.

use std::sync::Arc;

use chrono::TimeDelta;
use serde_json::json;

use crate::support::Api;
use crate::support::clock::SetClock;

#[tokio::test(flavor = "multi_thread")]
async fn tasks_phones_requests_and_events_are_counted() {
    let api = Api::start_with(|config| config.phones.push("127.0.0.1:1".to_owned())).await;
    api.post(&json!({"serials": ["p1", "p2"], "script_name": "say", "script_config": {}})).await;
    api.get("/api/v1/nothing").await;
    let (content_type, text) = api.text("/metrics").await;
    assert!(content_type.starts_with("application/openmetrics-text"), "{content_type}");
    for line in [
        "tikmatrix_tasks{status=\"pending\"} 2",
        "tikmatrix_tasks{status=\"failed\"} 0",
        "tikmatrix_phones{state=\"ready\"} 0",
        "tikmatrix_requests_total{code=\"200\"} 1",
        "tikmatrix_requests_total{code=\"404\"} 1",
        "tikmatrix_requests_at_work 1",
        "tikmatrix_event_listeners 0",
        "tikmatrix_database_errors_total 0",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is missing in {text}");
    }
    assert!(text.contains("\ntikmatrix_newest_event ") && text.ends_with("# EOF\n"), "{text}");
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn they_need_no_licence_and_a_token_where_one_is_necessary() {
    let clock = SetClock::new();
    let own = Arc::new(clock.clone());
    let api = Api::start_with(|config| config.clock = own).await;
    clock.go_on(TimeDelta::days(60));
    assert_eq!(api.get("/api/v1/task").await.code(), 40301);
    assert!(api.text("/metrics").await.1.ends_with("# EOF\n"));
    api.stop().await;
    let folder = tempfile::tempdir().unwrap();
    let tokens = folder.path().join("tokens");
    std::fs::write(&tokens, "x".repeat(40)).unwrap();
    let api = Api::start_with(|config| config.token_file = Some(tokens)).await;
    assert_eq!(api.get("/metrics").await.code(), 40101);
    api.stop().await;
}
