//! Webhooks that are refused: private targets, and more than there may be.

use std::sync::Arc;

use serde_json::json;

use super::receiver::Receiver;
use super::{create, fail_task, log_when, path, start};
use crate::support::Api;
use crate::support::clock::SetClock;

#[tokio::test(flavor = "multi_thread")]
async fn private_targets_are_refused_with_the_option_that_allows_them() {
    let (directory, mut receiver) = (tempfile::tempdir().unwrap(), Receiver::start().await);
    let clock = SetClock::new();
    let api = start(directory.path(), &clock).await;
    let webhook = create(&api, &receiver, &["task.failed"]).await;
    api.stop().await;
    let api = Api::start_in(directory.path(), |config| config.clock = Arc::new(clock)).await;
    let port = receiver.port;
    for host in ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]", "10.0.0.7"]
    {
        let url = format!("http://{host}:{port}/");
        for (method, path) in [("POST", "/api/v1/webhook"), ("PATCH", &path(&webhook))] {
            let mut body = json!({"url": url});
            if method == "POST" {
                body["events"] = json!(["task.failed"]);
            }
            let refused = api.json(method, path, &body).await;
            assert_eq!((refused.code(), refused.fields()), (40001, vec!["url"]), "{url}: {refused:?}");
            assert!(refused.message().contains("--webhook-private-targets"), "{url}: {refused:?}");
        }
    }
    for (url, reason) in [
        ("http://user:hunter2@example.com/", "url: "),
        ("ftp://example.com/", "url: "),
        ("http://999.0.0.1/", "url: is not a URL"),
        ("http://0.0.0.0/", "url: leads to 0.0.0.0, which is the address of no host"),
    ] {
        let refused =
            api.json("POST", "/api/v1/webhook", &json!({"url": url, "events": ["task.failed"]})).await;
        assert!(refused.code() == 40001 && refused.message().starts_with(reason), "{url}: {refused:?}");
    }
    // One that was created while they were allowed is called no more, and the log says why.
    fail_task(&api).await;
    let log = log_when(&api, &webhook, |log| log[0]["attempts"] == 1).await;
    assert!(log["deliveries"][0]["error"].as_str().unwrap().contains("--webhook-private-targets"), "{log}");
    assert!(receiver.is_idle());
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_so_many_webhooks_are_created() {
    let api = Api::start().await;
    let body = json!({"url": "https://8.8.8.8/hook", "events": ["task.failed"], "enabled": false});
    for _ in 0..20 {
        assert_eq!(api.json("POST", "/api/v1/webhook", &body).await.code(), 0);
    }
    let refused = api.json("POST", "/api/v1/webhook", &body).await;
    assert!(refused.code() == 40001 && refused.message().contains("20 webhooks already"), "{refused:?}");
    api.stop().await;
}
