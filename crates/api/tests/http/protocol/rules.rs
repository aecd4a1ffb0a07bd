//! What holds for every endpoint alike: who is let in, and what the plan allows.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use chrono::{TimeDelta, Utc};
use serde_json::json;
use tikmatrix_api::{NewToken, open_data};
use tikmatrix_domain::{Role, TokenName};

use crate::materials::{mp4, upload};
use crate::support::Api;
use crate::support::clock::SetClock;
use crate::support::endpoints::{Body, Endpoint, endpoints, filled};
use crate::support::form::Form;

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
    let token = NewToken::make(TokenName::new("one").unwrap(), Role::Admin, Utc::now()).unwrap();
    let store = open_data(folder.path(), None).unwrap();
    store.tokens().create(token.kept).await.unwrap();
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
    for path in ["/", "/docs", "/docs/", "/docs/start.js", "/openapi.json", "/openapi.json/", "/healthz"] {
        // It follows redirects.
        let (head, body) = api.bytes(path, &[]).await;
        assert!(head.status().is_success() && !body.is_empty(), "{path}: {head:?}");
    }
    let authorization = format!("Bearer {}", token.text.expose());
    let headers = [("Authorization", authorization.as_str())];
    assert_eq!(api.send("GET", "/api/v1/device/address", &headers, Vec::new()).await.code(), 0);
    for (headers, is_shown) in
        [(&[][..], false), (&[("Authorization", "Bearer wrong")], false), (&headers, true)]
    {
        let (_, page) = api.bytes("/", headers).await;
        let page = String::from_utf8(page).unwrap();
        assert_eq!(page.contains("pending"), is_shown, "the state of the farm: {page}");
    }
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

#[tokio::test(flavor = "multi_thread")]
async fn head_is_answered_wherever_get_is_with_the_same_head_and_no_body() {
    let api = Api::start().await;
    let gets = endpoints().into_iter().filter(|endpoint| endpoint.method == "GET");
    let others = ["/", "/openapi.json", "/docs", "/docs/start.js"].map(str::to_owned);
    for path in gets.map(|endpoint| filled(endpoint.path, "1")).chain(others) {
        let exchange = |method: &str| {
            let host = api.authority();
            let mut stream = TcpStream::connect(&host).unwrap();
            let ask = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
            stream.write_all(ask.as_bytes()).unwrap();
            let mut answer = BufReader::new(stream);
            let mut head = Vec::new();
            while head.last().is_none_or(|line: &String| line != "\r\n") {
                let mut line = String::new();
                answer.read_line(&mut line).unwrap();
                head.push(line);
            }
            (head, answer)
        };
        let same = |line: &String| !line.starts_with("date:") && !line.starts_with("content-length:");
        let (of_get, _) = exchange("GET");
        let (of_head, mut body) = exchange("HEAD");
        assert_eq!(
            of_head.iter().filter(|line| same(line)).collect::<BTreeSet<_>>(),
            of_get.iter().filter(|line| same(line)).collect::<BTreeSet<_>>(),
            "{path}"
        );
        let mut rest = Vec::new();
        body.read_to_end(&mut rest).unwrap();
        assert_eq!(rest, b"", "{path}");
    }
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_encoded_body_is_refused_by_the_name_of_its_encoding() {
    let api = Api::start().await;
    for endpoint in endpoints() {
        let media_type = match endpoint.body {
            Body::None => continue,
            Body::Json(_) => "application/json",
            Body::Other("multipart/form-data") => "multipart/form-data; boundary=x",
            Body::Other(other) => other,
        };
        let path = filled(endpoint.path, "1");
        for encoding in ["gzip", "identity, br"] {
            let headers = [("Content-Type", media_type), ("Content-Encoding", encoding)];
            let answer = api.send(endpoint.method, &path, &headers, b"{}".to_vec()).await;
            assert_eq!((answer.status, answer.code()), (415, 41501), "{path} {encoding}: {answer:?}");
            let name = encoding.rsplit(' ').next().unwrap();
            assert!(answer.message().contains(&format!("Content-Encoding: {name:?}")), "{answer:?}");
        }
    }
    let headers = [("Content-Type", "application/json"), ("Content-Encoding", "identity")];
    let answer = api.send("PATCH", "/api/v1/setting", &headers, b"\xef\xbb\xbf{}".to_vec()).await;
    assert_eq!(answer.code(), 0, "{answer:?}");
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_change_changes_nothing() {
    let api = Api::start().await;
    api.json("POST", "/api/v1/account", &json!({"username": "maker", "serial": "1"})).await;
    api.json("POST", "/api/v1/group", &json!({"name": "rack"})).await;
    upload(&api, Form::new().file("file", "a.mp4", &mp4("a"))).await;
    let webhook = json!({"url": "https://8.8.8.8/", "events": ["task.failed"], "enabled": false});
    api.json("POST", "/api/v1/webhook", &webhook).await;
    let mut changed = 0;
    for endpoint in endpoints().into_iter().filter(|endpoint| endpoint.method == "PATCH") {
        let path = filled(endpoint.path, "1");
        let before = api.get(&path).await;
        let answer = api.json("PATCH", &path, &json!({})).await;
        assert_eq!((answer.status, answer.code()), (200, 0), "{path}: {answer:?}");
        assert_eq!(answer.body["data"]["updated_at"], before.body["data"]["updated_at"], "{path}");
        assert_eq!(api.get(&path).await.body, before.body, "{path}");
        changed += 1;
    }
    assert_eq!(changed, 6);
    api.stop().await;
}
