//! Every endpoint with everything that no client should send: always the envelope, always a code that fits, never a 500,
//! and a server that goes on.

use serde_json::{Value, json};

use crate::support::endpoints::{Body, Endpoint, endpoints, filled};
use crate::support::{Answer, Api};

const JSON: [(&str, &str); 1] = [("Content-Type", "application/json")];
/// More than any endpoint reads whole.
const TOO_LARGE: usize = 10_000_000;

/// The code, the HTTP status, and that nothing of it is the server's fault.
fn must_fit(answer: &Answer, asked: &str) {
    let fits = match answer.code() {
        0 => 200,
        40001..=40003 => 400,
        40401 => 404,
        40501 => 405,
        40901 => 409,
        41301 => 413,
        41501 => 415,
        41601 => 416,
        other => panic!("{other} to {asked}: {answer:?}"),
    };
    assert_eq!(answer.status, fits, "{asked}: {answer:?}");
    assert!(!answer.message().is_empty(), "{asked}: {answer:?}");
}

fn with_json() -> impl Iterator<Item = (Endpoint, Value)> {
    endpoints().into_iter().filter_map(|endpoint| match endpoint.body.clone() {
        Body::Json(example) => Some((endpoint, example)),
        Body::None | Body::Other(_) => None,
    })
}

async fn is_well(api: &Api) {
    assert_eq!(api.get("/healthz").await.code(), 0);
    assert_eq!(api.get("/api/v1/task/stats").await.code(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_are_no_json_object_are_told_so_by_every_endpoint() {
    let deep = 10_000;
    let bodies: Vec<Vec<u8>> = vec![
        b"".to_vec(),
        b" ".to_vec(),
        b"null".to_vec(),
        b"true".to_vec(),
        b"-1".to_vec(),
        b"\"text\"".to_vec(),
        b"[]".to_vec(),
        b"[{}]".to_vec(),
        b"{".to_vec(),
        b"{}{}".to_vec(),
        b"{\"a\": 1e999}".to_vec(),
        b"{\"a\": \"\\ud800\"}".to_vec(),
        b"{\"\\udc00\": 1}".to_vec(),
        b"{\"a\": \"\xff\"}".to_vec(),
        b"\xef\xbb\xbf".to_vec(),
        b"\xef\xbb\xbf\xef\xbb\xbf{}".to_vec(),
        b"{\"a\": 1, \"a\": 1}".to_vec(),
        [vec![b'['; deep], vec![b']'; deep]].concat(),
        [b"{\"a\":".repeat(deep), b"1".to_vec(), vec![b'}'; deep]].concat(),
    ];
    let api = Api::start().await;
    for (endpoint, _) in with_json() {
        let path = filled(endpoint.path, "1");
        for body in &bodies {
            let shown = format!(
                "{} {path} {}",
                endpoint.method,
                String::from_utf8_lossy(&body[..body.len().min(60)])
            );
            let answer = api.send(endpoint.method, &path, &JSON, body.clone()).await;
            must_fit(&answer, &shown);
            assert!([40001, 40002].contains(&answer.code()), "{shown}: {answer:?}");
        }
    }
    is_well(&api).await;
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_of_the_wrong_type_or_size_is_told_by_its_name_and_an_unknown_one_too() {
    let long = "x".repeat(100_000);
    let values = [
        json!(null),
        json!(true),
        json!(-1),
        json!(0),
        json!(1.5),
        json!(i64::MAX),
        json!(u64::MAX),
        json!(1e308),
        json!(""),
        json!("\u{0}"),
        json!("\u{202e}\u{1f469}\u{200d}\u{1f467}"),
        json!("'; DROP TABLE task; --"),
        json!("../../etc/passwd"),
        json!(long),
        json!([]),
        json!([[]]),
        json!([null, 1, "", {}]),
        json!({}),
        json!({"a": {"b": [1]}}),
    ];
    let api = Api::start().await;
    for (endpoint, example) in with_json() {
        let path = filled(endpoint.path, "1");
        for field in example.as_object().unwrap().keys() {
            for value in &values {
                let mut body = example.clone();
                body[field] = value.clone();
                let shown = value.to_string();
                let shown = format!(
                    "{} {path} {field}: {}",
                    endpoint.method,
                    shown.chars().take(60).collect::<String>()
                );
                must_fit(&api.json(endpoint.method, &path, &body).await, &shown);
            }
        }
        let mut body = example.clone();
        body["colour"] = json!("red");
        let answer = api.json(endpoint.method, &path, &body).await;
        assert_eq!(answer.code(), 40001, "{} {path}: {answer:?}", endpoint.method);
        assert!(answer.fields().contains(&"colour"), "{} {path}: {answer:?}", endpoint.method);
    }
    is_well(&api).await;
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_megabytes_are_refused_before_they_are_read_as_anything() {
    let api = Api::start().await;
    for (endpoint, _) in with_json() {
        let body = format!("{{\"note\": \"{}\"}}", "x".repeat(TOO_LARGE)).into_bytes();
        let path = filled(endpoint.path, "1");
        let answer = api.send(endpoint.method, &path, &JSON, body).await;
        assert_eq!((answer.status, answer.code()), (413, 41301), "{} {path}: {answer:?}", endpoint.method);
    }
    is_well(&api).await;
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_says_that_it_is_something_else_is_refused() {
    let api = Api::start().await;
    let asks = endpoints().into_iter().filter(|endpoint| endpoint.body != Body::None);
    for endpoint in asks {
        let path = filled(endpoint.path, "1");
        for media_type in
            ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", "", "image/png", "🙂"]
        {
            let headers = [("Content-Type", media_type)];
            let answer = api.send(endpoint.method, &path, &headers, b"{}".to_vec()).await;
            let shown = format!("{} {path} {media_type:?}: {answer:?}", endpoint.method);
            assert_eq!((answer.status, answer.code()), (415, 41501), "{shown}");
        }
    }
    is_well(&api).await;
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn queries_that_no_endpoint_knows_are_told_so() {
    let long = format!("colour={}", "x".repeat(30_000));
    let queries = [
        "colour=red",
        "=",
        "&&colour",
        "page=-1&colour",
        "colour=%ff",
        "colour=%zz",
        "colour=%00",
        "[]=1",
        &long,
    ];
    let api = Api::start().await;
    // It tells those who watch over the server that it is there, whatever they add.
    for endpoint in endpoints().into_iter().filter(|endpoint| endpoint.path != "/healthz") {
        for query in queries {
            let path = format!("{}?{query}", filled(endpoint.path, "1"));
            let answer = api.send(endpoint.method, &path, &JSON, b"{}".to_vec()).await;
            let shown = format!("{} {}", endpoint.method, &path[..path.len().min(80)]);
            must_fit(&answer, &shown);
            assert!(answer.code() == 40001, "{shown}: {answer:?}");
        }
    }
    is_well(&api).await;
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn names_and_numbers_in_addresses_that_nothing_has_are_told_so() {
    let long = "x".repeat(30_000);
    let values = [
        "0",
        "-1",
        "1.5",
        "01x",
        "9223372036854775807",
        "99999999999999999999999",
        "%00",
        "%ff",
        "%2e%2e%2fetc",
        "..%2f..",
        "%F0%9F%99%82",
        "%27%3B--",
        "CON",
        "null",
        &long,
    ];
    let api = Api::start().await;
    for endpoint in endpoints().into_iter().filter(|endpoint| endpoint.path.contains('{')) {
        let body = match &endpoint.body {
            Body::Json(example) => example.to_string().into_bytes(),
            Body::None | Body::Other(_) => Vec::new(),
        };
        for value in values {
            let path = filled(endpoint.path, value);
            let answer = api.send(endpoint.method, &path, &JSON, body.clone()).await;
            let shown = format!("{} {}", endpoint.method, &path[..path.len().min(80)]);
            must_fit(&answer, &shown);
            assert!([40001, 40401].contains(&answer.code()), "{shown}: {answer:?}");
        }
    }
    is_well(&api).await;
    api.stop().await;
}
