//! Bytes that no HTTP library would send: each gets an answer in the form of the API.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use serde_json::Value;

use crate::support::Api;

/// The status and the envelope that come of these bytes, `HOST` in them being the server.
fn ask(api: &Api, bytes: &[u8]) -> (u16, Value) {
    let authority = api.url().replace("http://", "");
    let mut stream = TcpStream::connect(&authority).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let text = String::from_utf8_lossy(bytes).into_owned();
    let sent =
        if text.contains("HOST") { text.replace("HOST", &authority).into_bytes() } else { bytes.to_vec() };
    stream.write_all(&sent).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let mut answer = Vec::new();
    // A server that closes before it has read everything makes the system say so.
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{answer:?} to {text:.80}"));
    assert!(head.to_ascii_lowercase().contains("content-type: application/json"), "{answer}");
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {answer}")))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_request_is_answered_in_the_envelope() {
    let api = Api::start().await;
    let close = "Host: HOST\r\nConnection: close\r\n\r\n";
    let head = |first: &str| format!("{first}\r\n{close}").into_bytes();
    let many: String = (0..200).map(|number| format!("X-{number}: x\r\n")).collect();
    for (bytes, status, code) in [
        (b"nonsense\r\n\r\n".to_vec(), 400, 40001),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(), 400, 40001),
        (head("GET /healthz HTTP/9.9"), 400, 40001),
        (head("GET /a b HTTP/1.1"), 400, 40001),
        (head("GET /healthz HTTP/1.1\r\nno colon"), 400, 40001),
        (head("POST /api/v1/task HTTP/1.1\r\nContent-Length: -1"), 400, 40001),
        (head("POST /api/v1/task HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2"), 400, 40001),
        (head(&format!("GET /healthz HTTP/1.1\r\n{}", many.trim_end())), 431, 40001),
        (head("BREW /healthz HTTP/1.1"), 405, 40501),
        (head("OPTIONS /api/v1/task HTTP/1.1"), 405, 40501),
        (head("CONNECT example.com:443 HTTP/1.1"), 404, 40401),
        (head("GET /%zz HTTP/1.1"), 404, 40401),
        (head("GET /healthz HTTP/1.0"), 200, 0),
        (head("GET /healthz HTTP/1.1\r\nExpect: the-unexpected"), 200, 0),
        (head("GET /api/v1/task/stats HTTP/1.1\r\nUpgrade: websocket\r\nConnection: upgrade"), 200, 0),
        (b"GET /healthz HTTP/1.0\r\n\r\n".to_vec(), 400, 40001),
    ] {
        let (found, body) = ask(&api, &bytes);
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(80)]).into_owned();
        assert_eq!((found, body["code"].as_i64()), (status, Some(code)), "{shown}: {body}");
        assert!(body["message"].is_string() && body.get("data").is_some(), "{shown}: {body}");
    }
    assert_eq!(api.get("/healthz").await.code(), 0);
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_cannot_be_read_is_answered_with_what_is_wrong_with_it() {
    let api = Api::start().await;
    for (framing, body) in [
        ("Transfer-Encoding: chunked", "zz\r\n{}\r\n0\r\n\r\n"),
        ("Transfer-Encoding: chunked", "2\r\n{}x\r\n0\r\n\r\n"),
        ("Transfer-Encoding: chunked", "9\r\n{}"),
        ("Content-Length: 9", "{}"),
    ] {
        for (path, media_type) in
            [("task", "application/json"), ("material", "multipart/form-data; boundary=a")]
        {
            let request = format!(
                "POST /api/v1/{path} HTTP/1.1\r\nHost: HOST\r\nContent-Type: {media_type}\r\n{framing}\r\n\r\n{body}"
            );
            let (status, answer) = ask(&api, request.as_bytes());
            let message = answer["message"].as_str().unwrap();
            assert_eq!(status, 400, "{framing} {body:?}: {answer}");
            assert!(!message.contains("None") && !message.ends_with(": "), "{framing} {body:?}: {message}");
            if path == "task" {
                let said = "the body could not be read: it ends too early, or is not divided into chunks as HTTP demands";
                assert_eq!(message, said, "{framing} {body:?}");
            }
        }
    }
    api.stop().await;
}
