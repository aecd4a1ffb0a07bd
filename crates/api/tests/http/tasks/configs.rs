//! The configurations of tasks in answers: long ones are left out of lists, so that no list is large.

use serde_json::{Value, json};

use crate::support::Api;

/// Creates one task for each of `phones` phones, whose configuration takes `bytes` bytes.
async fn create(api: &Api, phones: usize, bytes: usize) {
    let serials: Vec<String> = (0..phones).map(|number| format!("phone-{number}")).collect();
    let config = json!({"words": ["x".repeat(bytes - r#"{"words":[""]}"#.len())]});
    let answer = api.post(&json!({"serials": serials, "script_name": "say", "script_config": config})).await;
    assert_eq!(answer.body["data"]["created_count"], phones, "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_configuration_of_more_than_four_kibibytes_is_null_in_lists_beside_its_length() {
    let api = Api::start().await;
    for bytes in [100, 4096, 4097] {
        create(&api, 1, bytes).await;
    }
    let list = async |query: &str| {
        let data = api.get(&format!("/api/v1/task?{query}")).await.body["data"].clone();
        data["tasks"].as_array().unwrap().iter().rev().cloned().collect::<Vec<Value>>()
    };
    for query in ["", "source=api", "script_config=short", "script_config="] {
        let shown: Vec<(bool, Value)> = list(query)
            .await
            .iter()
            .map(|task| (task["script_config"].is_object(), task["script_config_bytes"].clone()))
            .collect();
        assert_eq!(shown, [(true, json!(100)), (true, json!(4096)), (false, json!(4097))], "{query}");
    }
    let whole = json!({"words": ["x".repeat(4097 - 14)]});
    assert_eq!(list("script_config=full").await[2]["script_config"], whole);
    assert_eq!(api.task(&json!(3)).await["script_config"], whole);
    let wrong = api.get("/api/v1/task?script_config=all").await;
    assert_eq!(wrong.message(), "script_config: all is not one of short, full");
    api.stop().await;
}

/// The most that an answer may take is that of its tasks without their configurations, and 4 KiB or 128 KiB for each of these.
#[tokio::test(flavor = "multi_thread")]
async fn the_largest_list_has_a_bound_whatever_the_tasks_hold() {
    let api = Api::start().await;
    create(&api, 120, 128 * 1024).await;
    create(&api, 120, 4096).await;
    for (query, shown, most) in [
        ("page_size=100", 100, 100 * (4096 + 1024)),
        ("page_size=100&page=2", 100, 100 * (4096 + 1024)),
        ("script_config=full&page_size=100&page=7", 20, 20 * (128 * 1024 + 1024)),
        ("script_config=full&page_size=5&page=25", 5, 5 * (128 * 1024 + 1024)),
    ] {
        let (_, text) = api.text(&format!("/api/v1/task?{query}")).await;
        let answer: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(answer["data"]["tasks"].as_array().unwrap().len(), shown, "{query}");
        assert_eq!(answer["data"]["page_size"], shown, "{query}");
        assert!(text.len() < most, "{query}: {} bytes", text.len());
    }
    // Read on by cursor, the pages of 20 hold all of them.
    let (mut path, mut seen) = ("/api/v1/task?script_config=full&page_size=100".to_owned(), 0);
    loop {
        let data = api.get(&path).await.body["data"].clone();
        let tasks = data["tasks"].as_array().unwrap();
        assert!(tasks.iter().all(|task| task["script_config"].is_object()));
        seen += tasks.len();
        let Some(cursor) = data["next_cursor"].as_str() else { break };
        path = format!("/api/v1/task?script_config=full&cursor={cursor}");
    }
    assert_eq!(seen, 240);
    api.stop().await;
}
