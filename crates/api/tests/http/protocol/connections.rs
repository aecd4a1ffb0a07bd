//! Connections as clients use and misuse them: silent ones, endless ones, and those that offer other protocols.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::support::Api;

/// Far longer than anything here takes.
const TIMEOUT: Duration = Duration::from_secs(60);

fn connect(api: &Api) -> TcpStream {
    let stream = TcpStream::connect(api.authority()).unwrap();
    stream.set_read_timeout(Some(TIMEOUT)).unwrap();
    stream
}

fn request(api: &Api, first: &str) -> String {
    format!("{first} HTTP/1.1\r\nHost: {}\r\n\r\n", api.authority())
}

/// Reads one answer with its body, whose length its head gives.
fn answer(stream: &mut TcpStream) -> (String, Vec<u8>) {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    let mut body = vec![0; length.parse().unwrap()];
    stream.read_exact(&mut body).unwrap();
    (head, body)
}

#[tokio::test(flavor = "multi_thread")]
async fn silent_connections_keep_no_client_out() {
    let api = Api::start_with(|config| config.max_connections = 8).await;
    let silent: Vec<TcpStream> = (0..100).map(|_| connect(&api)).collect();
    let mut half = connect(&api);
    half.write_all(b"GET /healthz HTTP/1.1\r\n").unwrap();
    assert_eq!(api.get("/healthz").await.code(), 0);
    assert_eq!(api.get("/api/v1/task/stats").await.code(), 0);
    drop(silent);
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn listeners_have_a_limit_of_their_own_and_health_checks_a_reserve() {
    let api = Api::start_with(|config| config.max_connections = 8).await;
    let listen = request(&api, "GET /api/v1/event");
    let mut listeners = Vec::new();
    for number in 0..20 {
        let mut stream = connect(&api);
        stream.write_all(listen.as_bytes()).unwrap();
        let mut status = [0; 12];
        stream.read_exact(&mut status).unwrap();
        let expected = if number < 2 { "HTTP/1.1 200" } else { "HTTP/1.1 429" };
        assert_eq!(String::from_utf8_lossy(&status), expected, "listener {number}");
        listeners.push(stream);
    }
    let refused = api.get("/api/v1/event").await;
    assert_eq!((refused.code(), refused.retry_after.as_deref()), (42901, Some("10")), "{refused:?}");
    assert_eq!(api.get("/api/v1/task/stats").await.code(), 0);
    drop(listeners);

    let body = "POST /api/v1/task HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 9\r\n";
    let begin = format!("{body}Host: {}\r\nExpect: 100-continue\r\n\r\n", api.authority());
    let busy: Vec<TcpStream> = (0..8)
        .map(|_| {
            let mut stream = connect(&api);
            stream.write_all(begin.as_bytes()).unwrap();
            // From here on the server works on it.
            stream.read_exact(&mut [0; 25]).unwrap();
            stream
        })
        .collect();
    let refused = api.get("/api/v1/task/stats").await;
    assert_eq!((refused.status, refused.code()), (429, 42901), "{refused:?}");
    assert_eq!(refused.retry_after.as_deref(), Some("1"));
    assert_eq!(api.get("/healthz").await.code(), 0);
    drop(busy);
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_that_ask_on_and_on_and_never_read_cost_little_memory() {
    let api = Api::start().await;
    let mut asks = String::new();
    for _ in 0..4000 {
        write!(asks, "{}", request(&api, "GET /openapi.json")).unwrap();
    }
    let before = resident();
    let mut clients = Vec::new();
    for _ in 0..150 {
        let mut stream = connect(&api);
        stream.set_nonblocking(true).unwrap();
        // As much of it as the server and the system take.
        let _ = stream.write(asks.as_bytes());
        clients.push(stream);
    }
    assert_eq!(api.get("/healthz").await.code(), 0);
    let (_, metrics) = api.text("/metrics").await;
    let unsent = metrics.lines().find_map(|line| line.strip_prefix("tikmatrix_unsent_bytes ")).unwrap();
    assert!(unsent.parse::<usize>().unwrap() <= 64 << 20, "{unsent}");
    // Some of it is the system's own, of both ends.
    assert!(resident() < before + (300 << 20), "{before} became {}", resident());
    drop(clients);
    api.stop().await;
}

/// The memory of this process, in bytes; 0 where the system does not tell.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    status.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok()).unwrap_or_default() * 4096
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_of_another_protocol_is_ignored_and_the_connection_goes_on() {
    let api = Api::start().await;
    for offer in [
        "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n",
        "Connection: upgrade\r\n",
        "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n",
        "Upgrade: h2c\r\n",
    ] {
        let mut stream = connect(&api);
        let get = format!("GET /healthz HTTP/1.1\r\nHost: {}\r\n{offer}\r\n", api.authority());
        let post = format!(
            "POST /api/v1/task HTTP/1.1\r\nHost: {}\r\n{offer}Content-Type: application/json\r\n\
             Content-Length: 2\r\n\r\n{{}}",
            api.authority()
        );
        for (sent, status) in [(&get, "200"), (&post, "400"), (&get, "200")] {
            stream.write_all(sent.as_bytes()).unwrap();
            let (head, _) = answer(&mut stream);
            assert!(head.starts_with(&format!("HTTP/1.1 {status}")), "{offer}: {head}");
            assert!(!head.to_ascii_lowercase().contains("connection: "), "{offer}: {head}");
        }
    }
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_that_are_sent_at_once_are_answered_in_order() {
    let api = Api::start().await;
    let mut stream = connect(&api);
    let paths = ["/healthz", "/nothing", "/api/v1/task/stats", "/openapi.json", "/healthz"];
    let asks: String = paths.iter().map(|path| request(&api, &format!("GET {path}"))).collect();
    stream.write_all(asks.as_bytes()).unwrap();
    stream.write_all(b"nonsense\r\n\r\n").unwrap();
    let statuses = ["200", "404", "200", "200", "200", "400"];
    for status in statuses {
        let (head, _) = answer(&mut stream);
        assert!(head.starts_with(&format!("HTTP/1.1 {status}")), "{head}");
    }
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).unwrap();
    assert_eq!(rest, b"");
    api.stop().await;
}
