//! Entity tags: a client that has an answer already is told so, and never when the answer would be another one.

use std::sync::Arc;

use chrono::{Local, TimeDelta};
use serde_json::json;
use tikmatrix_domain::Clock;

use crate::support::Api;
use crate::support::clock::SetClock;

const READS: [&str; 5] = [
    "/api/v1/task",
    "/api/v1/task?status=0&page_size=1",
    "/api/v1/task/1",
    "/api/v1/task/stats",
    "/api/v1/task/1/log",
];

/// The tags of all reads; each answer is one that the client has, as soon as it was asked for.
async fn tags(api: &Api) -> Vec<String> {
    let mut tags = Vec::new();
    for path in READS {
        let (status, tag) = api.ask_again(path, "\"none\"").await;
        assert_eq!(status, 200, "{path}");
        assert_eq!(api.ask_again(path, &tag).await, (304, tag.clone()), "{path}");
        tags.push(tag);
    }
    tags
}

async fn create(api: &Api, more: (&str, &str)) {
    let mut body = json!({"serials": ["virtual-1"], "script_name": "say", "script_config": {}});
    body[more.0] = json!(more.1);
    assert_eq!(api.post(&body).await.code(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_the_client_has_is_not_sent_again_until_anything_changes() {
    let api = Api::start().await;
    create(&api, ("timezone", "UTC")).await;
    let first = tags(&api).await;
    let several = format!("\"other\", W/{}", first[0]);
    assert_eq!(api.ask_again(READS[0], &several).await.0, 304);
    assert_eq!(api.ask_again(READS[0], "*").await.0, 200);
    assert_eq!(api.ask_again(READS[0], &first[1]).await.0, 200, "the tag of another address");

    create(&api, ("timezone", "UTC")).await;
    for (path, tag) in READS.iter().zip(&first) {
        assert_eq!(api.ask_again(path, tag).await.0, 200, "{path} after a task was made");
    }
    let second = tags(&api).await;
    api.json("PATCH", "/api/v1/setting", &json!({"paused": true})).await;
    for (path, tag) in READS.iter().zip(&second) {
        assert_eq!(api.ask_again(path, tag).await.0, 200, "{path} after the pause");
    }
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tag_of_before_a_restart_is_not_taken_for_one_of_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let api = Api::start_in(folder.path(), |_| {}).await;
    create(&api, ("timezone", "UTC")).await;
    let before = tags(&api).await;
    api.stop().await;
    let api = Api::start_in(folder.path(), |_| {}).await;
    for (path, tag) in READS.iter().zip(&before) {
        assert_eq!(api.ask_again(path, tag).await.0, 200, "{path}");
    }
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_whose_time_has_come_is_told_though_nothing_was_written() {
    let clock = SetClock::new();
    let own = Arc::new(clock.clone());
    let api = Api::start_with(|config| config.clock = own).await;
    let start = (clock.now() + TimeDelta::hours(2)).with_timezone(&Local).format("%H:%M").to_string();
    create(&api, ("start_time", &start)).await;
    let reason = async || api.get("/api/v1/task/1").await.body["data"]["waiting_reason"].clone();
    assert_eq!(reason().await, "scheduled");
    let scheduled = tags(&api).await;

    clock.go_on(TimeDelta::hours(1));
    for (path, tag) in READS.iter().zip(&scheduled) {
        assert_eq!(api.ask_again(path, tag).await.0, 304, "{path} an hour before");
    }
    clock.go_on(TimeDelta::minutes(61));
    for (path, tag) in READS[..3].iter().zip(&scheduled) {
        assert_eq!(api.ask_again(path, tag).await.0, 200, "{path} at its time");
    }
    assert_eq!(reason().await, "device_offline");
    api.stop().await;
}
