//! That no endpoint is left out of the rules on who may ask: each one that the server has, with a good request, asked by
//! someone who may not. The rules themselves, in every form, are the matter of `license.rs` and of the system's tests.

use std::sync::Arc;

use chrono::TimeDelta;

use crate::clock::SetClock;
use crate::endpoints::{Body, Endpoint, endpoints, filled};
use crate::support::{Answer, Api};

/// Asks as a client that knows the API would.
async fn ask(api: &Api, endpoint: &Endpoint, header: Option<(&str, &str)>) -> Answer {
    let (media_type, body) = match &endpoint.body {
        Body::None => (None, Vec::new()),
        Body::Json(body) => (Some("application/json"), body.to_string().into_bytes()),
        Body::Other(media_type) => (Some(*media_type), Vec::new()),
    };
    let media_type = media_type.map(|media_type| ("Content-Type", media_type));
    let headers: Vec<_> = media_type.into_iter().chain(header).collect();
    api.send(endpoint.method, &filled(endpoint.path, "1"), &headers, body).await
}

fn of_the_api() -> Vec<Endpoint> {
    endpoints().into_iter().filter(|endpoint| endpoint.path.starts_with("/api/v1/")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_endpoint_of_the_api_answers_40301_without_a_license() {
    let clock = SetClock::new();
    let of_test = Arc::new(clock.clone());
    let api = Api::start_with(|builder| builder.clock(of_test)).await;
    clock.go_on(TimeDelta::days(30));
    for endpoint in of_the_api() {
        let answer = ask(&api, &endpoint, None).await;
        assert_eq!((answer.status, answer.code()), (403, 40301), "{endpoint:?}");
    }
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_endpoint_but_the_health_check_answers_40101_without_a_token() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tokens");
    std::fs::write(&file, "0123456789abcdef".repeat(4)).unwrap();
    let api = Api::start_with(|builder| builder.token_file(file)).await;
    for endpoint in endpoints() {
        let answer = ask(&api, &endpoint, None).await;
        let expected = if endpoint.path == "/healthz" { (200, 0) } else { (401, 40101) };
        assert_eq!((answer.status, answer.code()), expected, "{endpoint:?}");
    }
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_endpoint_refuses_foreign_names_and_foreign_pages() {
    let api = Api::start().await;
    for foreign in [("Host", "evil.example"), ("Origin", "http://evil.example")] {
        for endpoint in of_the_api() {
            let answer = ask(&api, &endpoint, Some(foreign)).await;
            assert_eq!((answer.status, answer.code()), (400, 40001), "{foreign:?}: {endpoint:?}");
        }
    }
    api.stop().await;
}
