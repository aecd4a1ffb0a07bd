//! What holds for every endpoint alike: who is let in, and what the plan allows.

use std::sync::Arc;

use chrono::{TimeDelta, Utc};
use tikmatrix_api::{NewToken, open_data};
use tikmatrix_domain::TokenName;

use crate::support::Api;
use crate::support::clock::SetClock;
use crate::support::endpoints::{Endpoint, endpoints, filled};

/// Those that are refused without a token and without a licence.
fn guarded() -> impl Iterator<Item = Endpoint> {
    endpoints().into_iter().filter(|endpoint| endpoint.path.starts_with("/api/v1/"))
}

#[tokio::test(flavor = "multi_thread")]
async fn no_endpoint_answers_to_a_strange_host_or_to_a_page_of_another_site() {
    let api = Api::start().await;
    for endpoint in guarded() {
        let path = filled(endpoint.path, "1");
        for header in [("Host", "evil.example"), ("Origin", "http://evil.example"), ("Origin", "null")] {
            let headers = [header, ("Content-Type", "application/json")];
            let answer = api.send(endpoint.method, &path, &headers, b"{}".to_vec()).await;
            let shown = format!("{} {path} {header:?}: {answer:?}", endpoint.method);
            assert_eq!((answer.status, answer.code()), (400, 40001), "{shown}");
            assert_eq!(answer.fields(), [format!("header {}", header.0)], "{shown}");
        }
    }
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_endpoint_answers_without_a_token_where_one_is_needed() {
    let folder = tempfile::tempdir().unwrap();
    let token = NewToken::make(TokenName::new("one").unwrap(), Utc::now()).unwrap();
    let store = open_data(folder.path(), None).unwrap();
    store.create_token(token.kept).await.unwrap();
    drop(store);
    let api = Api::start_in(folder.path(), |config| config.require_token = true).await;
    for endpoint in guarded() {
        let path = filled(endpoint.path, "1");
        for authorization in ["", "Bearer ", "Bearer wrong"] {
            let headers = [("Authorization", authorization), ("Content-Type", "application/json")];
            let answer = api.send(endpoint.method, &path, &headers, b"{}".to_vec()).await;
            let shown = format!("{} {path} {authorization:?}: {answer:?}", endpoint.method);
            assert_eq!((answer.status, answer.code()), (401, 40101), "{shown}");
        }
    }
    let authorization = format!("Bearer {}", token.text);
    let headers = [("Authorization", authorization.as_str())];
    assert_eq!(api.send("GET", "/api/v1/device/address", &headers, Vec::new()).await.code(), 0);
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_endpoint_answers_when_the_plan_has_no_api() {
    let clock = SetClock::new();
    let own = Arc::new(clock.clone());
    let api = Api::start_with(|config| config.clock = own).await;
    clock.go_on(TimeDelta::days(31));
    for endpoint in guarded() {
        let path = filled(endpoint.path, "1");
        let answer = api.send(endpoint.method, &path, &[], Vec::new()).await;
        let shown = format!("{} {path}: {answer:?}", endpoint.method);
        assert_eq!((answer.status, answer.code()), (403, 40301), "{shown}");
    }
    api.stop().await;
}
