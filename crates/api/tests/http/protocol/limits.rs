//! What is too much at once: requests that are worked on, tasks that wait, and one request twice.

use std::io::{Read, Write};
use std::net::TcpStream;

use futures_util::future::{Either, select};
use serde_json::{Value, json};

use crate::support::Api;

fn for_phones(count: usize) -> Value {
    let serials: Vec<String> = (0..count).map(|number| format!("p{number}")).collect();
    json!({"serials": serials, "script_name": "say", "script_config": {}})
}

async fn total(api: &Api) -> Value {
    api.get("/api/v1/task/stats").await.body["data"]["total"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_takes_no_task_of_a_request_and_says_when_to_come_again() {
    let api = Api::start_with(|config| config.max_pending = 3).await;
    assert_eq!(api.post(&for_phones(2)).await.code(), 0);
    for answer in [api.post(&for_phones(2)).await, api.post_once("key", &for_phones(2)).await] {
        assert_eq!((answer.status, answer.code()), (429, 42901), "{answer:?}");
        assert_eq!(answer.retry_after.as_deref(), Some("30"), "{answer:?}");
        assert!(answer.message().starts_with("2 tasks wait already, and no more than 3 may"), "{answer:?}");
    }
    assert_eq!(total(&api).await, 2);
    assert_eq!(api.post_once("key", &for_phones(1)).await.code(), 0, "a refused request leaves its key free");
    assert_eq!(api.post(&for_phones(1)).await.code(), 42901);
    api.delete("/api/v1/task/1").await;
    assert_eq!(api.post(&for_phones(1)).await.code(), 0);
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_beyond_the_most_are_turned_away_at_once_and_watchers_never() {
    let api = Api::start_with(|config| config.max_requests = 1).await;
    let authority = api.url().replace("http://", "");
    let body = for_phones(1).to_string();
    let mut slow = TcpStream::connect(&authority).unwrap();
    let head = format!(
        "POST /api/v1/task HTTP/1.1\r\nHost: {authority}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\nExpect: 100-continue\r\n\r\n",
        body.len()
    );
    slow.write_all(head.as_bytes()).unwrap();
    let mut go_on = [0; 25];
    // From here on the server works on it.
    slow.read_exact(&mut go_on).unwrap();
    assert_eq!(go_on, *b"HTTP/1.1 100 Continue\r\n\r\n");

    let answer = api.get("/api/v1/task").await;
    assert_eq!((answer.status, answer.code()), (429, 42901), "{answer:?}");
    assert_eq!(answer.retry_after.as_deref(), Some("1"), "{answer:?}");
    assert_eq!(api.get("/healthz").await.code(), 0);
    let (_, metrics) = api.text("/metrics").await;
    assert!(metrics.contains("\ntikmatrix_requests_refused_total 1\n"), "{metrics}");

    slow.write_all(body.as_bytes()).unwrap();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!(total(&api).await, 1);
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_whose_request_is_still_in_flight_is_a_conflict_and_makes_nothing_twice() {
    let folder = tempfile::tempdir().unwrap();
    let api = Api::start_in(folder.path(), |_| {}).await;
    // Every other writer has to wait for this one.
    let other = rusqlite::Connection::open(folder.path().join("tikmatrix.sqlite")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let body = for_phones(1);
    let (one, two) = (Box::pin(api.post_once("key", &body)), Box::pin(api.post_once("key", &body)));
    let (refused, first) = match select(one, two).await {
        Either::Left((refused, first)) | Either::Right((refused, first)) => (refused, first),
    };
    assert_eq!((refused.status, refused.code()), (409, 40901), "{refused:?}");
    assert!(refused.message().contains("still in flight"), "{refused:?}");
    other.execute_batch("ROLLBACK").unwrap();
    let first = first.await;
    assert_eq!(first.code(), 0, "{first:?}");
    assert_eq!(api.post_once("key", &body).await.body, first.body);
    assert_eq!(total(&api).await, 1);
    api.stop().await;
}
